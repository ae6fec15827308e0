"""Instructions of the bonding-curve program and the addresses they name; orders as in pools.md section 5."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from sniperforge.domain import addresses
from sniperforge.localnet.program.binary import PUMP_CURVE, PUMP_FEES

PROGRAM: Final = Pubkey.from_string(PUMP_CURVE.address)
FEE_PROGRAM: Final = Pubkey.from_string(PUMP_FEES.address)
TOKEN: Final = Pubkey.from_string(addresses.TOKEN_PROGRAM)
TOKEN_2022: Final = Pubkey.from_string(addresses.TOKEN_2022_PROGRAM)
WSOL: Final = Pubkey.from_string(addresses.WSOL_MINT)
SYSTEM: Final = Pubkey.from_string(addresses.SYSTEM_PROGRAM)
MAYHEM_PROGRAM: Final = Pubkey.from_string("MAyhSmzXzV1pTf7LsNkrNwkWKTo4ougAJ1PPg47MD4e")

FEE_RECIPIENT: Final = Pubkey.from_string("62qc2CNXwrYqQScmEdiZFFAnJR262PxWEuNQtxfafNgV")
BUYBACK_RECIPIENT: Final = Pubkey.from_string("5YxQFdt3Tr9zJLvkFccqXVUwhdTWJQc1fFg2YPbxvxeD")
"""The first of each eight; a client may name any of them."""

_ATA: Final = Pubkey.from_string(addresses.ASSOCIATED_TOKEN_PROGRAM)
_RENT: Final = Pubkey.from_string(addresses.RENT_SYSVAR)
_METADATA: Final = Pubkey.from_string("metaqbxxUerdq28cj1RbAWkYQm3ybzjb6a8bt518x1s")


def _derived(*seeds: bytes, program: Pubkey = PROGRAM) -> Pubkey:
    return Pubkey.find_program_address(list(seeds), program)[0]


GLOBAL: Final = _derived(b"global")
EVENT_AUTHORITY: Final = _derived(b"__event_authority")
MINT_AUTHORITY: Final = _derived(b"mint-authority")
GLOBAL_VOLUME: Final = _derived(b"global_volume_accumulator")
FEE_CONFIG: Final = _derived(b"fee_config", bytes(PROGRAM), program=FEE_PROGRAM)


def _tag(name: str) -> bytes:
    return sha256(f"global:{name}".encode()).digest()[:8]


def associated(owner: Pubkey, mint: Pubkey, token_program: Pubkey = TOKEN) -> Pubkey:
    """The owner's associated token account of a mint."""
    return _derived(bytes(owner), bytes(token_program), bytes(mint), program=_ATA)


def creator_vault(creator: Pubkey) -> Pubkey:
    """Where the fees of everything that ``creator`` made accrue."""
    return _derived(b"creator-vault", bytes(creator))


def user_volume(user: Pubkey) -> Pubkey:
    """The account that a trader's first buy opens."""
    return _derived(b"user_volume_accumulator", bytes(user))


def holder_rewards(mint: Pubkey) -> Pubkey:
    """The creator of a coin whose creator fees belong to its holders."""
    return _derived(b"holder-rewards", bytes(mint))


@dataclass(frozen=True, slots=True)
class Coin:
    """A coin on the curve, and what a trade of it names.

    Attributes:
        mint: its mint.
        creator: who its creator fees are for, as the curve says (:func:`holder_rewards` for such coins).
        token_program: Token-2022 for coins of ``create_v2``.
        cashback: the creator's part goes back to the trader; such coins can no longer be made.
    """

    mint: Pubkey
    creator: Pubkey
    token_program: Pubkey = TOKEN_2022
    cashback: bool = False

    @property
    def curve(self) -> Pubkey:
        """The curve's account; it owns the vault and holds the SOL."""
        return _derived(b"bonding-curve", bytes(self.mint))

    @property
    def vault(self) -> Pubkey:
        """The curve's token account."""
        return associated(self.curve, self.mint, self.token_program)

    def account_of(self, owner: Pubkey) -> Pubkey:
        """The owner's associated token account of this coin."""
        return associated(owner, self.mint, self.token_program)


