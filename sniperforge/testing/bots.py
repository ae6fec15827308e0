"""An engine for bots under test: pools and judgements from a script, and a record of what the bot bought."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from sniperforge.domain.events import NewPool
from sniperforge.domain.outcome import Outcome, OutcomeKind
from sniperforge.domain.pool import EventKind, PoolEvent
from sniperforge.domain.verdict import CheckResult, Decided, Verdict
from sniperforge.domain.verdict import Outcome as CheckOutcome
from sniperforge.plugin import Judgement
from sniperforge.testing.chain_views import transaction_view
from sniperforge.testing.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Sequence

    from sniperforge.plugin import Bot

ACCEPTED: Final = ""
"""For :func:`make_judgement`: no check stands in the way."""


def make_pool(name: str, *, dex: str = "raydium_cpmm") -> NewPool:
    """The creation of a pool called ``name``."""
    event = PoolEvent(
        dex=dex,
        kind=EventKind.POOL_CREATED,
        program_id="program",
        pool=name,
        base_mint=f"mint of {name}",
        quote_mint="quote",
        base_vault="",
        quote_vault="",
    )
    view = transaction_view("creator", {"creator": (10, 5)})
    return NewPool(event, view, received_at=0.0, decoded_at=0.0)


def make_judgement(
    pool: NewPool, refused_by: str = ACCEPTED, outcome: CheckOutcome = CheckOutcome.FAIL, at: float = 0.0
) -> Judgement:
    """A judgement on ``pool``: refused by the check of this name, or accepted."""
    refusals = (refused_by,) if refused_by else ()
    results = tuple(CheckResult(name, outcome, "because") for name in refusals)
    decided = Decided.REFUSED if refusals else Decided.ACCEPTED
    verdict = Verdict(pool.event.pool, pool.event.base_mint, results, decided, refusals)
    return Judgement(pool, verdict, object(), at)


class FakeContext:
    """Implements :class:`~sniperforge.plugin.BotContext`.

    Args:
        pools: what the feed brings, in order; the feed ends after them.
        judge: judges a pool; called anew each time the bot asks.

    Attributes:
        judged: pools in the order in which they were judged, repetitions included.
        bought: ``(pool, lamports, reason)`` of every buy.
        clock: jumps ahead once everything waits.
    """

    def __init__(
        self, pools: Sequence[NewPool] = (), judge: Callable[[NewPool], Judgement] = make_judgement
    ) -> None:
        self._pools = tuple(pools)
        self._judge = judge
        self._group: asyncio.TaskGroup | None = None
        self.clock = FakeClock(autojump=True)
        self.judged: list[NewPool] = []
        self.bought: list[tuple[NewPool, int, str]] = []

    async def run(self, bot: Bot) -> None:
        """Run ``bot`` on the script until it has ended, and all that it has spawned."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            await bot.run(self)

    async def new_pools(self) -> AsyncIterator[NewPool]:
        """The script's pools."""
        for pool in self._pools:
            yield pool

    async def judge(self, pool: NewPool) -> Judgement:
        """The script's judgement."""
        self.judged.append(pool)
        return self._judge(pool)

    async def buy(self, judgement: Judgement, lamports: int, *, reason: str) -> Outcome:
        """Note the buy; it succeeds."""
        self.bought.append((judgement.pool, lamports, reason))
        return Outcome(OutcomeKind.FILLED)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run ``work`` beside the bot."""
        if self._group is None:
            work.close()
            raise RuntimeError("the bot is not running")
        self._group.create_task(work)
