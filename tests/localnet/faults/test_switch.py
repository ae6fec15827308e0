"""Submissions held back, dropped, reordered; faults set and cleared."""

from __future__ import annotations

import pytest
from solders.compute_budget import set_compute_unit_price

from sniperforge.errors import RpcError
from sniperforge.localnet.faults.plan import NO_FAULTS, FaultPlan
from sniperforge.localnet.faults.switch import Faults
from sniperforge.localnet.ledger.pace import INSTANT
from sniperforge.localnet.rpc.faults import INVALID_PARAMS
from tests.localnet.kit import SOL, Bench, address, base64_of, keypair, pay

SKIP = {"encoding": "base64", "skipPreflight": True}


@pytest.fixture
def bench() -> Bench:
    return Bench()


PROCESSED = {"commitment": "processed"}


def submit(bench: Bench, number: int, *, price: int | None = None, blockhash: str = "") -> str:
    """Send one transfer over JSON-RPC, of an amount of its own; returns the signature."""
    budget = [] if price is None else [set_compute_unit_price(price)]
    raw = bench.sign([*budget, pay(bench.payer, address(9), SOL + number)], blockhash=blockhash)
    signature: str = bench.ask(
        "sendTransaction", base64_of(raw), {"encoding": "base64", "preflightCommitment": "processed"}
    )
    return signature


def landed(bench: Bench, signature: str) -> bool:
    return bench.ledger.history.status(signature) is not None


def order(bench: Bench) -> list[str]:
    """Signatures in the order in which they landed, from the payer's history."""
    payer = str(bench.payer.pubkey())
    return [record.signature for record in bench.ledger.history.of_address(payer)][::-1]


def test_a_dropped_submission_looks_accepted(bench: Bench) -> None:
    """It has its signature, and never a status, a transaction or an effect."""
    bench.node.faults.set(FaultPlan(drop=1))
    signature = submit(bench, 1)
    bench.ledger.advance(5)
    assert bench.value("getSignatureStatuses", [signature]) == [None]
    assert bench.ask("getTransaction", signature, {"commitment": "confirmed"}) is None
    assert bench.value("getBalance", address(9), PROCESSED) == 0


def test_a_dropped_one_is_still_checked_first(bench: Bench) -> None:
    """Preflight answers as ever."""
    bench.node.faults.set(FaultPlan(drop=1))
    raw = bench.sign([pay(keypair(50), address(9), SOL)], payer=keypair(50))
    assert bench.fails("sendTransaction", base64_of(raw), {"encoding": "base64"}).rpc_code == -32002


def test_sent_again_it_has_another_chance(bench: Bench) -> None:
    """With a drop of one half the same bytes land after some tries."""
    bench.node.faults.set(FaultPlan(drop=0.5, seed=4))
    raw = base64_of(bench.sign([pay(bench.payer, address(9), SOL)]))
    tries = 0
    while not bench.value("getBalance", address(9), PROCESSED):
        bench.ask("sendTransaction", raw, SKIP)
        tries += 1
    assert 1 < tries < 30


def test_what_expires_never_lands(bench: Bench) -> None:
    """However often it is sent."""
    bench.node.faults.set(FaultPlan(expire=1))
    raw = base64_of(bench.sign([pay(bench.payer, address(9), SOL)]))
    for _ in range(20):
        bench.ask("sendTransaction", raw, SKIP)
    assert bench.value("getBalance", address(9), PROCESSED) == 0


def test_congestion_asks_a_price(bench: Bench) -> None:
    """Below the floor nothing lands, and no price is below it; at the floor it does."""
    bench.node.faults.set(FaultPlan(fee_floor=500))
    cheap = [submit(bench, 1), submit(bench, 2, price=499)]
    paid = submit(bench, 3, price=500)
    assert [landed(bench, signature) for signature in (*cheap, paid)] == [False, False, True]


def test_a_delayed_submission_lands_later(bench: Bench) -> None:
    """Not in its own block, and within the slots of the setting."""
    bench.node.faults.set(FaultPlan(delay=1, delay_slots=3))
    signatures = [submit(bench, number) for number in range(12)]
    assert not any(landed(bench, signature) for signature in signatures)
    first = bench.ledger.chain.tip.slot
    for _ in range(3):
        bench.ledger.advance()
    statuses = [bench.ledger.history.status(signature) for signature in signatures]
    assert {status.slot - first for status in statuses if status} == {1, 2, 3}
    assert None not in statuses
    assert order(bench) != signatures


