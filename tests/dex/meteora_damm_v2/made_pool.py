"""A DAMM v2 pool packed by hand: accounts as a node would return them."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from sniperforge.dex.meteora_damm_v2 import program
from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import Account
from tests.dex.made import address, mint_account, raw, tag, token_account, u128


@dataclass
class DammAccounts:
    """What goes into the accounts of a WSOL/USDC pool; change a field, then :meth:`pack`."""

    pool: str = program.pool_address(address(50), WSOL_MINT, USDC_MINT)
    sqrt_price: int = 1 << 63
    held_a: int = 1_000
    held_b: int = 2_000
    owed: tuple[int, int] = (10, 20)
    activation_point: int = 1_790_000_000
    activation_type: int = 1
    status: int = 0
    fee_mode: int = 1

    def vaults(self) -> tuple[str, str]:
        """Where the pool keeps its tokens."""
        return program.vault_address(WSOL_MINT, self.pool), program.vault_address(USDC_MINT, self.pool)

    def pool_account(self) -> Account:
        """The pool's own account."""
        data = bytearray(1112)
        data[:8] = tag("account", "Pool")
        data[8:16] = struct.pack("<Q", 500_000_000)
        data[168:296] = b"".join(map(raw, (WSOL_MINT, USDC_MINT, *self.vaults())))
        data[360:376] = u128(9_000)
        data[392:408] = struct.pack("<QQ", *self.owed)
        data[456:472] = u128(self.sqrt_price)
        data[472:480] = struct.pack("<Q", self.activation_point)
        data[480:485] = bytes((self.activation_type, self.status, 0, 0, self.fee_mode))
        data[552:568] = u128(8_000)
        data[648:680] = raw(address(60))
        return Account(self.pool, program.MAINNET, 1, bytes(data))

    def pack(self) -> dict[str, Account | None]:
        """All accounts by address."""
        vault_a, vault_b = self.vaults()
        accounts = (
            self.pool_account(),
            token_account(vault_a, WSOL_MINT, program.AUTHORITY, self.held_a),
            token_account(vault_b, USDC_MINT, program.AUTHORITY, self.held_b),
            mint_account(WSOL_MINT, 9),
            mint_account(USDC_MINT, 6),
        )
        return {account.address: account for account in accounts}
