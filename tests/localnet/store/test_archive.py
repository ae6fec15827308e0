"""History that memory no longer holds, read through the JSON-RPC as clients do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sniperforge.errors import RpcError
from sniperforge.localnet.store.archive import StoredHistory
from tests.localnet.kit import SOL, Bench, address
from tests.localnet.store.kept import Kept

SEEN = {"commitment": "confirmed"}
SHOWN = {"maxSupportedTransactionVersion": 0, **SEEN}


@pytest.fixture
def kept(tmp_path: Path) -> Any:
    """A chain of which three records are in memory."""
    made = Kept(tmp_path, keep_records=3)
    yield made
    made.end()


def filled(kept: Kept) -> tuple[Bench, list[str], list[int]]:
    """Twelve payments, three to a block, all of them confirmed."""
    bench = kept.open()
    signatures, slots = [], []
    for number in range(12):
        record = bench.pay(address(5), SOL + number)
        signatures.append(record.signature)
        slots.append(record.slot)
        if number % 3 == 2:
            bench.ledger.advance()
    bench.ledger.advance()
    return bench, signatures, slots


def answers(bench: Bench, signatures: list[str], slots: list[int]) -> list[Any]:
    """All that can be asked about them."""
    return [
        [bench.ask("getTransaction", signature, SHOWN) for signature in signatures],
        [bench.ask("getBlock", slot, SHOWN) for slot in slots],
        bench.ask("getSignaturesForAddress", address(5), SEEN),
        bench.ask("getSignaturesForAddress", address(5), {"before": signatures[4], "limit": 3, **SEEN}),
        bench.ask(
            "getSignaturesForAddress", address(5), {"before": signatures[10], "until": signatures[2], **SEEN}
        ),
        bench.ask("getSignaturesForAddress", address(5), {"until": signatures[9], **SEEN}),
        bench.ask("getSignaturesForAddress", address(6)),
    ]


def test_disk_and_memory_answer_alike(kept: Kept, tmp_path: Path) -> None:
    """While it runs with little memory, after a restart, and as a network that kept all in memory."""
    bench, signatures, slots = filled(kept)
    assert len(bench.ledger.history) == 3
    found = answers(bench, signatures, slots)
    whole = Bench()
    whole.ledger.advance()
    for number in range(12):
        assert whole.pay(address(5), SOL + number).signature == signatures[number]
        if number % 3 == 2:
            whole.ledger.advance()
    whole.ledger.advance()
    assert found == answers(whole, signatures, slots)
    bench.ledger.advance()
    bench.ledger.warp(40)
    whole.ledger.advance()
    whole.ledger.warp(40)
    again = kept.reopen()
    assert len(again.ledger.history) == 0
    assert answers(again, signatures, slots) == answers(whole, signatures, slots)
    statuses = again.value("getSignatureStatuses", signatures, {"searchTransactionHistory": True})
    assert [status["slot"] for status in statuses] == slots
    assert {status["confirmationStatus"] for status in statuses} == {"finalized"}


def test_pages_of_a_busy_address(kept: Kept) -> None:
    """More than are read at once, memory and disk merged without a gap or a repetition."""
    bench = kept.open()
    sent = []
    for number in range(250):
        sent.append(bench.pay(address(5), SOL + number).signature)
        if number % 20 == 0:
            bench.ledger.advance()
    bench.ledger.advance()
    newest = bench.pay(address(5), 5).signature
    found = [record.signature for record in bench.ledger.history.of_address(address(5))]
    assert found == [newest, *reversed(sent)]
    tip = bench.ledger.chain.tip
    below = bench.ledger.history.of_address(address(5), (tip.slot, 0))
    assert [record.signature for record in below] == found[1:]
    assert list(bench.ledger.history.of_address(address(5), (5, 0))) == []


def test_what_is_not_there(kept: Kept) -> None:
    """Unknown signatures, slots and words."""
    bench, _, slots = filled(kept)
    history = StoredHistory(kept.file._db)  # type: ignore[union-attr]
    assert history.record("1" * 64) is None
    assert history.record("2" * 88) is None
    assert history.record("not base58") is None
    assert bench.ledger.history.status("1" * 64) is None
    assert history.block(slots[0] - 50) is None
    assert history.in_slot(slots[0] - 50) == []
    assert bench.ask("getTransaction", "1" * 64, SEEN) is None
    with pytest.raises(RpcError):
        bench.ask("getBlock", 5)


def test_an_address_that_begins_like_another(kept: Kept) -> None:
    """The index has 8 bytes of it; the record decides."""
    bench, _, _ = filled(kept)
    key = bytes(kept.key(address(5)))
    twin = str(type(kept.key(address(5))).from_bytes(key[:8] + bytes(24)))
    assert list(bench.ledger.history.of_address(twin)) == []


def test_nothing_is_told_of_the_open_block(kept: Kept) -> None:
    """Its rows are written as they come and count when it closes; one that is dropped leaves none."""
    bench = kept.open()
    history = StoredHistory(kept.file._db)  # type: ignore[union-attr]
    sent = [bench.pay(address(5), SOL + number).signature for number in range(100)]
    assert history.record(sent[0]) is None
    bench.ledger.rollback()
    again = [bench.pay(address(5), SOL + number).signature for number in range(3)]
    bench.ledger.advance()
    assert history.record(sent[50]) is None
    assert history.record(again[2]) is not None
    assert history.first_slot() == bench.ledger.chain.first_slot()
    assert [record.position for record in history.in_slot(bench.ledger.chain.tip.parent_slot)] == [0, 1, 2]
