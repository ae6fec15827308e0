"""From fetched accounts to the state of a LaunchLab curve; each is checked against what the curve says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.dex.fetched import found, vault_amount
from sniperforge.dex.raydium_launchlab import program
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
    """What belongs to a curve beside itself: configurations, mints, vaults."""
    return (
        pool.global_config,
        pool.platform_config,
        pool.base_mint,
        pool.quote_mint,
        pool.base_vault,
        pool.quote_vault,
    )


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
    base = _mint(pool, pool.base_mint, pool.base_decimals, pool.base_vault, accounts)
    quote = _mint(pool, pool.quote_mint, pool.quote_decimals, pool.quote_vault, accounts)
    return LaunchlabState(
        pool=pool,
        config=decode_config(config),
        platform=decode_platform(platform),
        base_program=base.program,
        quote_program=quote.program,
        base_fee=base.transfer_fee_at(epoch),
        quote_fee=quote.transfer_fee_at(epoch),
    )


def _mint(
    pool: LaunchlabPool, address: str, decimals: int, vault: str, accounts: Mapping[str, Account | None]
) -> Mint:
    """A mint of the curve, whose vault holds it for the program; the curve counts its reserves itself."""
    mint = decode_mint(found(address, accounts))
    if mint.decimals != decimals:
        raise DecodeError(f"mint {address} contradicts its curve")
    owner = program.authority(pool.program_id)
    vault_amount(vault, accounts, mint=address, token_program=mint.program, owner=owner, pool=pool.address)
    return mint
