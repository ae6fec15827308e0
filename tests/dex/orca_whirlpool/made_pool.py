"""A Whirlpool packed by hand: accounts as a node would return them."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from sniperforge.dex.orca_whirlpool import program
from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import Account
from tests.dex.made import address, mint_account, raw, tag, token_account, u128

CONFIG = "2LecshUwdy9xi7meFgHtFJQNSKk4KdTrcpvaB56dP2NQ"


@dataclass
class WhirlpoolAccounts:
    """What goes into the accounts of a WSOL/USDC pool; change a field, then :meth:`pack`."""

    config: str = CONFIG
    spacing: int = 64
    tier: int = 64
    sqrt_price: int = 1 << 63
    owed: tuple[int, int] = (11, 22)
    trade_start: int = 1_790_000_000

    @property
    def pool(self) -> str:
        """The canonical address."""
        return program.pool_address(self.config, WSOL_MINT, USDC_MINT, self.tier)

    def vaults(self) -> tuple[str, str]:
        """Where the pool keeps its tokens: any addresses."""
        return address(70), address(71)

    def pool_account(self) -> Account:
        """The pool's own account."""
        vault_a, vault_b = self.vaults()
        body = (
            raw(self.config)
            + struct.pack("<BHHHH", 255, self.spacing, self.tier, 3_000, 1_300)
            + u128(77)
            + u128(self.sqrt_price)
            + struct.pack("<iQQ", -5, *self.owed)
            + raw(WSOL_MINT)
            + raw(vault_a)
            + u128(0)
            + raw(USDC_MINT)
            + raw(vault_b)
        )
        data = (tag("account", "Whirlpool") + body).ljust(653, b"\0")
        return Account(self.pool, program.MAINNET, 1, data)

    def oracle_account(self) -> Account:
        """What a pool with adaptive fees keeps beside itself."""
        data = tag("account", "Oracle") + raw(self.pool) + struct.pack("<Q", self.trade_start) + bytes(50)
        return Account(program.oracle_address(self.pool), program.MAINNET, 1, data)

    def pack(self) -> dict[str, Account | None]:
        """All accounts by address."""
        vault_a, vault_b = self.vaults()
        accounts = (
            self.pool_account(),
            self.oracle_account(),
            token_account(vault_a, WSOL_MINT, self.pool, 1_000),
            token_account(vault_b, USDC_MINT, self.pool, 2_000),
            mint_account(WSOL_MINT, 9),
            mint_account(USDC_MINT, 6),
        )
        return {account.address: account for account in accounts}
