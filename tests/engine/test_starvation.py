"""Entries never starve exits: a stop fires at once while a crowd of buys waits for the network."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from sniperforge.domain.trade import IntentKind, PositionState
from sniperforge.risk.limits import Limits
from tests.engine.kit import SOL, World, until
from tests.engine.test_guard import HOUR, guarding, state_of

if TYPE_CHECKING:
    from pathlib import Path

BUYS = 40
WIDE = Limits(
    max_trade_lamports=2 * SOL,
    max_open_positions=1_000,
    max_exposure_lamports=15 * SOL,
    max_daily_loss_lamports=15 * SOL,
    reserve_lamports=SOL // 10,
)


async def test_a_stop_fires_while_buys_fill_the_session(tmp_path: Path) -> None:
    """Forty buys are in flight and land nowhere; the exit is signed and sold within two seconds."""
    world = World(tmp_path)
    process = world.process(limits=WIDE, nonces=1)
    token = await world.launch()
    world.crowd_buys(token, 10 * SOL)
    async with world.running():
        position = await process.bought(token, SOL, exit_policy={**HOUR, "stop_loss_percent": "20"})
    tokens = [await world.launch() for _ in range(BUYS)]
    real = process.executor._lander

    class Deaf:
        """Buys are never heard of again; sales go their way."""

        async def land(self, raw: bytes, signature: str, height: int, **how: Any) -> Any:
            attempt = process.journal.attempt(signature)
            intent = process.journal.intent(attempt.intent_id) if attempt else None
            if intent is not None and intent.kind is IntentKind.BUY:
                await asyncio.Event().wait()
            return await real.land(raw, signature, height, **how)

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

    process.executor._lander = Deaf()  # type: ignore[assignment]
    async with guarding(process):
        await process.blockhashes.refresh()
        orders = [process.buy_order(each, SOL // 50) for each in tokens]
        buys = [asyncio.create_task(process.executor.buy(order)) for order in orders]
        await until(lambda: process.journal.in_flight_count(IntentKind.BUY) == BUYS, world)
        started = world.clock.monotonic()
        world.crowd_sells(token)
        await until(lambda: state_of(process, position) is PositionState.CLOSED, world)
        assert world.clock.monotonic() - started < 2.0
        assert process.journal.in_flight_count(IntentKind.BUY) == BUYS
    for buy in buys:
        buy.cancel()
    await asyncio.wait(buys)
