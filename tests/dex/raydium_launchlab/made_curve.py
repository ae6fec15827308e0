"""A LaunchLab curve packed by hand: accounts as a node would return them, and its state."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

from sniperforge.dex.raydium_launchlab import curve, program
from sniperforge.dex.raydium_launchlab.accounts import LaunchlabConfig, LaunchlabPlatform, LaunchlabPool
from sniperforge.dex.raydium_launchlab.state import LaunchlabState
from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAM, WSOL_MINT
from sniperforge.domain.chain import Account
from tests.dex.made import address, mint_account, raw, tag, token_account

TOKEN = address(3_000)
CONFIG, PLATFORM, CREATOR = address(3_001), address(3_002), address(3_003)
POOL = program.pool_address(TOKEN, WSOL_MINT)
BASE_VAULT, QUOTE_VAULT = program.vault_address(POOL, TOKEN), program.vault_address(POOL, WSOL_MINT)


def pool(**changes: Any) -> LaunchlabPool:
    """The usual curve, a tenth of the way."""
    fields: dict[str, Any] = {
        "address": POOL,
        "program_id": program.MAINNET,
        "status": 0,
        "base_decimals": 6,
        "quote_decimals": 9,
        "migrate_type": 1,
        "supply": 10**15,
        "total_base_sell": 793_100_000_000_000,
        "virtual_base": 1_073_025_605_596_382,
        "virtual_quote": 30_000_852_951,
        "real_base": 100_000_000_000_000,
        "real_quote": 3_083_254_713,
        "total_quote_fund_raising": 85_000_000_000,
        "quote_protocol_fee": 7,
        "platform_fee": 8,
        "migrate_fee": 9,
        "global_config": CONFIG,
        "platform_config": PLATFORM,
        "base_mint": TOKEN,
        "quote_mint": WSOL_MINT,
        "base_vault": BASE_VAULT,
        "quote_vault": QUOTE_VAULT,
        "creator": CREATOR,
    }
    return LaunchlabPool(**fields | changes)


def state(
    kind: int = curve.CONSTANT,
    rates: tuple[int, int, int] = (2_500, 10_000, 500),
    changes: dict[str, Any] | None = None,
    **more: Any,
) -> LaunchlabState:
    """The usual curve's state with these rates: protocol, platform, creator."""
    config = LaunchlabConfig(CONFIG, kind, 0, rates[0], 10_000, WSOL_MINT)
    platform = LaunchlabPlatform(PLATFORM, "some", rates[1], rates[2])
    return LaunchlabState(pool(**changes or {}), config, platform, TOKEN_2022_PROGRAM, TOKEN_PROGRAM, **more)


@dataclass
class CurveAccounts:
    """What goes into the accounts; change a field, then :meth:`pack`."""

    own: LaunchlabPool
    curve_type: int = 0
    config_owner: str = program.MAINNET
    base_decimals: int = 6
    base_extensions: bytes = b""
    vault_owner: str = program.authority()

    def pool_account(self) -> Account:
        """The curve's own account."""
        own = self.own
        small = (255, own.status, own.base_decimals, own.quote_decimals, own.migrate_type)
        amounts = (
            own.supply,
            own.total_base_sell,
            own.virtual_base,
            own.virtual_quote,
            own.real_base,
            own.real_quote,
            own.total_quote_fund_raising,
            own.quote_protocol_fee,
            own.platform_fee,
            own.migrate_fee,
        )
        keys = (
            own.global_config,
            own.platform_config,
            own.base_mint,
            own.quote_mint,
            own.base_vault,
            own.quote_vault,
            own.creator,
        )
        data = tag("account", "PoolState") + bytes(8) + struct.pack("<5B10Q", *small, *amounts)
        data += bytes(40) + b"".join(map(raw, keys))
        return Account(own.address, own.program_id, 1, data.ljust(429, b"\0"))

    def config_account(self) -> Account:
        """The global configuration: 0.25 %, at most 1 % shared."""
        data = tag("account", "GlobalConfig") + bytes(8)
        data += struct.pack("<BHQQQ", self.curve_type, 3, 0, 2_500, 10_000)
        data = data.ljust(83, b"\0") + raw(WSOL_MINT)
        return Account(CONFIG, self.config_owner, 1, data.ljust(371, b"\0"))

    def platform_account(self, size: int = 944) -> Account:
        """The platform: 1 %, and 0.05 % for creators."""
        data = (tag("account", "PlatformConfig")).ljust(104, b"\0")
        data += struct.pack("<Q", 10_000) + b"some"
        data = data.ljust(720, b"\0") + struct.pack("<Q", 500)
        return Account(PLATFORM, program.MAINNET, 1, data.ljust(size, b"\0"))

    def pack(self) -> dict[str, Account | None]:
        """All accounts by address."""
        accounts = (
            self.pool_account(),
            self.config_account(),
            self.platform_account(),
            mint_account(TOKEN, self.base_decimals, TOKEN_2022_PROGRAM, self.base_extensions),
            mint_account(WSOL_MINT, 9),
            token_account(BASE_VAULT, TOKEN, program.authority(), 9 * 10**14, TOKEN_2022_PROGRAM),
            token_account(QUOTE_VAULT, WSOL_MINT, self.vault_owner, 3_083_254_720),
        )
        return {account.address: account for account in accounts}
