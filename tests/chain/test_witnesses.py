"""Who is asked about a transaction, and what proves that it can never land."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from sniperforge.chain import witnesses as module
from sniperforge.chain.answers import SignatureStatus
from sniperforge.chain.retries import NO_RETRY
from sniperforge.chain.rpc import RpcClient
from sniperforge.chain.witnesses import LONE_TESTIMONIES, Witness, Witnesses
from sniperforge.domain.landing import Dead
from sniperforge.errors import ConfigError, DecodeError, UnavailableError
from sniperforge.testing.clock import FakeClock
from sniperforge.testing.rpc import FakeRpc, Sequenced

OUTAGE = UnavailableError("down")
LANDED = {"slot": 5, "confirmations": 1, "err": None, "confirmationStatus": "confirmed"}
LAST_VALID = 150


def epoch(height: int, slot: int) -> dict[str, int]:
    """``getEpochInfo``."""
    return {
        "absoluteSlot": slot,
        "blockHeight": height,
        "epoch": 0,
        "slotIndex": slot,
        "slotsInEpoch": 432_000,
    }


def statuses(slot: int, status: Any = None) -> dict[str, Any]:
    """``getSignatureStatuses`` of one signature."""
    return {"context": {"slot": slot}, "value": [status]}


def node(slot: int, *, status: Any = None, final: Any = None) -> FakeRpc:
    """A node that answers at ``slot``; its finalized state is past the last valid height unless given."""
    final = epoch(LAST_VALID + 1, 200) if final is None else final
    return FakeRpc({"getEpochInfo": final, "getSignatureStatuses": statuses(slot, status)})


def moving_node(*, status: Any = None) -> FakeRpc:
    """A node whose final slot and height rise by one with every look, from past the last valid height on."""
    final = itertools.count(200)
    looks = [epoch(slot - 200 + LAST_VALID + 1, slot) for slot in itertools.islice(final, 50)]
    return FakeRpc({"getEpochInfo": Sequenced(*looks), "getSignatureStatuses": statuses(300, status)})


def witnesses(*nodes: FakeRpc, history: tuple[bool, ...] = ()) -> Witnesses:
    """Witnesses over nodes, all with history unless told."""
    clock = FakeClock(autojump=True)
    flags = history or (True,) * len(nodes)
    clients = [RpcClient(each, clock, retry=NO_RETRY) for each in nodes]
    return Witnesses([Witness(c, history=h) for c, h in zip(clients, flags, strict=True)], clock)


async def test_unknown_at_the_final_slot_past_the_height_is_dead() -> None:
    """The proof names its numbers, and asks for finality and history."""
    one = node(200)
    proof = await witnesses(one, node(300)).is_dead("Sig", LAST_VALID)
    assert proof == Dead(
        "block height 151, final at slot 200, is past 150; unknown to 2 of 2 nodes since then"
    )
    assert one.params("getEpochInfo") == [[{"commitment": "finalized"}]]
    assert one.params("getSignatureStatuses") == [[["Sig"], {"searchTransactionHistory": True}]]


async def test_a_node_alone_must_say_it_in_several_final_slots() -> None:
    """One null, or the same one again and again, is no proof: the next backend may know more."""
    alone = witnesses(moving_node())
    proofs = [await alone.is_dead("Sig", LAST_VALID) for _ in range(LONE_TESTIMONIES)]
    assert proofs[:-1] == [None] * (LONE_TESTIMONIES - 1)
    assert proofs[-1] == Dead(
        "block height 153, final at slot 202, is past 150; unknown to 1 of 1 nodes since then"
    )
    standing = witnesses(node(300))
    assert {await standing.is_dead("Sig", LAST_VALID) for _ in range(9)} == {None}


@pytest.mark.parametrize("sign", ["status", "height"])
async def test_a_sign_of_life_voids_what_was_said_alone(sign: str) -> None:
    """A status, or a height that is not past the last valid one after all: the count begins anew."""
    one = moving_node()
    alone = witnesses(one)
    rest = [epoch(LAST_VALID + slot, slot) for slot in range(210, 220)]
    for _ in range(LONE_TESTIMONIES - 1):
        assert await alone.is_dead("Sig", LAST_VALID) is None
    if sign == "status":
        one.answer("getSignatureStatuses", statuses(300, LANDED), statuses(300))
    else:
        one.answer("getEpochInfo", epoch(LAST_VALID, 203), *rest)
    for _ in range(LONE_TESTIMONIES):
        assert await alone.is_dead("Sig", LAST_VALID) is None
    assert await alone.is_dead("Sig", LAST_VALID) is not None


async def test_nodes_that_disagree_about_the_height() -> None:
    """One that lies about it kills nothing, in either order."""
    for nodes in ([node(9_000, final=epoch(9_000, 9_000)), node(300, final=epoch(LAST_VALID, 200))],) * 2:
        assert await witnesses(*nodes).is_dead("Sig", LAST_VALID) is None
        nodes.reverse()


async def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many signatures that one node says nothing about, the oldest start again."""
    monkeypatch.setattr(module, "_MAX_REMEMBERED", 2)
    alone = witnesses(moving_node())
    for name in "ABCABC":
        assert await alone.is_dead(name, LAST_VALID) is None
    assert len(alone._alone) == 2


