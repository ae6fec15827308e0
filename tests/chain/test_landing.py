"""Sending and its outcomes, put together."""

from __future__ import annotations

from typing import Any

import pytest
from solders.hash import Hash
from solders.pubkey import Pubkey

from sniperforge.chain.answers import SignatureStatus
from sniperforge.chain.jito import BlockEngineSender
from sniperforge.chain.landing import Landing, Sent
from sniperforge.chain.retries import NO_RETRY
from sniperforge.chain.rpc import RpcClient
from sniperforge.chain.witnesses import Witness, Witnesses
from sniperforge.domain.jito import DONT_FRONT, TIP_ACCOUNTS
from sniperforge.domain.landing import Dead, InDoubt, Landed
from sniperforge.domain.trade import Attempt, DurableNonce, IntentKind
from sniperforge.errors import DecodeError, RpcError, UnavailableError
from sniperforge.testing.clock import FakeClock
from sniperforge.testing.rpc import FakeRpc
from sniperforge.testing.trades import make_attempt, make_intent

RAW = b"\0\1\2"
TIPPED, PRIVATE = (bytes(Pubkey.from_string(name)) for name in (TIP_ACCOUNTS[5], DONT_FRONT))
UNKNOWN = {"context": {"slot": 300}, "value": [None]}


def status(commitment: str, err: Any = None) -> dict[str, Any]:
    """``getSignatureStatuses`` of one landed signature."""
    value = {"slot": 7, "confirmations": 1, "err": err, "confirmationStatus": commitment}
    return {"context": {"slot": 9}, "value": [value]}


def epoch(height: int) -> dict[str, int]:
    """``getEpochInfo``."""
    return {"absoluteSlot": 200, "blockHeight": height, "epoch": 0, "slotIndex": 0, "slotsInEpoch": 1}


class Scene:
    """Two senders, the first of which is also the witness."""

    def __init__(self) -> None:
        self.clock = FakeClock(autojump=True)
        self.first = FakeRpc(
            {"sendTransaction": "Sig", "getEpochInfo": epoch(1), "getSignatureStatuses": UNKNOWN}
        )
        self.second = FakeRpc({"sendTransaction": "Sig"})
        clients = [RpcClient(node, self.clock, retry=NO_RETRY) for node in (self.first, self.second)]
        witnesses = Witnesses([Witness(clients[0])] * 2, self.clock)
        self.landing = Landing(senders=clients, witnesses=witnesses, pubsub=None, clock=self.clock)


@pytest.fixture
async def scene() -> Scene:
    """A scene in which nothing has landed."""
    return Scene()


async def test_every_sender_gets_the_bytes(scene: Scene) -> None:
    """Without preflight and without re-sending of its own."""
    assert await scene.landing.send(RAW) == Sent(2, ())
    options = {"encoding": "base64", "skipPreflight": True, "maxRetries": 0}
    assert (
        scene.first.params("sendTransaction") == scene.second.params("sendTransaction") == [["AAEC", options]]
    )


async def test_failures_of_sending_are_told_not_raised(scene: Scene) -> None:
    """One node's refusal does not hide the other's acceptance."""
    refusal = RpcError("blockhash not found", rpc_code=-32002)
    scene.first.answer("sendTransaction", refusal)
    sent = await scene.landing.send(RAW)
    assert sent.accepted == 1
    assert [error.message for error in sent.errors] == ["sendTransaction: blockhash not found"]


async def test_it_lands(scene: Scene) -> None:
    """Sent at once, found by a poll."""
    scene.first.answer("getSignatureStatuses", UNKNOWN, status("confirmed"))
    assert await scene.landing.land(RAW, "Sig", 150) == Landed(7, None, "confirmed", "Sig")
    assert (scene.first.count("sendTransaction"), scene.clock.monotonic()) == (1, 1.0)


async def test_trouble_of_the_senders_shows_in_the_doubt(scene: Scene) -> None:
    """Both nodes down: in doubt at the deadline, the bytes may have left."""
    for node in (scene.first, scene.second):
        node.answer("sendTransaction", UnavailableError("no route"))
    fate = await scene.landing.land(RAW, "Sig", 150, deadline=5.0)
    assert fate == InDoubt("neither landed nor proved dead in time; last trouble: no route")


async def test_it_dies(scene: Scene) -> None:
    """A dropped submission is dead once it is proved so, and not before."""
    scene.first.answer("getEpochInfo", epoch(150), epoch(151))
    assert isinstance(await scene.landing.land(RAW, "Sig", 150), Dead)
    assert await scene.landing.is_dead("Sig", 150) is not None
    assert await scene.landing.is_dead("Sig", 151) is None


async def test_watching_only_sends_nothing(scene: Scene) -> None:
    """Bytes whose price is gone do not leave again."""
    scene.first.answer("getSignatureStatuses", status("confirmed"))
    assert await scene.landing.land(RAW, "Sig", 150, send=False) == Landed(7, None, "confirmed", "Sig")
    assert scene.first.count("sendTransaction") + scene.second.count("sendTransaction") == 0


