"""From fetched accounts to the state of a LaunchLab curve; each is checked against what the curve says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.dex.fetched import found
from sniperforge.dex.raydium_launchlab.accounts import (
    LaunchlabPool,
    decode_config,
    decode_platform,
    decode_pool,
)
from sniperforge.dex.raydium_launchlab.state import LaunchlabState
from sniperforge.errors import DecodeError
from sniperforge.tokens.mint import decode_mint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.domain.chain import Account
    from sniperforge.tokens.mint import Mint


def needed_by(pool: LaunchlabPool) -> tuple[str, ...]:
    """What belongs to a curve beside itself: configurations and mints. It counts its reserves itself."""
    return (pool.global_config, pool.platform_config, pool.base_mint, pool.quote_mint)


def load_state(address: str, accounts: Mapping[str, Account | None], *, epoch: int) -> LaunchlabState:
    """The state of curve ``address`` from fetched accounts; ``epoch`` chooses the transfer fees in force.

    Raises:
        DecodeError: an account is not what the curve says it is, or another program's.
        NotFoundError: an account is missing.
    """
    pool = decode_pool(found(address, accounts))
    config, platform = found(pool.global_config, accounts), found(pool.platform_config, accounts)
    if {config.owner, platform.owner} != {pool.program_id}:
        raise DecodeError(f"configurations of LaunchLab curve {address} belong to another program")
    base = _mint(pool.base_mint, pool.base_decimals, accounts)
    quote = _mint(pool.quote_mint, pool.quote_decimals, accounts)
    return LaunchlabState(
        pool=pool,
        config=decode_config(config),
        platform=decode_platform(platform),
        base_program=base.program,
        quote_program=quote.program,
        base_fee=base.transfer_fee_at(epoch),
        quote_fee=quote.transfer_fee_at(epoch),
    )


def _mint(address: str, decimals: int, accounts: Mapping[str, Account | None]) -> Mint:
    mint = decode_mint(found(address, accounts))
    if mint.decimals != decimals:
        raise DecodeError(f"mint {address} contradicts its curve")
    return mint