async def test_the_last_valid_height_itself_is_still_alive() -> None:
    """A block of that height may hold it; no status is even asked for."""
    one = node(500, final=epoch(LAST_VALID, 200))
    assert await witnesses(one).is_dead("Sig", LAST_VALID) is None
    assert one.count("getSignatureStatuses") == 0


async def test_an_answer_from_before_the_final_slot_proves_nothing() -> None:
    """A node that lags may not have seen the block in which it landed."""
    assert await witnesses(node(199)).is_dead("Sig", LAST_VALID) is None


async def test_one_lagging_node_among_several_is_waited_for() -> None:
    """Every node that answers must have come that far."""
    assert await witnesses(node(300), node(199)).is_dead("Sig", LAST_VALID) is None


@pytest.mark.parametrize("order", [0, 1])
async def test_a_status_anywhere_is_life(order: int) -> None:
    """Nodes that disagree: one that knows it is right."""
    nodes = [node(300), node(300, status=LANDED)]
    nodes = nodes[::-1] if order else nodes
    assert await witnesses(*nodes).is_dead("Sig", LAST_VALID) is None


async def test_a_node_that_is_down_is_no_witness() -> None:
    """The others' proof holds; the evidence counts them."""
    down = FakeRpc({"getEpochInfo": OUTAGE, "getSignatureStatuses": OUTAGE})
    proof = await witnesses(down, node(300), node(300)).is_dead("Sig", LAST_VALID)
    assert proof is not None
    assert "unknown to 2 of 3 nodes" in proof.evidence


async def test_without_history_there_is_no_proof() -> None:
    """A node that forgets old transactions does not know this one either way."""
    forgetful, also = node(300), node(300)
    archive = FakeRpc({"getEpochInfo": epoch(LAST_VALID + 1, 200), "getSignatureStatuses": OUTAGE})
    three = witnesses(forgetful, also, archive, history=(False, False, True))
    assert await three.is_dead("Sig", LAST_VALID) is None


async def test_outages_prove_nothing() -> None:
    """No finalized state, no proof; nothing is raised."""
    assert await witnesses(FakeRpc({"getEpochInfo": OUTAGE})).is_dead("Sig", LAST_VALID) is None


@pytest.mark.parametrize("history", [(), (False, False)])
def test_witnesses_need_one_with_history(history: tuple[bool, ...]) -> None:
    """The configuration is refused at start, not when the first transaction is lost."""
    with pytest.raises(ConfigError, match="history"):
        witnesses(*(FakeRpc() for _ in history), history=history)


async def test_statuses_are_asked_in_turn() -> None:
    """A node that is down does not block the next look; history is searched only where there is some."""
    first = FakeRpc({"getSignatureStatuses": OUTAGE})
    second = node(9, status=LANDED)
    both = witnesses(first, second, history=(True, False))
    with pytest.raises(UnavailableError):
        await both.statuses(["Sig"])
    assert await both.statuses(["Sig"]) == (SignatureStatus(5, None, "confirmed"),)
    with pytest.raises(UnavailableError):
        await both.statuses(["Sig"])
    assert second.params("getSignatureStatuses")[0][1] == {"searchTransactionHistory": False}


async def test_a_transaction_is_asked_for_until_it_is_shown() -> None:
    """Through nulls and outages, from one node to the next."""
    first, second = FakeRpc({"getTransaction": OUTAGE}), FakeRpc()
    second.answer("getTransaction", None, None, transaction())
    view = await witnesses(first, second).transaction("Sig")
    assert (view.slot, view.fee) == (77, 5000)
    assert (first.count("getTransaction"), second.count("getTransaction")) == (3, 3)


async def test_what_is_no_transaction_is_said_so() -> None:
    """Damage is not waited out."""
    with pytest.raises(DecodeError):
        await witnesses(FakeRpc({"getTransaction": {"slot": 1}})).transaction("Sig")


def transaction() -> dict[str, Any]:
    """A small ``getTransaction`` result."""
    signature, key = "1" * 64, "11111111111111111111111111111111"
    return {
        "slot": 77,
        "blockTime": 1,
        "meta": {"err": None, "fee": 5000, "preBalances": [9000], "postBalances": [4000], "logMessages": []},
        "transaction": {
            "signatures": [signature],
            "message": {
                "accountKeys": [key],
                "header": {
                    "numRequiredSignatures": 1,
                    "numReadonlySignedAccounts": 0,
                    "numReadonlyUnsignedAccounts": 0,
                },
                "instructions": [],
                "recentBlockhash": key,
            },
        },
    }