def test_a_node_that_lags_delays_no_less(bench: Bench) -> None:
    """Slots are counted from the newest block, not from the one that the node knows."""
    old = bench.ledger.chain.tip.blockhash
    bench.ledger.advance(1)
    for _ in range(30):
        bench.ledger.advance()
    bench.node.faults.set(FaultPlan(delay=1, delay_slots=3, lag=1, lag_slots=20))
    signatures = [submit(bench, number, blockhash=old) for number in range(12)]
    first = bench.ledger.chain.tip.slot
    for _ in range(3):
        bench.ledger.advance()
    statuses = [bench.ledger.history.status(signature) for signature in signatures]
    assert {status.slot - first for status in statuses if status} == {1, 2, 3}


def test_a_delay_may_outlive_the_blockhash(bench: Bench) -> None:
    """What comes too late never lands, silently."""
    bench.node.faults.set(FaultPlan(delay=1, delay_slots=300, seed=3))
    signatures = [submit(bench, number) for number in range(20)]
    for _ in range(301):
        bench.ledger.advance()
    assert {landed(bench, signature) for signature in signatures} == {True, False}


def test_reordered_submissions_change_places(bench: Bench) -> None:
    """One that is held lands after its successor; the last one with the next block."""
    faults = bench.node.faults
    faults.set(FaultPlan(reorder=1))
    held = submit(bench, 1)
    faults.set(FaultPlan())
    passed = submit(bench, 2)
    assert order(bench) == [passed, held]
    faults.set(FaultPlan(reorder=1))
    last = submit(bench, 3)
    assert not landed(bench, last)
    bench.ledger.advance()
    assert order(bench) == [passed, held, last]


def test_a_held_one_sent_twice_lands_once(bench: Bench) -> None:
    """The second copy is a duplicate when its time comes, and nobody hears of it."""
    bench.node.faults.set(FaultPlan(delay=1, delay_slots=1))
    raw = base64_of(bench.sign([pay(bench.payer, address(9), SOL)]))
    for _ in range(2):
        bench.ask("sendTransaction", raw, SKIP)
    bench.ledger.advance()
    assert bench.value("getBalance", address(9), PROCESSED) == SOL


def test_what_is_held_lands_after_the_end_of_faults(bench: Bench) -> None:
    """Clearing faults loses nothing."""
    bench.node.faults.set(FaultPlan(delay=1, delay_slots=2))
    signature = submit(bench, 1)
    bench.node.faults.clear()
    assert landed(bench, submit(bench, 2))
    bench.ledger.advance(1)
    bench.ledger.advance(1)
    assert landed(bench, signature)


def test_with_a_slot_per_transaction_others_move_time() -> None:
    """In the instant profile a delayed one lands when others have opened slots."""
    bench = Bench(profile=INSTANT)
    bench.node.faults.set(FaultPlan(delay=1, delay_slots=1))
    signature = submit(bench, 1)
    bench.node.faults.clear()
    bench.pay(address(8))
    assert landed(bench, signature)


def test_a_run_repeats(bench: Bench) -> None:
    """Two networks of one seed with one plan land the same transactions in the same slots."""

    def run() -> list[tuple[str, int]]:
        bench = Bench()
        bench.node.faults.set(FaultPlan(drop=0.2, expire=0.1, delay=0.5, delay_slots=9, reorder=0.3, seed=11))
        for number in range(80):
            submit(bench, number)
            bench.ledger.advance()
        payer = str(bench.payer.pubkey())
        return [(record.signature, record.slot) for record in bench.ledger.history.of_address(payer)]

    first = run()
    assert 30 < len(first) < 75
    assert first == run()


def test_without_faults_submissions_pass(bench: Bench) -> None:
    """They land at once and refusals are told."""
    assert bench.node.faults.plan == NO_FAULTS
    assert landed(bench, submit(bench, 1))
    with pytest.raises(RpcError) as caught:
        bench.ask("sendTransaction", "!!", SKIP)
    assert caught.value.rpc_code == INVALID_PARAMS


def test_listeners_hear_of_changes() -> None:
    """Once for each plan set, and for the end."""
    faults, heard = Faults(), list[bool]()
    faults.on_change.append(lambda: heard.append(faults.dice is not None))
    faults.set(FaultPlan())
    faults.clear()
    assert heard == [True, False]
