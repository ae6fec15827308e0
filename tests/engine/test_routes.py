"""Which pool a sale goes to: its own first, another one when that comes to nothing."""

from __future__ import annotations

from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.domain.trade import PositionState
from sniperforge.engine.routes import MAX_OTHERS, Routes
from sniperforge.errors import NotFoundError, RefusedError
from tests.engine.kit import World, until
from tests.engine.test_guard import guarding, held, sales, state_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

CPMM = "raydium_cpmm"
POSITION: Any = SimpleNamespace(dex=CPMM, pool="own", mint="M")


def pool(pays: int, quote: str = WSOL_MINT) -> Any:
    """A state that gives so much for anything; nothing when it pays 0."""

    def quoted(_mint: str, _raw: int) -> Any:
        if not pays:
            raise RefusedError("empty")
        return SimpleNamespace(amount_out=pays)

    return SimpleNamespace(quote=quoted, quote_mint=quote, pays=pays)


def routes(**pools: Any) -> Routes:
    """Over these pools; ``None`` cannot be read, an exception cannot be watched."""

    @asynccontextmanager
    async def watch(_dex: str, name: str) -> AsyncIterator[Any]:
        state = pools[name]
        if isinstance(state, Exception):
            raise state

        async def changed(_seconds: float) -> None:
            """Nothing changes."""

        yield SimpleNamespace(state=state, changed=changed)

    known = [("no such venue" if name == "strange" else CPMM, name) for name in ("own", *pools)]
    return Routes(watch, lambda _mint: known)


@pytest.mark.parametrize(
    ("number", "own", "others", "pays"),
    [
        (1, 5, {"a": 9}, 5),
        (2, 5, {"a": 9, "b": 7}, 9),
        (2, 5, {"a": 3}, 5),
        (3, 5, {"a": 9}, 5),
        (1, 0, {"a": 9}, 9),
        (1, None, {"a": 9}, 9),
        (1, None, {}, None),
        (2, None, {"a": 0}, None),
        (1, 0, {}, 0),
    ],
)
async def test_own_first_then_whichever_pays_most(
    number: int, own: int | None, others: dict[str, int], pays: int | None
) -> None:
    """Every second attempt looks around, and any does whose own pool takes nothing."""
    state = None if own is None else pool(own)
    pools = {name: pool(each) for name, each in others.items()}
    found = await routes(**pools).choose(POSITION, 7, state, number)
    assert (None if found is None else found.state.pays) == pays


async def test_what_cannot_be_read_or_sold_for_sol_is_no_route() -> None:
    """Nor is a venue that is not traded; a few pools are enough to look at."""
    far = {f"far{number}": pool(99) for number in range(MAX_OTHERS)}
    bad = {"strange": pool(9), "dollars": pool(9, USDC_MINT), "blind": None, "gone": NotFoundError("gone")}
    assert len(bad) == MAX_OTHERS
    found = await routes(**bad, **far).choose(POSITION, 7, pool(1), 2)
    assert found is not None
    assert found.state.pays == 1


async def test_a_dead_pool_does_not_keep_a_position(tmp_path: Path) -> None:
    """On a real ledger: the pool it was bought on is gone, another one of the token is known, and takes it."""
    world = World(tmp_path)
    process = world.process()
    _token, position = await held(world, process, {"max_hold_seconds": "5"})
    with process.journal._db.transaction() as connection:
        connection.execute("UPDATE positions SET pool = 'dead pool'")

    @asynccontextmanager
    async def nothing() -> AsyncIterator[Any]:
        yield SimpleNamespace(state=None, account=lambda _address: None, changed=world.clock.sleep)

    def watch(dex: str, name: str) -> Any:
        return nothing() if name == "dead pool" else process._watch(dex, name)

    process.guard._watch = watch
    process.guard._pools_of = lambda mint: [(CPMM, position.pool)] if mint == position.mint else []
    async with guarding(process):
        await until(lambda: state_of(process, position) is PositionState.CLOSED, world)
    (sale,) = sales(process)
    assert (sale.pool, sale.dex) == (position.pool, CPMM)
