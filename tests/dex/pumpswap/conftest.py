"""A PumpSwap pool packed by hand: accounts as a node would return them."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import pytest

from sniperforge.dex.anchor import account_discriminator
from sniperforge.dex.pumpfun.program import pool_authority
from sniperforge.dex.pumpswap import program
from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAM, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.tokens.addresses import associated_token_address
from tests.dex.pumpfun.conftest import (
    MINT,
    RECIPIENTS,
    fee_config_account,
    key,
    made_up,
    mint_account,
)

COIN_CREATOR = made_up(60)


def config_account(
    *, flags: int = 0, creator_fee_configurable: bool = False, recipients: bool = True
) -> Account:
    """The GlobalConfig, with eight recipients of each kind."""
    data = bytearray(949)
    data[:8] = account_discriminator("GlobalConfig")
    struct.pack_into("<QQB", data, 40, 20, 5, flags)
    if recipients:
        for offset, names in (
            (57, RECIPIENTS[:8]),
            (385, RECIPIENTS[8:9]),
            (418, RECIPIENTS[9:16]),
            (643, RECIPIENTS[16:24]),
        ):
            data[offset : offset + 32 * len(names)] = b"".join(map(key, names))
    data[940] = creator_fee_configurable
    return Account(program.GLOBAL_CONFIG, program.PROGRAM, 1, bytes(data))


@dataclass
class PoolAccounts:
    """What goes into the accounts of a pool; change a field, then :meth:`pack`."""

    base_mint: str = MINT
    quote_mint: str = WSOL_MINT
    base_amount: int = 206_900_000_000_000
    quote_amount: int = 67_405_853_771
    virtual_quote: int = 17_584_505_289
    index: int = 0
    creator: str = ""
    coin_creator: str = COIN_CREATOR
    mayhem: bool = False
    cashback: bool = False
    creator_fee_bps: int = 0
    fees_kept: tuple[int, int] = (0, 0)
    size: int = 287
    flags: int = 0
    creator_fee_configurable: bool = False
    recipients: bool = True
    tiers: tuple[tuple[int, int, int, int], ...] = ((0, 2, 93, 30), (420_000_000_000, 20, 5, 95))
    supply: int = 10**15
    base_tail: bytes = b""
    vault_owner: str = ""
    address: str = ""
    replaced: dict[str, Account | None] = field(default_factory=dict)

    @property
    def made_by(self) -> str:
        """Who created it: the migration unless told otherwise."""
        return self.creator or pool_authority(self.base_mint)

    @property
    def pool(self) -> str:
        """Its address: the derived one unless told otherwise."""
        return self.address or program.pool_address(self.index, self.made_by, self.base_mint, self.quote_mint)

    def token_program(self, mint: str) -> str:
        """Token-2022 for coins."""
        return TOKEN_2022_PROGRAM if mint == MINT else TOKEN_PROGRAM

    def vault(self, mint: str) -> str:
        """Where the pool keeps a mint."""
        return associated_token_address(self.pool, mint, self.token_program(mint))

    def pool_account(self) -> Account:
        """The pool alone."""
        keys = (
            self.made_by,
            self.base_mint,
            self.quote_mint,
            program.lp_mint_address(self.pool),
            self.vault(self.base_mint),
            self.vault(self.quote_mint),
        )
        data = account_discriminator("Pool") + struct.pack("<BH", 254, self.index)
        data += b"".join(map(key, keys)) + struct.pack("<Q", 4_193_388_301_800) + key(self.coin_creator)
        data += struct.pack("<??", self.mayhem, self.cashback)
        data += self.virtual_quote.to_bytes(16, "little", signed=True)
        data += struct.pack("<Q??QQ", self.creator_fee_bps, False, True, *self.fees_kept)
        return Account(self.pool, program.PROGRAM, 1, data[: self.size].ljust(self.size, b"\0"))

    def pack(self) -> dict[str, Account | None]:
        """All accounts by address."""
        packed = (
            self.pool_account(),
            self._vault(self.base_mint, self.base_amount),
            self._vault(self.quote_mint, self.quote_amount),
            *(
                mint_account(
                    mint,
                    decimals=9 if mint == WSOL_MINT else 6,
                    supply=self.supply,
                    owner=self.token_program(mint),
                    tail=self.base_tail if mint == MINT else b"",
                )
                for mint in (self.base_mint, self.quote_mint)
            ),
            mint_account(
                program.lp_mint_address(self.pool), decimals=9, supply=100, owner=TOKEN_2022_PROGRAM
            ),
            config_account(
                flags=self.flags,
                creator_fee_configurable=self.creator_fee_configurable,
                recipients=self.recipients,
            ),
            fee_config_account(program.FEE_CONFIG, *self.tiers),
        )
        return {account.address: account for account in packed} | self.replaced

    def _vault(self, mint: str, amount: int) -> Account:
        owner = self.vault_owner or self.pool
        data = key(mint) + key(owner) + struct.pack("<Q36xB56x", amount, 1)
        return Account(self.vault(mint), self.token_program(mint), 1, data)


@pytest.fixture
def pool_accounts() -> type[PoolAccounts]:
    """Makes a :class:`PoolAccounts` with some fields changed."""
    return PoolAccounts
