"""Proof that a nonce moved on, or that a slot was dropped: only from all that answer, never from a lag."""

from __future__ import annotations

from binascii import b2a_base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.hash import Hash
from solders.pubkey import Pubkey

from sniperforge.chain.proofs import LONE_SAYINGS, Proofs
from sniperforge.chain.retries import NO_RETRY
from sniperforge.chain.rpc import RpcClient
from sniperforge.chain.witnesses import Witness
from sniperforge.domain.addresses import SYSTEM_PROGRAM
from sniperforge.domain.landing import Dead
from sniperforge.domain.trade import DurableNonce
from sniperforge.errors import UnavailableError
from sniperforge.testing.clock import FakeClock
from sniperforge.testing.rpc import FakeRpc

OURS, NEXT = (str(Hash.new_unique()) for _ in range(2))
NONCE = DurableNonce(str(Pubkey.new_unique()), OURS, 150)
OUTAGE = UnavailableError("no connection")


def account(value: str | None, slot: int) -> dict[str, Any]:
    """``getMultipleAccounts`` of the nonce account; no account when there is no value."""
    if value is None:
        return {"context": {"slot": slot}, "value": [None]}
    one = (1).to_bytes(4, "little")
    data = one + one + bytes(32) + bytes(Hash.from_string(value)) + bytes(8)
    info = {"owner": SYSTEM_PROGRAM, "lamports": 1, "data": [b2a_base64(data).decode().strip(), "base64"]}
    return {"context": {"slot": slot}, "value": [info]}


def known(*seen: bool, slot: int = 300) -> dict[str, Any]:
    """``getSignatureStatuses``."""
    landed = {"slot": 7, "err": None, "confirmationStatus": "processed"}
    return {"context": {"slot": slot}, "value": [landed if each else None for each in seen]}


class Nodes:
    """So many nodes, all of one mind until told otherwise."""

    def __init__(self, count: int = 2, *, history: tuple[bool, ...] = ()) -> None:
        clock = FakeClock(autojump=True)
        self.nodes = [FakeRpc() for _ in range(count)]
        keeps = history or (True,) * count
        self.proofs = Proofs(
            [
                Witness(RpcClient(node, clock, retry=NO_RETRY), keep)
                for node, keep in zip(self.nodes, keeps, strict=True)
            ]
        )
        for index in range(count):
            self.says(index, value=NEXT)

    def says(
        self,
        index: int,
        *,
        value: str | None,
        at: int = 200,
        seen: tuple[bool, ...] = (False, False),
        since: int = 300,
    ) -> None:
        """What a node answers from now on."""
        self.nodes[index].answer("getMultipleAccounts", account(value, at))
        self.nodes[index].answer("getSignatureStatuses", known(*seen, slot=since))

    async def spent(self) -> Dead | None:
        """Of two attempts."""
        return await self.proofs.spent(["a", "b"], NONCE)


@pytest.mark.parametrize("value", [NEXT, None], ids=["another value", "account gone"])
async def test_a_nonce_that_moved_on_ends_its_series(value: str | None) -> None:
    """Two nodes agree; the request names all signatures and asks the history."""
    nodes = Nodes()
    for index in range(2):
        nodes.says(index, value=value)
    proof = await nodes.spent()
    assert proof is not None
    assert "moved on before slot 200" in proof.evidence
    assert nodes.nodes[0].params("getSignatureStatuses") == [[["a", "b"], {"searchTransactionHistory": True}]]
    assert nodes.nodes[0].params("getMultipleAccounts")[0][1]["commitment"] == "finalized"


@pytest.mark.parametrize(
    "other",
    [
        {"value": OURS},
        {"value": NEXT, "seen": (True, False)},
        {"value": NEXT, "seen": (False, True)},
        {"value": NEXT, "since": 199},
    ],
    ids=["still ours", "first landed", "second landed", "statuses from before"],
)
@pytest.mark.parametrize("which", [0, 1])
async def test_one_node_that_says_otherwise_is_enough(which: int, other: dict[str, Any]) -> None:
    """Whichever it is: nothing is proved."""
    nodes = Nodes()
    nodes.says(which, **other)
    assert await nodes.spent() is None


async def test_a_read_from_before_the_nonce_was_read_says_nothing() -> None:
    """A node that lags shows an older value, which is not ours either."""
    nodes = Nodes()
    for index in range(2):
        nodes.says(index, value=NEXT, at=149)
    assert await nodes.spent() is None


async def test_a_node_without_history_is_not_enough() -> None:
    """It may have forgotten."""
    assert await Nodes(history=(False, False)).spent() is None
    assert await Nodes(history=(False, True)).spent() is not None


async def test_a_lone_node_must_say_it_again() -> None:
    """In later final slots each time; a different word in between starts anew."""
    nodes = Nodes(1)
    for turn in range(LONE_SAYINGS):
        nodes.says(0, value=NEXT, at=200 + turn)
        if turn == 1:
            assert await nodes.spent() is None
        assert (await nodes.spent() is not None) == (turn == LONE_SAYINGS - 1)
    for turn, value in enumerate([NEXT, NEXT, OURS, NEXT, NEXT, NEXT]):
        nodes.says(0, value=value, at=300 + turn, since=400)
        assert (await nodes.spent() is not None) == (turn == 5)


async def test_an_outage_is_no_word() -> None:
    """The other node's word counts as a lone one; with both away there is none."""
    nodes = Nodes()
    nodes.nodes[0].answer("getMultipleAccounts", OUTAGE)
    assert [await nodes.spent() is None for _ in range(3)] == [True] * 3, "the same slot three times"
    nodes.nodes[1].answer("getSignatureStatuses", OUTAGE)
    assert await nodes.spent() is None


async def test_a_dropped_slot() -> None:
    """Final past the slot, and nobody knows the signature."""
    nodes = Nodes()
    for node in nodes.nodes:
        node.answer("getSlot", 8)
        node.answer("getSignatureStatuses", known(False))
    assert await nodes.proofs.dropped("a", 7)
    assert not await nodes.proofs.dropped("a", 8)
    nodes.nodes[1].answer("getSignatureStatuses", known(True))
    assert not await nodes.proofs.dropped("a", 7)


async def test_what_was_said_alone_is_not_remembered_for_ever() -> None:
    """A thousand series; the oldest makes room."""
    nodes = Nodes(1)
    nodes.nodes[0].answer("getSlot", 8)
    nodes.nodes[0].answer("getSignatureStatuses", known(False))
    for number in range(1_001):
        assert not await nodes.proofs.dropped(f"s{number}", 7)
    assert len(nodes.proofs._alone) == 1_000


@given(
    holds=st.lists(st.booleans(), min_size=1, max_size=4),
    landed=st.lists(st.booleans(), min_size=4, max_size=4),
    lags=st.lists(st.booleans(), min_size=4, max_size=4),
)
async def test_proof_needs_everybody(holds: list[bool], landed: list[bool], lags: list[bool]) -> None:
    """With several nodes there is proof exactly when all that do not lag agree, and two of them at least."""
    nodes = Nodes(len(holds))
    for index, held in enumerate(holds):
        nodes.says(
            index, value=OURS if held else NEXT, at=100 if lags[index] else 200, seen=(landed[index], False)
        )
    telling = [index for index in range(len(holds)) if not lags[index]]
    agreed = all(not holds[index] and not landed[index] for index in telling)
    assert (await nodes.spent() is not None) == (agreed and len(telling) > 1)
