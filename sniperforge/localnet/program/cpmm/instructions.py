"""Instructions of the AMM program and the addresses they name; account orders as in pools.md section 2."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from sniperforge.domain import addresses
from sniperforge.localnet.program.binary import CPMM

PROGRAM: Final = Pubkey.from_string(CPMM.address)
TOKEN: Final = Pubkey.from_string(addresses.TOKEN_PROGRAM)
TOKEN_2022: Final = Pubkey.from_string(addresses.TOKEN_2022_PROGRAM)
CREATE_POOL_FEE: Final = Pubkey.from_string("DNXgeM9EiiaAbaWvwjHj9fQQLAX5ZsfHyvmYUNRAdNC8")
AUTHORITY: Final = Pubkey.find_program_address([b"vault_and_lp_mint_auth_seed"], PROGRAM)[0]
"""Owns every vault and mints every LP token."""
OPERATOR_SEED: Final = sha256(b"sniperforge localnet amm operator").digest()
"""Of the key that lists mints; no secret, as Raydium's operator is here nobody."""
OPERATOR: Final = Keypair.from_seed(OPERATOR_SEED).pubkey()

_ATA: Final = Pubkey.from_string(addresses.ASSOCIATED_TOKEN_PROGRAM)
_SYSTEM: Final = Pubkey.from_string(addresses.SYSTEM_PROGRAM)
_MEMO: Final = Pubkey.from_string(addresses.MEMO_PROGRAM)
_RENT: Final = Pubkey.from_string(addresses.RENT_SYSVAR)


def _tag(name: str) -> bytes:
    return sha256(f"global:{name}".encode()).digest()[:8]


_INITIALIZE: Final = _tag("initialize")
_DEPOSIT: Final = _tag("deposit")
_WITHDRAW: Final = _tag("withdraw")
_LIST_MINT: Final = _tag("create_support_mint_associated")
_SWAP_BASE_INPUT: Final = _tag("swap_base_input")
_SWAP_BASE_OUTPUT: Final = _tag("swap_base_output")


def config_address(index: int = 0) -> Pubkey:
    """The fee configuration with this index."""
    return Pubkey.find_program_address([b"amm_config", struct.pack(">H", index)], PROGRAM)[0]


CONFIG_0: Final = config_address(0)


def associated_token_account(owner: Pubkey, mint: Pubkey, token_program: Pubkey = TOKEN) -> Pubkey:
    """The owner's associated token account of a mint."""
    return Pubkey.find_program_address([bytes(owner), bytes(token_program), bytes(mint)], _ATA)[0]


@dataclass(frozen=True, slots=True)
class PoolAddresses:
    """Every address that belongs to one pool; token 0 is the mint with the smaller bytes."""

    pool: Pubkey
    config: Pubkey
    mint_0: Pubkey
    mint_1: Pubkey
    program_0: Pubkey
    program_1: Pubkey
    lp_mint: Pubkey
    vault_0: Pubkey
    vault_1: Pubkey
    observation: Pubkey

    def side_of(self, mint: Pubkey) -> int:
        """0 or 1. Raises ``ValueError`` when the pool does not hold the mint."""
        return (self.mint_0, self.mint_1).index(mint)


def pool_addresses(
    mint_a: Pubkey,
    mint_b: Pubkey,
    *,
    program_a: Pubkey = TOKEN,
    program_b: Pubkey = TOKEN,
    config: Pubkey = CONFIG_0,
    pool: Pubkey | None = None,
) -> PoolAddresses:
    """The addresses of the pool of two mints, given in any order with their token programs.

    ``pool`` is given for a pool at a key of its own; otherwise it is derived from the config and the mints.
    """
    if bytes(mint_b) < bytes(mint_a):
        mint_a, mint_b, program_a, program_b = mint_b, mint_a, program_b, program_a
    seeds = [b"pool", bytes(config), bytes(mint_a), bytes(mint_b)]
    address = pool or Pubkey.find_program_address(seeds, PROGRAM)[0]

    def derived(*parts: bytes) -> Pubkey:
        return Pubkey.find_program_address([parts[0], bytes(address), *parts[1:]], PROGRAM)[0]

    return PoolAddresses(
        pool=address,
        config=config,
        mint_0=mint_a,
        mint_1=mint_b,
        program_0=program_a,
        program_1=program_b,
        lp_mint=derived(b"pool_lp_mint"),
        vault_0=derived(b"pool_vault", bytes(mint_a)),
        vault_1=derived(b"pool_vault", bytes(mint_b)),
        observation=derived(b"observation"),
    )


