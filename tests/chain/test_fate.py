"""The watch over one transaction."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from sniperforge.chain.fate import FateWatch, Pace
from sniperforge.chain.retries import NO_RETRY
from sniperforge.chain.rpc import RpcClient
from sniperforge.chain.witnesses import Witness, Witnesses
from sniperforge.domain.landing import Dead, InDoubt, Landed
from sniperforge.errors import RpcError, UnavailableError
from sniperforge.testing.clock import FakeClock, settle
from sniperforge.testing.pubsub import FakePubSub
from sniperforge.testing.rpc import FakeRpc

OUTAGE = UnavailableError("no connection")
ERROR = {"InstructionError": [2, {"Custom": 6005}]}
PACE = Pace(resend=2.0, poll=0.5, bury=3.0)


def status(commitment: str, slot: int = 7, err: Any = None) -> dict[str, Any]:
    """``getSignatureStatuses`` of one landed signature."""
    value = {"slot": slot, "confirmations": 1, "err": err, "confirmationStatus": commitment}
    return {"context": {"slot": 9}, "value": [value]}


UNKNOWN = {"context": {"slot": 300}, "value": [None]}


def epoch(height: int) -> dict[str, int]:
    """``getEpochInfo``."""
    return {"absoluteSlot": 200, "blockHeight": height, "epoch": 0, "slotIndex": 0, "slotsInEpoch": 1}


class Scene:
    """A node, its PubSub, a clock that jumps, and a record of what was sent."""

    def __init__(self, *, autojump: bool = True) -> None:
        self.clock = FakeClock(autojump=autojump)
        self.node = FakeRpc({"getSignatureStatuses": UNKNOWN, "getEpochInfo": epoch(10)})
        self.pubsub = FakePubSub(self.clock)
        self.sent: list[float] = []
        self.trouble = ""

    async def resend(self) -> str:
        self.sent.append(self.clock.monotonic())
        return self.trouble

    def watch(self, commitment: str = "confirmed", *, pubsub: bool = True, send: bool = True) -> FateWatch:
        rpc = RpcClient(self.node, self.clock, retry=NO_RETRY)
        witnesses = Witnesses([Witness(rpc)] * 2, self.clock)
        return FateWatch(
            ["Sig"],
            commitment,
            bury=lambda: witnesses.is_dead("Sig", 150),
            witnesses=witnesses,
            pubsub=self.pubsub if pubsub else None,
            clock=self.clock,
            pace=PACE,
            resend=self.resend if send else None,
            look_first=not send,
        )


@pytest.fixture
async def scene() -> Scene:
    """A scene in which nothing has landed."""
    return Scene()


async def test_a_notification_tells_first() -> None:
    """Before any poll; its context's slot and its error are the result."""
    scene = Scene(autojump=False)
    task = asyncio.create_task(scene.watch().run(None))
    await settle()
    scene.pubsub.push("signatureSubscribe", {"context": {"slot": 8}, "value": {"err": ERROR}})
    assert await task == Landed(8, ERROR, "confirmed", "Sig")
    assert scene.node.calls == []
    assert scene.pubsub.subscribed == [("signatureSubscribe", ["Sig", {"commitment": "confirmed"}])]
    assert scene.pubsub.streams == []


@pytest.mark.parametrize(
    "odd", ["receivedSignature", None, {"context": 1, "value": "receivedSignature"}, {"value": {}}, 5]
)
async def test_other_notifications_are_not_landings(odd: Any) -> None:
    """A receipt, a gap, or nonsense: the watch goes on."""
    scene = Scene(autojump=False)
    task = asyncio.create_task(scene.watch().run(None))
    await settle()
    scene.pubsub.gap(3)
    scene.pubsub.push("signatureSubscribe", odd)
    await settle()
    assert not task.done()
    scene.pubsub.push("signatureSubscribe", {"context": None, "value": {"err": None}})
    assert await task == Landed(0, None, "confirmed", "Sig")


async def test_a_poll_tells_when_notifications_do_not(scene: Scene) -> None:
    """The status' own slot and error; landed is not succeeded."""
    scene.node.answer("getSignatureStatuses", UNKNOWN, UNKNOWN, status("confirmed", err=ERROR))
    assert await scene.watch().run(None) == Landed(7, ERROR, "confirmed", "Sig")
    assert scene.clock.monotonic() == 1.5


async def test_less_than_the_commitment_is_not_enough(scene: Scene) -> None:
    """Processed may be rolled back; more than asked for is told as such."""
    scene.node.answer(
        "getSignatureStatuses", status("processed"), UNKNOWN, status("odd"), status("finalized")
    )
    assert await scene.watch().run(None) == Landed(7, None, "finalized", "Sig")
    assert scene.node.count("getSignatureStatuses") == 4


async def test_processed_is_enough_when_asked_for(scene: Scene) -> None:
    """A provisional landing."""
    scene.node.answer("getSignatureStatuses", status("processed"))
    assert await scene.watch("processed").run(None) == Landed(7, None, "processed", "Sig")


