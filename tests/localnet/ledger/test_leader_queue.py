"""Waiting for room in a block."""

from __future__ import annotations

import pytest
from solders.compute_budget import set_compute_unit_price

from sniperforge.localnet.ledger.block_work import BLOCK_UNITS
from sniperforge.localnet.ledger.chain import HASH_LIFE
from sniperforge.localnet.ledger.envelope import Envelope, open_envelope
from sniperforge.localnet.ledger.leader_queue import LeaderQueue
from sniperforge.localnet.ledger.refusals import TransactionRefusedError
from tests.localnet.kit import SOL, Bench, address, base64_of, pay


def payment(bench: Bench, price: int) -> Envelope:
    return open_envelope(bench.sign([set_compute_unit_price(price), pay(bench.payer, address(2), SOL)]))


def fill(bench: Bench) -> None:
    bench.ledger.chain.tip.work.total = BLOCK_UNITS


def landed(bench: Bench) -> list[str]:
    return [record.signature for record in reversed(list(bench.ledger.history.of_address(address(2))))]


def test_with_room_it_lands_at_once() -> None:
    """And what will never land is refused, as ever."""
    bench = Bench()
    one = payment(bench, 1)
    bench.ledger.offer(one)
    assert landed(bench) == [one.signature]
    with pytest.raises(TransactionRefusedError):
        bench.ledger.offer(one)


def test_a_full_block_lets_the_best_paying_go_first() -> None:
    """In the next block, in the order of their price."""
    bench = Bench()
    fill(bench)
    offered = {price: payment(bench, price) for price in (5, 500, 50)}
    for envelope in offered.values():
        bench.ledger.offer(envelope)
    assert landed(bench) == []
    bench.ledger.advance()
    assert landed(bench) == [offered[price].signature for price in (500, 50, 5)]


def test_what_waits_too_long_dies() -> None:
    """Its hash is dead by then; nothing is kept of it."""
    bench = Bench()
    queue = LeaderQueue(bench.ledger.submit)
    fill(bench)
    queue.offer(payment(bench, 1), verified=False)
    assert len(queue) == 1
    for _ in range(HASH_LIFE + 1):
        bench.ledger.advance()
        fill(bench)
        queue.block_opened()
    assert (len(queue), landed(bench)) == (0, [])


def test_the_worst_paying_are_dropped() -> None:
    """When more wait than there is room for waiting."""
    bench = Bench()
    queue = LeaderQueue(bench.ledger.submit, limit=2)
    fill(bench)
    offered = {price: payment(bench, price) for price in (1, 2, 3)}
    for envelope in offered.values():
        queue.offer(envelope, verified=True)
    bench.ledger.advance()
    queue.block_opened()
    assert landed(bench) == [offered[price].signature for price in (3, 2)]


def test_what_a_client_sends_waits_for_room() -> None:
    """Through the JSON-RPC: accepted now, landed in the next block."""
    bench = Bench()
    fill(bench)
    envelope = payment(bench, 7)
    options = {"encoding": "base64", "preflightCommitment": "processed"}
    assert bench.ask("sendTransaction", base64_of(envelope.raw), options) == envelope.signature
    assert bench.value("getSignatureStatuses", [envelope.signature]) == [None]
    bench.ledger.advance()
    assert landed(bench) == [envelope.signature]
