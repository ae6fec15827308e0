"""Instructions of the AMM v4 program and the addresses they name; account orders as in pools.md section 1."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from sniperforge.domain import addresses
from sniperforge.localnet.program.binary import AMM_V4

PROGRAM: Final = Pubkey.from_string(AMM_V4.address)
MARKET_PROGRAM: Final = Pubkey.from_string("srmqPvymJeFKQ4zGQed1GFppgkRHL9kaELCbyksJtPX")
"""OpenBook's on mainnet; nothing runs there on an embedded network."""
CREATE_FEE: Final = Pubkey.from_string("7YttLkHDoNj9wyDur5pM1ejNaAvT9X4eqaYcHQqtj2G5")
TOKEN: Final = Pubkey.from_string(addresses.TOKEN_PROGRAM)

_ATA: Final = Pubkey.from_string(addresses.ASSOCIATED_TOKEN_PROGRAM)
_SYSTEM: Final = Pubkey.from_string(addresses.SYSTEM_PROGRAM)
_RENT: Final = Pubkey.from_string(addresses.RENT_SYSVAR)

AUTHORITY, NONCE = Pubkey.find_program_address([b"amm authority"], PROGRAM)
CONFIG: Final = Pubkey.find_program_address([b"amm_config_account_seed"], PROGRAM)[0]


@dataclass(frozen=True, slots=True)
class PoolAddresses:
    """Every address that belongs to one pool; prices are in pc for a coin."""

    market: Pubkey
    coin_mint: Pubkey
    pc_mint: Pubkey
    market_program: Pubkey = MARKET_PROGRAM

    @property
    def pool(self) -> Pubkey:
        """The pool's account."""
        return self._derived("amm")

    @property
    def open_orders(self) -> Pubkey:
        """Its account in the order book."""
        return self._derived("open_order")

    @property
    def target_orders(self) -> Pubkey:
        """Where the orders that it would place are planned."""
        return self._derived("target")

    @property
    def lp_mint(self) -> Pubkey:
        """The mint of its shares."""
        return self._derived("lp_mint")

    @property
    def vaults(self) -> tuple[Pubkey, Pubkey]:
        """Its accounts of coin and of pc."""
        return self._derived("coin_vault"), self._derived("pc_vault")

    def _derived(self, what: str) -> Pubkey:
        seeds = [bytes(PROGRAM), bytes(self.market), f"{what}_associated_seed".encode()]
        return Pubkey.find_program_address(seeds, PROGRAM)[0]


def initialize2(
    pool: PoolAddresses,
    *,
    user: Pubkey,
    user_coin: Pubkey,
    user_pc: Pubkey,
    coin: int,
    pc: int,
    open_time: int = 0,
) -> Instruction:
    """Creates and funds the pool; swaps begin at ``open_time``, Unix seconds."""
    coin_vault, pc_vault = pool.vaults
    lp_account = Pubkey.find_program_address([bytes(user), bytes(TOKEN), bytes(pool.lp_mint)], _ATA)[0]
    metas = [
        *(_read(key) for key in (TOKEN, _ATA, _SYSTEM, _RENT)),
        _write(pool.pool),
        _read(AUTHORITY),
        *(_write(key) for key in (pool.open_orders, pool.lp_mint)),
        *(_read(key) for key in (pool.coin_mint, pool.pc_mint)),
        *(_write(key) for key in (coin_vault, pc_vault, pool.target_orders)),
        _read(CONFIG),
        _write(CREATE_FEE),
        *(_read(key) for key in (pool.market_program, pool.market)),
        AccountMeta(user, True, True),
        *(_write(key) for key in (user_coin, user_pc, lp_account)),
    ]
    return Instruction(PROGRAM, struct.pack("<BBQQQ", 1, NONCE, open_time, pc, coin), metas)


def swap_base_in(
    pool: PoolAddresses,
    *,
    user: Pubkey,
    source: Pubkey,
    destination: Pubkey,
    amount_in: int,
    minimum_out: int = 0,
    accounts: int = 18,
) -> Instruction:
    """Sells exactly ``amount_in`` of the source's mint, in the form with 18, 17 or 8 accounts."""
    data = struct.pack("<BQQ", 16 if accounts == 8 else 9, amount_in, minimum_out)
    return Instruction(PROGRAM, data, _swap_metas(pool, user, source, destination, accounts))


def swap_base_out(
    pool: PoolAddresses,
    *,
    user: Pubkey,
    source: Pubkey,
    destination: Pubkey,
    maximum_in: int,
    amount_out: int,
    accounts: int = 18,
) -> Instruction:
    """Buys exactly ``amount_out`` of the destination's mint, in the form with 18, 17 or 8 accounts."""
    data = struct.pack("<BQQ", 17 if accounts == 8 else 11, maximum_in, amount_out)
    return Instruction(PROGRAM, data, _swap_metas(pool, user, source, destination, accounts))


def _read(key: Pubkey) -> AccountMeta:
    return AccountMeta(key, False, False)


def _write(key: Pubkey) -> AccountMeta:
    return AccountMeta(key, False, True)


def _swap_metas(
    pool: PoolAddresses, user: Pubkey, source: Pubkey, destination: Pubkey, accounts: int
) -> list[AccountMeta]:
    head = [_read(TOKEN), _write(pool.pool), _read(AUTHORITY)]
    orders = {18: [pool.open_orders, pool.target_orders], 17: [pool.open_orders], 8: []}[accounts]
    book = [] if accounts == 8 else [_read(pool.market_program), *[_write(pool.market)] * 6, _read(AUTHORITY)]
    return [
        *head,
        *(_write(key) for key in (*orders, *pool.vaults)),
        *book,
        *(_write(key) for key in (source, destination)),
        AccountMeta(user, True, False),
    ]