def initialize(
    pool: PoolAddresses,
    *,
    creator: Pubkey,
    creator_token_0: Pubkey,
    creator_token_1: Pubkey,
    amount_0: int,
    amount_1: int,
    open_time: int = 0,
    pool_signs: bool = False,
    listed: tuple[Pubkey, ...] = (),
) -> Instruction:
    """Creates and funds the pool; ``open_time`` 0 or past means one second after the block's time.

    ``listed`` are those of its mints that need their entry in the operator's list (:func:`list_mint`).
    """
    lp_account = associated_token_account(creator, pool.lp_mint)
    metas = [
        AccountMeta(creator, True, True),
        _read(pool.config),
        _read(AUTHORITY),
        AccountMeta(pool.pool, pool_signs, True),
        _read(pool.mint_0),
        _read(pool.mint_1),
        _write(pool.lp_mint),
        _write(creator_token_0),
        _write(creator_token_1),
        _write(lp_account),
        _write(pool.vault_0),
        _write(pool.vault_1),
        _write(CREATE_POOL_FEE),
        _write(pool.observation),
        *(_read(key) for key in (TOKEN, pool.program_0, pool.program_1, _ATA, _SYSTEM, _RENT)),
        *(_read(listing_address(mint)) for mint in listed),
    ]
    return Instruction(PROGRAM, _INITIALIZE + struct.pack("<QQQ", amount_0, amount_1, open_time), metas)


def listing_address(mint: Pubkey) -> Pubkey:
    """Where the operator's list has its entry for ``mint``."""
    return Pubkey.find_program_address([b"support_mint", bytes(mint)], PROGRAM)[0]


def list_mint(mint: Pubkey) -> Instruction:
    """Lets pools hold a Token-2022 mint whatever its extensions are; :data:`OPERATOR` signs and pays."""
    metas = [AccountMeta(OPERATOR, True, True), _read(mint), _write(listing_address(mint)), _read(_SYSTEM)]
    return Instruction(PROGRAM, _LIST_MINT, metas)


def swap_base_input(
    pool: PoolAddresses,
    *,
    payer: Pubkey,
    source: Pubkey,
    destination: Pubkey,
    mint_in: Pubkey,
    amount_in: int,
    minimum_out: int = 0,
) -> Instruction:
    """Sells exactly ``amount_in`` of ``mint_in`` for at least ``minimum_out`` of the pool's other mint."""
    data = _SWAP_BASE_INPUT + struct.pack("<QQ", amount_in, minimum_out)
    return Instruction(PROGRAM, data, _swap_metas(pool, payer, source, destination, mint_in))


def swap_base_output(
    pool: PoolAddresses,
    *,
    payer: Pubkey,
    source: Pubkey,
    destination: Pubkey,
    mint_in: Pubkey,
    maximum_in: int,
    amount_out: int,
) -> Instruction:
    """Buys exactly ``amount_out`` of the pool's other mint for at most ``maximum_in`` of ``mint_in``."""
    data = _SWAP_BASE_OUTPUT + struct.pack("<QQ", maximum_in, amount_out)
    return Instruction(PROGRAM, data, _swap_metas(pool, payer, source, destination, mint_in))


def deposit(
    pool: PoolAddresses,
    *,
    owner: Pubkey,
    lp_account: Pubkey,
    token_0: Pubkey,
    token_1: Pubkey,
    lp_amount: int,
    maximum_0: int,
    maximum_1: int,
) -> Instruction:
    """Mints ``lp_amount`` LP tokens for at most the given amounts of both tokens."""
    data = _DEPOSIT + struct.pack("<QQQ", lp_amount, maximum_0, maximum_1)
    return Instruction(PROGRAM, data, _liquidity_metas(pool, owner, lp_account, token_0, token_1))


def withdraw(
    pool: PoolAddresses,
    *,
    owner: Pubkey,
    lp_account: Pubkey,
    token_0: Pubkey,
    token_1: Pubkey,
    lp_amount: int,
    minimum_0: int = 0,
    minimum_1: int = 0,
) -> Instruction:
    """Burns ``lp_amount`` LP tokens for at least the given amounts of both tokens."""
    data = _WITHDRAW + struct.pack("<QQQ", lp_amount, minimum_0, minimum_1)
    metas = _liquidity_metas(pool, owner, lp_account, token_0, token_1)
    return Instruction(PROGRAM, data, [*metas, _read(_MEMO)])


def _read(key: Pubkey) -> AccountMeta:
    return AccountMeta(key, False, False)


def _write(key: Pubkey) -> AccountMeta:
    return AccountMeta(key, False, True)


def _swap_metas(
    pool: PoolAddresses, payer: Pubkey, source: Pubkey, destination: Pubkey, mint_in: Pubkey
) -> list[AccountMeta]:
    vaults, programs = (pool.vault_0, pool.vault_1), (pool.program_0, pool.program_1)
    mints = (pool.mint_0, pool.mint_1)
    side = pool.side_of(mint_in)
    return [
        AccountMeta(payer, True, False),
        _read(AUTHORITY),
        _read(pool.config),
        *(_write(key) for key in (pool.pool, source, destination, vaults[side], vaults[1 - side])),
        *(_read(key) for key in (programs[side], programs[1 - side], mints[side], mints[1 - side])),
        _write(pool.observation),
    ]


def _liquidity_metas(
    pool: PoolAddresses, owner: Pubkey, lp_account: Pubkey, token_0: Pubkey, token_1: Pubkey
) -> list[AccountMeta]:
    return [
        AccountMeta(owner, True, False),
        _read(AUTHORITY),
        *(_write(key) for key in (pool.pool, lp_account, token_0, token_1, pool.vault_0, pool.vault_1)),
        *(_read(key) for key in (TOKEN, TOKEN_2022, pool.mint_0, pool.mint_1)),
        _write(pool.lp_mint),
    ]
