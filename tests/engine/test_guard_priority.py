"""What the guard asks goes before other reads: its watches and its sales are on behalf of exits."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from sniperforge.chain.urgency import is_for_exit
from tests.engine.kit import World
from tests.engine.test_guard import guarding, held, sales, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


async def test_watches_and_sales_of_the_guard_are_for_exits(tmp_path: Path) -> None:
    """Those that rules decide and those by hand; a buy is not."""
    world, watched, sold = World(tmp_path), [], []

    @asynccontextmanager
    async def watch(dex: str, pool: str) -> AsyncIterator[Any]:
        watched.append(is_for_exit())
        async with process._watch(dex, pool) as real:
            yield real

    process = world.process(watch=watch)
    sell = process.executor.sell

    async def selling(*arguments: Any, **named: Any) -> Any:
        sold.append(is_for_exit())
        return await sell(*arguments, **named)

    process.executor.sell = selling  # type: ignore[method-assign]
    await held(world, process, {"max_hold_seconds": "1"})
    _, by_hand = await held(world, process, {"max_hold_seconds": "3600"})
    assert not is_for_exit()
    async with guarding(process):
        await process.guard.sell(by_hand.id, None, origin="hand", reason="asked")
        await until(lambda: len(sales(process)) == 2, world)
    assert not is_for_exit()
    assert watched == [True] * 3
    assert sold == [True] * 2
