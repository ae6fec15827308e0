"""A CLMM pool packed by hand: accounts as a node would return them."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from sniperforge.dex.raydium_clmm import program
from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import Account
from tests.dex.made import address, mint_account, raw, tag, token_account, u128


@dataclass
class ClmmAccounts:
    """What goes into the accounts of a WSOL/USDC pool; change a field, then :meth:`pack`."""

    sqrt_price: int = 1 << 63
    liquidity: int = 77
    vault_0: int = 1_000
    vault_1: int = 2_000
    protocol_fees: tuple[int, int] = (10, 20)
    fund_fees: tuple[int, int] = (1, 2)
    status: int = 0
    seed_index: int = 0
    open_time: int = 1_790_000_000
    decimals_0: int = 9

    @property
    def config(self) -> str:
        """Any configuration."""
        return address(50)

    @property
    def pool(self) -> str:
        """The canonical address."""
        return program.pool_address(self.config, WSOL_MINT, USDC_MINT)

    def vaults(self) -> tuple[str, str]:
        """Where the pool keeps its tokens."""
        return program.vault_address(self.pool, WSOL_MINT), program.vault_address(self.pool, USDC_MINT)

    def pool_account(self) -> Account:
        """The pool's own account."""
        keys = (self.config, address(60), WSOL_MINT, USDC_MINT, *self.vaults())
        data = bytearray(1544)
        data[:8] = tag("account", "PoolState")
        data[9:201] = b"".join(map(raw, keys))
        data[201:233] = raw(program.observation_address(self.pool))
        data[233:273] = (
            struct.pack("<BBH", self.decimals_0, 6, 60)
            + u128(self.liquidity)
            + u128(self.sqrt_price)
            + struct.pack("<i", -5)
        )
        data[309:325] = struct.pack("<QQ", *self.protocol_fees)
        data[389:393] = struct.pack("<BBH", self.status, 0, self.seed_index)
        data[1064:1088] = struct.pack("<QQQ", *self.fund_fees, self.open_time)
        return Account(self.pool, program.MAINNET, 1, bytes(data))

    def pack(self) -> dict[str, Account | None]:
        """All accounts by address."""
        vault_0, vault_1 = self.vaults()
        accounts = (
            self.pool_account(),
            token_account(vault_0, WSOL_MINT, self.pool, self.vault_0),
            token_account(vault_1, USDC_MINT, self.pool, self.vault_1),
            mint_account(WSOL_MINT, 9),
            mint_account(USDC_MINT, 6),
        )
        return {account.address: account for account in accounts}