@dataclass(frozen=True, slots=True)
class Words:
    """Name, symbol and link of a new coin."""

    name: str
    symbol: str
    uri: str

    def encoded(self) -> bytes:
        """Three strings, each after its length in bytes."""
        texts = [text.encode() for text in (self.name, self.symbol, self.uri)]
        return b"".join(struct.pack("<I", len(text)) + text for text in texts)


def create(coin: Coin, words: Words, *, user: Pubkey) -> Instruction:
    """Makes a coin of the first token program and its curve; mint and ``user`` sign."""
    metadata = _derived(b"metadata", bytes(_METADATA), bytes(coin.mint), program=_METADATA)
    metas = [
        AccountMeta(coin.mint, True, True),
        _read(MINT_AUTHORITY),
        _write(coin.curve),
        _write(coin.vault),
        _read(GLOBAL),
        _read(_METADATA),
        _write(metadata),
        AccountMeta(user, True, True),
        *(_read(key) for key in (SYSTEM, TOKEN, _ATA, _RENT, EVENT_AUTHORITY, PROGRAM)),
    ]
    return Instruction(PROGRAM, _tag("create") + words.encoded() + bytes(coin.creator), metas)


def create_v2(coin: Coin, words: Words, *, user: Pubkey, holder_reward: bool = False) -> Instruction:
    """Makes a Token-2022 coin with its metadata and its curve; mint and ``user`` sign."""
    params, sol_vault = (_derived(seed, program=MAYHEM_PROGRAM) for seed in (b"global-params", b"sol-vault"))
    state = _derived(b"mayhem-state", bytes(coin.mint), program=MAYHEM_PROGRAM)
    metas = [
        AccountMeta(coin.mint, True, True),
        _read(MINT_AUTHORITY),
        _write(coin.curve),
        _write(coin.vault),
        _read(GLOBAL),
        AccountMeta(user, True, True),
        *(_read(key) for key in (SYSTEM, TOKEN_2022, _ATA)),
        _write(MAYHEM_PROGRAM),
        _read(params),
        *(_write(key) for key in (sol_vault, state, associated(sol_vault, coin.mint, TOKEN_2022))),
        *(_read(key) for key in (EVENT_AUTHORITY, PROGRAM)),
    ]
    options = struct.pack("<??Q?", False, False, 0, holder_reward)
    return Instruction(PROGRAM, _tag("create_v2") + words.encoded() + bytes(coin.creator) + options, metas)


def extend_account(account: Pubkey, *, user: Pubkey) -> Instruction:
    """Gives a curve of an older length today's; ``user`` pays the rent."""
    metas = [
        _write(account),
        AccountMeta(user, True, True),
        *(_read(key) for key in (SYSTEM, EVENT_AUTHORITY, PROGRAM)),
    ]
    return Instruction(PROGRAM, _tag("extend_account"), metas)


def buy(coin: Coin, *, user: Pubkey, tokens: int, maximum_sol: int) -> Instruction:
    """Buys exactly ``tokens`` for at most ``maximum_sol`` lamports, fees included (18 accounts)."""
    data = _tag("buy") + struct.pack("<QQ?", tokens, maximum_sol, False)
    return Instruction(PROGRAM, data, _legacy_buy_metas(coin, user))


def buy_exact_sol_in(coin: Coin, *, user: Pubkey, lamports: int, minimum_tokens: int = 0) -> Instruction:
    """Spends ``lamports``, fees included, on at least ``minimum_tokens`` (18 accounts)."""
    data = _tag("buy_exact_sol_in") + struct.pack("<QQ?", lamports, minimum_tokens, False)
    return Instruction(PROGRAM, data, _legacy_buy_metas(coin, user))


def sell(coin: Coin, *, user: Pubkey, tokens: int, minimum_sol: int = 0) -> Instruction:
    """Sells exactly ``tokens`` for at least ``minimum_sol`` lamports after fees (16 accounts, or 17)."""
    metas = [
        *_legacy_head(coin, user),
        _write(creator_vault(coin.creator)),
        *(_read(key) for key in (coin.token_program, EVENT_AUTHORITY, PROGRAM, FEE_CONFIG, FEE_PROGRAM)),
        *([_write(user_volume(user))] if coin.cashback else []),
        *_legacy_tail(coin),
    ]
    return Instruction(PROGRAM, _tag("sell") + struct.pack("<QQ", tokens, minimum_sol), metas)


