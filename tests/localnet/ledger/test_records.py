"""Records and statuses, and what is forgotten when."""

from __future__ import annotations

import pytest

from sniperforge.localnet.ledger import records
from tests.localnet.kit import Bench, address


def test_records_beyond_the_limit_go_once_confirmed() -> None:
    """The oldest go first, with their places in the index; unconfirmed ones wait."""
    bench = Bench(keep_records=5)
    sent = [bench.pay(address(2), 10**9 + number) for number in range(8)]
    assert len(bench.ledger.history) == 8
    bench.ledger.advance()
    sent.append(bench.pay(address(3)))
    assert len(bench.ledger.history) == 5
    history = bench.ledger.history
    assert [history.record(record.signature) is not None for record in sent] == [False] * 4 + [True] * 5
    assert [record.signature for record in history.of_address(address(2))] == [
        record.signature for record in reversed(sent[4:8])
    ]
    assert [record.signature for record in history.in_slot(sent[0].slot)] == [
        record.signature for record in sent[4:8]
    ]


def test_an_address_without_records_is_empty_again() -> None:
    """Nothing is kept for addresses whose last record went."""
    bench = Bench(keep_records=1)
    first = bench.pay(address(2))
    bench.ledger.advance()
    bench.pay(address(3))
    assert list(bench.ledger.history.of_address(address(2))) == []
    assert bench.ledger.history.in_slot(first.slot) == []


def test_statuses_outlive_their_records() -> None:
    """A dropped record's outcome is still known: who sees none would take the transaction for dead."""
    bench = Bench(keep_records=1)
    first = bench.pay(address(2))
    bench.ledger.advance()
    bench.pay(address(3))
    assert bench.ledger.history.record(first.signature) is None
    assert bench.ledger.history.status(first.signature) == (first.slot, None)
    assert bench.ledger.history.status("nothing") is None


def test_statuses_go_only_when_many_and_old(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both limits must be exceeded."""
    monkeypatch.setattr(records, "KEPT_STATUSES", 2)
    bench = Bench()
    sent = [bench.pay(address(2), 10**9 + number) for number in range(4)]
    assert bench.ledger.history.status(sent[0].signature) is not None
    bench.ledger.advance(records.KEPT_STATUS_SLOTS + 1)
    bench.pay(address(3))
    assert bench.ledger.history.status(sent[0].signature) is None
    assert bench.ledger.history.status(sent[1].signature) is not None


def test_a_record_knows_its_logs() -> None:
    """The log lines are the SVM's."""
    system = "1" * 32
    assert Bench().pay(address(2)).logs == [f"Program {system} invoke [1]", f"Program {system} success"]
