"""A DAMM v1 pool and its vaults packed by hand: accounts as a node would return them."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from sniperforge.dex.meteora_damm_v1 import program
from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import Account
from tests.dex.made import address, mint_account, raw, tag, token_account

SHARES_OF_ALL = 10**15
"""The supply of every hand-packed mint."""


@dataclass
class DammAccounts:
    """What goes into the accounts of a WSOL/USDC pool; change a field, then :meth:`pack`.

    ``shares`` are parts of ``10**15``; ``totals`` is what the vaults own.
    """

    pool: str = program.pool_address(address(50), WSOL_MINT, USDC_MINT)
    shares: tuple[int, int] = (10**14, 2 * 10**14)
    totals: tuple[int, int] = (10_000, 20_000)
    enabled: bool = True
    activation_point: int = 1_790_000_000
    activation_type: int = 1
    curve: bytes = b"\x00" + bytes(19)
    share_mints: tuple[str, str] | None = None
    vault_mints: tuple[str, str] = (WSOL_MINT, USDC_MINT)

    def vaults(self) -> tuple[str, str]:
        """The vaults of both mints."""
        return program.vault_address(WSOL_MINT), program.vault_address(USDC_MINT)

    def held(self) -> tuple[str, str]:
        """Where the pool holds its shares."""
        vault_a, vault_b = self.vaults()
        return program.pool_share_address(vault_a, self.pool), program.pool_share_address(vault_b, self.pool)

    def shared(self) -> tuple[str, str]:
        """The mints of the vaults' shares."""
        vault_a, vault_b = self.vaults()
        return self.share_mints or (
            program.share_mint_address(vault_a, WSOL_MINT),
            program.share_mint_address(vault_b, USDC_MINT),
        )

    def pool_account(self) -> Account:
        """The pool's own account."""
        lp_mint = program.lp_mint_address(self.pool)
        keys = (lp_mint, WSOL_MINT, USDC_MINT, *self.vaults(), *self.held())
        data = bytearray(874)
        data[:8] = tag("account", "Pool")
        data[8:232] = b"".join(map(raw, keys))
        data[233] = self.enabled
        data[330:346] = struct.pack("<QQ", 250, 100_000)
        data[395:403] = struct.pack("<Q", 44)
        data[403:411] = struct.pack("<Q", self.activation_point)
        data[443:475] = raw(address(60))
        data[475] = self.activation_type
        return Account(self.pool, program.MAINNET, 1, bytes(data) + self.curve)

    def vault_account(self, side: int) -> Account:
        """One vault."""
        where = self.vaults()[side]
        data = bytearray(1227)
        data[:8] = tag("account", "Vault")
        data[8:11] = b"\x01\xff\xfe"
        data[11:19] = struct.pack("<Q", self.totals[side])
        data[19:51] = raw(program.token_vault_address(where))
        data[83:147] = raw(self.vault_mints[side]) + raw(self.shared()[side])
        return Account(where, program.VAULTS, 1, bytes(data))

    def pack(self) -> dict[str, Account | None]:
        """All accounts by address."""
        accounts = [self.pool_account(), mint_account(program.lp_mint_address(self.pool))]
        for side, (mint, decimals) in enumerate(((WSOL_MINT, 9), (USDC_MINT, 6))):
            share_mint = self.shared()[side]
            accounts += [
                mint_account(mint, decimals),
                self.vault_account(side),
                mint_account(share_mint),
                token_account(self.held()[side], share_mint, self.pool, self.shares[side]),
            ]
        return {account.address: account for account in accounts}