def buy_v2(coin: Coin, *, user: Pubkey, tokens: int, maximum_sol: int) -> Instruction:
    """Buys exactly ``tokens`` for at most ``maximum_sol`` lamports, fees included (27 accounts)."""
    data = _tag("buy_v2") + struct.pack("<QQ", tokens, maximum_sol)
    return Instruction(PROGRAM, data, _v2_metas(coin, user, buys=True))


def buy_exact_quote_in_v2(coin: Coin, *, user: Pubkey, lamports: int, minimum_tokens: int = 0) -> Instruction:
    """Spends ``lamports``, fees included, on at least ``minimum_tokens`` (27 accounts)."""
    data = _tag("buy_exact_quote_in_v2") + struct.pack("<QQ", lamports, minimum_tokens)
    return Instruction(PROGRAM, data, _v2_metas(coin, user, buys=True))


def sell_v2(coin: Coin, *, user: Pubkey, tokens: int, minimum_sol: int = 0) -> Instruction:
    """Sells exactly ``tokens`` for at least ``minimum_sol`` lamports after fees (26 accounts)."""
    data = _tag("sell_v2") + struct.pack("<QQ", tokens, minimum_sol)
    return Instruction(PROGRAM, data, _v2_metas(coin, user, buys=False))


def _read(key: Pubkey) -> AccountMeta:
    return AccountMeta(key, False, False)


def _write(key: Pubkey) -> AccountMeta:
    return AccountMeta(key, False, True)


def _legacy_head(coin: Coin, user: Pubkey) -> list[AccountMeta]:
    return [
        _read(GLOBAL),
        _write(FEE_RECIPIENT),
        _read(coin.mint),
        *(_write(key) for key in (coin.curve, coin.vault, coin.account_of(user))),
        AccountMeta(user, True, True),
        _read(SYSTEM),
    ]


def _legacy_tail(coin: Coin) -> list[AccountMeta]:
    return [_read(_derived(b"bonding-curve-v2", bytes(coin.mint))), _write(BUYBACK_RECIPIENT)]


def _legacy_buy_metas(coin: Coin, user: Pubkey) -> list[AccountMeta]:
    return [
        *_legacy_head(coin, user),
        _read(coin.token_program),
        _write(creator_vault(coin.creator)),
        *(_read(key) for key in (EVENT_AUTHORITY, PROGRAM, GLOBAL_VOLUME)),
        _write(user_volume(user)),
        *(_read(key) for key in (FEE_CONFIG, FEE_PROGRAM)),
        *_legacy_tail(coin),
    ]


def _v2_metas(coin: Coin, user: Pubkey, *, buys: bool) -> list[AccountMeta]:
    vault, volume = creator_vault(coin.creator), user_volume(user)
    return [
        *(_read(key) for key in (GLOBAL, coin.mint, WSOL, coin.token_program, TOKEN, _ATA)),
        *(_write(key) for key in (FEE_RECIPIENT, associated(FEE_RECIPIENT, WSOL))),
        *(_write(key) for key in (BUYBACK_RECIPIENT, associated(BUYBACK_RECIPIENT, WSOL))),
        *(_write(key) for key in (coin.curve, coin.vault, associated(coin.curve, WSOL))),
        AccountMeta(user, True, True),
        *(_write(key) for key in (coin.account_of(user), associated(user, WSOL))),
        *(_write(key) for key in (vault, associated(vault, WSOL))),
        _read(_derived(b"sharing-config", bytes(coin.mint), program=FEE_PROGRAM)),
        *([_read(GLOBAL_VOLUME)] if buys else []),
        *(_write(key) for key in (volume, associated(volume, WSOL))),
        *(_read(key) for key in (FEE_CONFIG, FEE_PROGRAM, SYSTEM, EVENT_AUTHORITY, PROGRAM)),
    ]
