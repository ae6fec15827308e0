"""Live checks of what the commands depend on, by group."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Final

from sniperforge.app.check_run import CheckRun, Finding, ok
from sniperforge.app.jupiter_checks import jupiter_checks
from sniperforge.app.network_checks import solana_checks
from sniperforge.app.node import open_node
from sniperforge.app.swap_checks import pool_checks
from sniperforge.app.wallet_checks import wallet_checks
from sniperforge.chain.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from sniperforge.config.load import Settings

GROUPS: Final[Mapping[str, Callable[[CheckRun], Awaitable[None]]]] = {
    "solana": solana_checks,
    "jupiter": jupiter_checks,
    "pools": pool_checks,
    "wallets": wallet_checks,
}


async def run_checks(settings: Settings, groups: Sequence[str]) -> CheckRun:
    """Connect, then run the checks of ``groups``: of ``solana``, ``jupiter``, ``pools``, ``wallets``."""
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        run = CheckRun(settings, None, clock)

        async def connect() -> Finding:
            run.node = await stack.enter_async_context(open_node(settings))
            return ok(f"{run.node.cluster}, genesis {run.node.genesis_hash}")

        await run.check("network", "chain", connect)
        for name in groups:
            await GROUPS[name](run)
        return run