async def test_finality_is_waited_for(scene: Scene) -> None:
    """Confirmed is not final; nothing is sent meanwhile."""
    scene.first.answer("getSignatureStatuses", *[status("confirmed")] * 20, status("finalized"))
    assert await scene.landing.finality("Sig", 150) == Landed(7, None, "finalized", "Sig")
    assert scene.first.count("sendTransaction") == 0


async def test_a_rolled_back_landing_dies(scene: Scene) -> None:
    """Confirmed once, then unknown for good: the audit says dead."""
    scene.first.answer("getSignatureStatuses", status("confirmed"), UNKNOWN)
    scene.first.answer("getEpochInfo", epoch(150), epoch(151))
    assert isinstance(await scene.landing.finality("Sig", 150), Dead)


async def test_statuses_and_transactions_come_from_the_witnesses(scene: Scene) -> None:
    """The same nodes answer both."""
    scene.first.answer("getSignatureStatuses", status("processed"))
    scene.first.answer("getTransaction", {"slot": 1})
    assert await scene.landing.statuses(["Sig"]) == (SignatureStatus(7, None, "processed"),)
    with pytest.raises(DecodeError):
        await scene.landing.transaction("Sig")


NONCE = DurableNonce("Nonce", str(Hash.default()), 150)


def attempt(number: int) -> Attempt:
    """One of a series."""
    intent = make_intent("s", IntentKind.SELL)
    return make_attempt(intent, signature=f"Sig{number}", raw=bytes([number]), number=number, nonce=NONCE)


def statuses(*commitments: str | None, slot: int = 300) -> dict[str, Any]:
    """``getSignatureStatuses`` of a series."""
    values = [None if each is None else status(each)["value"][0] for each in commitments]
    return {"context": {"slot": slot}, "value": values}


async def test_any_of_a_series_may_land(scene: Scene) -> None:
    """The last one is sent, all are asked about in one request, and the one that landed is named."""
    scene.first.answer("getSignatureStatuses", statuses(None, None), statuses("confirmed", None))
    fate = await scene.landing.land_series([attempt(1), attempt(2)])
    assert fate == Landed(7, None, "confirmed", "Sig1")
    assert scene.first.params("getSignatureStatuses")[0][0] == ["Sig1", "Sig2"]
    assert [params[0] for params in scene.second.params("sendTransaction")] == ["Ag=="]


async def test_a_series_that_must_not_leave_again_is_only_watched(scene: Scene) -> None:
    """And is in doubt past the deadline, for no height ends it."""
    scene.first.answer("getSignatureStatuses", statuses(None))
    scene.first.answer("getMultipleAccounts", UnavailableError("no connection"))
    fate = await scene.landing.land_series([attempt(1)], send=False, deadline=20.0)
    assert isinstance(fate, InDoubt)
    assert scene.first.count("sendTransaction") == 0
    assert scene.first.count("getEpochInfo") == 0


async def test_a_series_is_dead_when_its_nonce_moved_on(scene: Scene) -> None:
    """And none of it is known."""
    scene.first.answer("getSignatureStatuses", statuses(None, None))
    slots = iter(range(200, 300))
    scene.first.answer(
        "getMultipleAccounts", lambda _params: {"context": {"slot": next(slots)}, "value": [None]}
    )
    assert isinstance(await scene.landing.land_series([attempt(1), attempt(2)]), Dead)


async def test_a_dropped_slot_is_told(scene: Scene) -> None:
    """As the nodes say it."""
    scene.first.answer("getSlot", 5)
    assert not await scene.landing.dropped("Sig", 7)


async def test_what_says_so_goes_to_block_engines_only(scene: Scene) -> None:
    """Private bytes reach no node, tipped ones everybody, the rest no engine."""
    engine, quiet = FakeRpc({"sendTransaction": "Sig"}), FakeRpc({"sendBundle": "id"})
    nodes = [RpcClient(scene.first, scene.clock, retry=NO_RETRY)]
    landing = Landing(
        senders=nodes,
        witnesses=Witnesses([Witness(nodes[0])], scene.clock),
        pubsub=None,
        clock=scene.clock,
        tipped=[BlockEngineSender(engine, "sendTransaction")],
        private=[BlockEngineSender(quiet, "sendBundle")],
    )
    asked = []
    for raw in (RAW, RAW + TIPPED, RAW + TIPPED + PRIVATE):
        assert (await landing.send(raw)).errors == ()
        asked.append(
            (scene.first.count("sendTransaction"), engine.count("sendTransaction"), quiet.count("sendBundle"))
        )
    assert asked == [(1, 0, 0), (2, 1, 0), (2, 1, 1)]


async def test_without_an_engine_private_bytes_stay_here(scene: Scene) -> None:
    """After the configuration lost its engines, an attempt of before is watched until it is dead."""
    (error,) = (await scene.landing.send(RAW + PRIVATE)).errors
    assert "no block engine is configured" in error.message
    scene.first.answer("getEpochInfo", epoch(150), epoch(151))
    fate = await scene.landing.land(RAW + PRIVATE, "Sig", 150)
    assert isinstance(fate, Dead)
    assert fate.evidence.endswith("; first trouble of sending: " + error.message)
    assert scene.first.count("sendTransaction") + scene.second.count("sendTransaction") == 0
