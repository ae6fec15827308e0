"""A market and a bot that trades on it, in the event loop of a test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from sniperforge.app.bot_run import run_bot
from sniperforge.app.bots import bot_named
from sniperforge.app.node import open_node
from sniperforge.app.trader import Trader, open_trader
from sniperforge.engine.events import SessionEvent
from sniperforge.localnet.ledger.pace import FAST, SlotProfile
from sniperforge.localnet.market.market import Market
from sniperforge.localnet.network import LocalNetwork
from sniperforge.wallets.signer import KeypairSigner
from tests.trading import PATIENCE, SOL, Project


async def until(what: Callable[[], Any], *, seconds: float = 10.0) -> Any:
    """The first true value of ``what``."""
    async with asyncio.timeout(seconds):
        while not (found := what()):  # noqa: ASYNC110 - what is waited for is on disk
            await asyncio.sleep(0.01)
        return found


@asynccontextmanager
async def place(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    per_minute: int = 0,
    profile: SlotProfile = FAST,
) -> AsyncIterator[tuple[LocalNetwork, Project]]:
    """A network, with launches when asked for, and a funded project on it."""
    network = LocalNetwork(profile=profile)
    market = Market(network.ledger, seed=28, per_minute=per_minute)
    market.open()
    async with network:
        project = Project(
            tmp_path / "project",
            tmp_path / "state-home",
            network.rpc_url,
            network.ws_url,
            network.genesis_hash,
            extra=dict(PATIENCE),
        )
        monkeypatch.setenv("XDG_STATE_HOME", str(project.state_home))
        network.faucet.drip(project.wallet, 10 * SOL)
        yield network, project
    market.close()


@asynccontextmanager
async def bot(project: Project, events: list[SessionEvent] | None = None) -> AsyncIterator[Trader]:
    """A running lp-sniper that holds the project's wallet; stopped as by a signal."""
    heard = [] if events is None else events
    async with (
        open_node(project.settings, patient=True) as node,
        open_trader(
            node, KeypairSigner(project.key), bot="lp-sniper", command="start", tell=heard.append
        ) as trader,
    ):
        running = asyncio.create_task(
            run_bot(trader, bot_named("lp-sniper"), tell=heard.append, duration=None)
        )
        try:
            yield trader
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
