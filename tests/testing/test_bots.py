"""The engine for bots under test."""

from __future__ import annotations

import pytest

from sniperforge.domain.verdict import Decided
from sniperforge.domain.verdict import Outcome as CheckOutcome
from sniperforge.plugin import BotContext
from sniperforge.testing.bots import FakeContext, make_judgement, make_pool


class Eager:
    """Buys everything, each pool in a task of its own."""

    async def run(self, context: BotContext) -> None:
        """Until the feed ends."""
        async for pool in context.new_pools():
            judgement = await context.judge(pool)
            context.spawn(self.buy(context, judgement))

    @staticmethod
    async def buy(context: BotContext, judgement: object) -> None:
        """After a minute."""
        await context.clock.sleep(60)
        outcome = await context.buy(judgement, 5, reason="eager")  # type: ignore[arg-type]
        assert outcome.ok


async def test_a_bot_runs_to_the_end_of_the_script() -> None:
    """Its pools, its judgements, its buys, and all that it spawned."""
    pools = [make_pool("a"), make_pool("b")]
    context = FakeContext(pools)
    await context.run(Eager())
    assert context.judged == pools
    assert context.bought == [(pools[0], 5, "eager"), (pools[1], 5, "eager")]
    assert context.clock.monotonic() == 60


def test_judgements_are_accepted_or_refused_by_a_check() -> None:
    """A refusal names its check and what it found."""
    pool = make_pool("a", dex="elsewhere")
    assert pool.event.dex == "elsewhere"
    assert make_judgement(pool).verdict.accepted
    verdict = make_judgement(pool, "lp_locked", CheckOutcome.UNKNOWN).verdict
    assert (verdict.decided, verdict.pending) == (Decided.REFUSED, True)
    assert not make_judgement(pool, "lp_locked").verdict.pending


async def test_nothing_is_spawned_outside_a_run() -> None:
    """As the engine: a task needs an owner."""
    context = FakeContext()
    with pytest.raises(RuntimeError, match="not running"):
        context.spawn(Eager().run(context))