async def test_the_same_bytes_are_sent_again_on_schedule(scene: Scene) -> None:
    """At once, and then every two seconds until it landed."""
    scene.node.answer("getSignatureStatuses", *[UNKNOWN] * 9, status("confirmed"))
    await scene.watch().run(None)
    assert scene.sent == [0.0, 2.0, 4.0]


async def test_watching_only_sends_nothing_and_looks_at_once(scene: Scene) -> None:
    """Recovery of what landed long ago takes no time."""
    scene.node.answer("getSignatureStatuses", status("finalized"))
    assert await scene.watch(send=False).run(None) == Landed(7, None, "finalized", "Sig")
    assert (scene.sent, scene.clock.monotonic()) == ([], 0.0)


async def test_a_proof_of_death_ends_the_watch(scene: Scene) -> None:
    """Once the finalized height is past the last valid one and nobody knows it."""
    scene.node.answer("getEpochInfo", epoch(149), epoch(150), epoch(151))
    fate = await scene.watch().run(None)
    assert isinstance(fate, Dead)
    assert "height 151" in fate.evidence
    assert scene.clock.monotonic() == 9.0


async def test_recovery_buries_at_once(scene: Scene) -> None:
    """What died in an earlier run is known dead at the first look."""
    scene.node.answer("getEpochInfo", epoch(151))
    assert isinstance(await scene.watch(send=False).run(None), Dead)
    assert scene.clock.monotonic() == 0.0


async def test_past_the_deadline_it_is_in_doubt(scene: Scene) -> None:
    """Neither bought nor failed; the last trouble is named."""
    scene.node.answer("getSignatureStatuses", OUTAGE)
    scene.node.answer("getEpochInfo", OUTAGE)
    fate = await scene.watch().run(scene.clock.monotonic() + 20)
    assert fate == InDoubt("neither landed nor proved dead in time; last trouble: no connection")
    assert scene.clock.monotonic() == 20


async def test_doubt_without_trouble(scene: Scene) -> None:
    """A dropped submission looks accepted and never appears."""
    assert await scene.watch().run(1.0) == InDoubt("neither landed nor proved dead in time")


async def test_trouble_in_sending_is_named(scene: Scene) -> None:
    """The user learns why it may not have left."""
    scene.trouble = "rate limited"
    assert await scene.watch().run(1.0) == InDoubt(
        "neither landed nor proved dead in time; last trouble: rate limited"
    )


async def test_outages_are_waited_out(scene: Scene) -> None:
    """A minute without any node, then the answer."""
    scene.node.answer("getSignatureStatuses", *[OUTAGE] * 120, status("confirmed"))
    scene.node.answer("getEpochInfo", OUTAGE)
    scene.pubsub.refusals["signatureSubscribe"] = [OUTAGE] * 1000
    assert await scene.watch().run(None) == Landed(7, None, "confirmed", "Sig")
    assert scene.clock.monotonic() == pytest.approx(60.5)


async def test_a_refused_renewal_is_asked_for_again() -> None:
    """The next subscription tells of the landing."""
    scene = Scene(autojump=False)
    task = asyncio.create_task(scene.watch().run(None))
    await settle()
    scene.pubsub.end("signatureSubscribe", RpcError("too many", rpc_code=-32005))
    await settle()
    await scene.clock.advance(0.5)
    scene.pubsub.push("signatureSubscribe", {"context": {"slot": 8}, "value": {"err": None}})
    assert await task == Landed(8, None, "confirmed", "Sig")
    assert len(scene.pubsub.subscribed) == 2


async def test_without_a_pubsub_it_polls(scene: Scene) -> None:
    """Short commands need no WebSocket."""
    scene.node.answer("getSignatureStatuses", UNKNOWN, status("confirmed"))
    assert await scene.watch(pubsub=False).run(None) == Landed(7, None, "confirmed", "Sig")


async def test_the_first_fate_stays() -> None:
    """A notification and a deadline in the same moment do not collide."""
    scene = Scene(autojump=False)
    watch = scene.watch()
    task = asyncio.create_task(watch.run(1.0))
    await settle()
    scene.pubsub.push("signatureSubscribe", {"context": {"slot": 8}, "value": {"err": None}})
    await scene.clock.advance(1.0)
    assert await task in (
        Landed(8, None, "confirmed", "Sig"),
        InDoubt("neither landed nor proved dead in time"),
    )


async def test_cancelling_leaves_nothing_behind() -> None:
    """No task, no sleeper, no subscription."""
    scene = Scene(autojump=False)
    before = asyncio.all_tasks()
    task = asyncio.create_task(scene.watch().run(100.0))
    await settle()
    assert (scene.clock.sleepers, len(scene.pubsub.streams)) == (4, 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (scene.clock.sleepers, scene.pubsub.streams, asyncio.all_tasks()) == (0, [], before)
