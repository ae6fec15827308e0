"""The demo on a network that fails: nothing may be lost."""

from __future__ import annotations

from sniperforge.app.demo import open_stage, play
from sniperforge.engine.events import SessionEvent
from sniperforge.localnet.faults.plan import NO_FAULTS, plan_of_profile

SECONDS, PER_MINUTE, SEED = 11.0, 240, 28


async def test_rough_faults_leave_nothing_unresolved() -> None:
    """Over HTTP, with drops, delays and denials: every transaction is resolved, every lamport explained."""
    events: list[SessionEvent] = []
    rough = plan_of_profile("rough").changed({"seed": SEED})
    async with open_stage(
        seed=SEED, duration=SECONDS, tell=events.append, per_minute=PER_MINUTE, faults=rough
    ) as stage:
        assert stage.network.faults.plan == rough
        report = await play(stage, SECONDS)
        assert stage.network.faults.plan == NO_FAULTS
    assert report.tally.seen > 0
    assert (report.unresolved, report.unexplained) == (0, 0)
