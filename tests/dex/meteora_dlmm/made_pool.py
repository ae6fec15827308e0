"""A DLMM pool packed by hand: accounts as a node would return them."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from sniperforge.dex.meteora_dlmm import program
from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import Account
from tests.dex.made import address, mint_account, raw, tag, token_account

PRESET = address(50)


@dataclass
class DlmmAccounts:
    """What goes into the accounts of a WSOL/USDC pool; change a field, then :meth:`pack`."""

    pool: str = program.pool_address(PRESET, WSOL_MINT, USDC_MINT)
    base_key: str = PRESET
    base_factor: int = 8_000
    pair_type: int = 3
    active_id: int = 0
    bin_step: int = 25
    status: int = 0
    activation_type: int = 1
    activation_point: int = 1_790_000_000
    held_x: int = 1_000
    held_y: int = 2_000
    owed: tuple[int, int] = (10, 20)

    def reserves(self) -> tuple[str, str]:
        """Where the pool keeps its tokens."""
        return (
            program.reserve_address(self.pool, WSOL_MINT),
            program.reserve_address(self.pool, USDC_MINT),
        )

    def pool_account(self) -> Account:
        """The pool's own account."""
        data = bytearray(904)
        data[:8] = tag("account", "LbPair")
        data[8:10] = struct.pack("<H", self.base_factor)
        data[32:35] = struct.pack("<HB", 500, 1)
        data[40:44] = struct.pack("<I", 77)
        data[75:83] = struct.pack("<BiHB", self.pair_type, self.active_id, self.bin_step, self.status)
        data[86] = self.activation_type
        data[88:216] = b"".join(map(raw, (WSOL_MINT, USDC_MINT, *self.reserves())))
        data[216:232] = struct.pack("<QQ", *self.owed)
        data[784:816] = raw(self.base_key)
        data[816:824] = struct.pack("<Q", self.activation_point)
        data[848:880] = raw(address(60))
        return Account(self.pool, program.MAINNET, 1, bytes(data))

    def pack(self) -> dict[str, Account | None]:
        """All accounts by address."""
        reserve_x, reserve_y = self.reserves()
        accounts = (
            self.pool_account(),
            token_account(reserve_x, WSOL_MINT, self.pool, self.held_x),
            token_account(reserve_y, USDC_MINT, self.pool, self.held_y),
            mint_account(WSOL_MINT, 9),
            mint_account(USDC_MINT, 6),
        )
        return {account.address: account for account in accounts}
