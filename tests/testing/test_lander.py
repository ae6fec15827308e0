"""The lander without a chain."""

from __future__ import annotations

from sniperforge.domain.landing import Dead, Fate, InDoubt, Landed
from sniperforge.testing.chain_views import transaction_view
from sniperforge.testing.lander import FakeLander, Handed


async def test_without_a_script_all_stays_in_doubt() -> None:
    """And what was handed over is kept as it came."""
    lander = FakeLander()
    fate = await lander.land(b"raw", "S", 150, send=False, deadline=3.0)
    assert isinstance(fate, InDoubt)
    assert lander.handed == [Handed(b"raw", "S", 150, send=False, deadline=3.0)]


async def test_the_script_decides_at_once_or_later() -> None:
    """A plain fate and an awaited one are the same to the caller."""

    async def slow(handed: Handed) -> Fate:
        return Landed(7, None) if handed.send else Dead("never sent")

    lander = FakeLander(slow)
    assert await lander.land(b"", "S", 1, send=True, deadline=None) == Landed(7, None)
    assert await lander.land(b"", "S", 1, send=False, deadline=None) == Dead("never sent")
    lander = FakeLander(lambda handed: Dead(handed.signature))
    assert await lander.land(b"", "S", 1, send=True, deadline=None) == Dead("S")


async def test_views_are_the_tests_own() -> None:
    """What landed is shown as the test has made it."""
    lander = FakeLander()
    lander.views["S"] = transaction_view("payer", {"payer": (10, 4)})
    assert (await lander.transaction("S")).lamports_delta("payer") == -6
