"""Reads of signatures and landed transactions."""

from __future__ import annotations

from typing import Any

import pytest

from sniperforge.chain.answers import SignatureEntry, SignatureStatus, StatusesAt
from sniperforge.chain.retries import NO_RETRY
from sniperforge.chain.transaction_reads import TransactionReads
from sniperforge.errors import UnavailableError
from sniperforge.testing.clock import FakeClock
from sniperforge.testing.rpc import FakeRpc


def reads(node: FakeRpc) -> TransactionReads:
    """Reads of ``node``, tried once."""
    return TransactionReads(node, FakeClock(), retry=NO_RETRY)


def at(slot: int, value: Any) -> dict[str, Any]:
    """A value with its context."""
    return {"context": {"slot": slot}, "value": value}


async def test_statuses_keep_their_order() -> None:
    """Unknown ones are None; a node that leaves out the commitment is read by its confirmations."""
    error = {"InstructionError": [2, {"Custom": 6005}]}
    value = [
        {"slot": 3, "confirmations": 4, "err": error, "confirmationStatus": "confirmed"},
        None,
        {"slot": 2, "confirmations": None, "err": None},
        {"slot": 4, "confirmations": 0, "err": None},
    ]
    node = FakeRpc({"getSignatureStatuses": at(9, value)})
    found = await reads(node).signature_statuses(["a", "b", "c", "d"])
    assert found == StatusesAt(
        9,
        (
            SignatureStatus(3, error, "confirmed"),
            None,
            SignatureStatus(2, None, "finalized"),
            SignatureStatus(4, None, "processed"),
        ),
    )
    assert node.params("getSignatureStatuses") == [[["a", "b", "c", "d"], {"searchTransactionHistory": True}]]


async def test_statuses_are_asked_for_by_256() -> None:
    """The slot of several answers is the lowest: it holds for all of them."""
    slots = iter((20, 10))
    node = FakeRpc({"getSignatureStatuses": lambda params: at(next(slots), [None] * len(params[0]))})
    found = await reads(node).signature_statuses([str(n) for n in range(300)], search_history=False)
    assert (found.slot, len(found.statuses)) == (10, 300)
    assert [len(params[0]) for params in node.params("getSignatureStatuses")] == [256, 44]


async def test_statuses_of_another_number_are_unavailable() -> None:
    """A short list must not be read as the fate of another transaction."""
    node = FakeRpc({"getSignatureStatuses": at(9, [])})
    with pytest.raises(UnavailableError, match="0 of 1"):
        await reads(node).signature_statuses(["a"])


async def test_signatures_of_an_address() -> None:
    """Entries are translated; unset bounds are not sent."""
    entry = {
        "signature": "S",
        "slot": 5,
        "err": None,
        "memo": None,
        "blockTime": 17,
        "confirmationStatus": "finalized",
    }
    node = FakeRpc({"getSignaturesForAddress": [entry]})
    found = await reads(node).signatures_for_address("A", until="U", limit=10)
    assert found == (SignatureEntry("S", 5, None, 17),)
    await reads(node).signatures_for_address("A", before="B")
    assert node.params("getSignaturesForAddress") == [
        ["A", {"limit": 10, "commitment": "confirmed", "until": "U"}],
        ["A", {"limit": 1000, "commitment": "confirmed", "before": "B"}],
    ]


async def test_a_transaction_comes_raw() -> None:
    """What the node says, for the decoder; null is None."""
    node = FakeRpc()
    node.answer("getTransaction", {"slot": 1, "meta": {}}, None)
    assert await reads(node).transaction("S") == {"slot": 1, "meta": {}}
    assert await reads(node).transaction("S", "finalized", "base64") is None
    assert node.params("getTransaction") == [
        ["S", {"encoding": "json", "commitment": "confirmed", "maxSupportedTransactionVersion": 0}],
        ["S", {"encoding": "base64", "commitment": "finalized", "maxSupportedTransactionVersion": 0}],
    ]


async def test_a_transaction_that_is_no_object_is_unavailable() -> None:
    """A list is not a transaction."""
    with pytest.raises(UnavailableError, match="no object"):
        await reads(FakeRpc({"getTransaction": []})).transaction("S")
