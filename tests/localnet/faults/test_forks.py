"""Dropped blocks and what becomes of their transactions."""

from __future__ import annotations

import pytest

from sniperforge.localnet.faults.forks import Forks
from sniperforge.localnet.faults.plan import FaultPlan
from sniperforge.localnet.ledger.pace import INSTANT
from sniperforge.localnet.network import LocalNetwork
from tests.localnet.kit import SOL, Bench, address, base64_of, pay

ALWAYS = FaultPlan(rollback=1)
SKIP = {"encoding": "base64", "skipPreflight": True}


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    Forks(made.ledger, made.node.faults)
    for _ in range(3):
        made.ledger.advance()
    return made


def older_hash(bench: Bench) -> str:
    return bench.ledger.chain.at("confirmed").blockhash


def submit(bench: Bench, number: int, blockhash: str = "") -> str:
    """A client's transfer to an address of its own; its signature."""
    raw = bench.sign([pay(bench.payer, address(number), SOL)], blockhash=blockhash or older_hash(bench))
    signature: str = bench.ask("sendTransaction", base64_of(raw), SKIP)
    return signature


def has(bench: Bench, number: int) -> bool:
    return bench.ledger.account(address(number)) is not None


def test_what_a_client_sent_is_lost(bench: Bench) -> None:
    """It was processed, then it never was; sent again it lands for good."""
    bench.node.faults.set(ALWAYS)
    blockhash = older_hash(bench)
    signature = submit(bench, 2, blockhash)
    assert has(bench, 2)
    dropped = bench.ledger.chain.tip
    bench.ledger.advance()
    assert not has(bench, 2)
    assert bench.ledger.chain.in_slot(dropped.slot) is None
    assert bench.value("getSignatureStatuses", [signature]) == [None]
    bench.node.faults.clear()
    assert submit(bench, 2, blockhash) == signature
    for _ in range(3):
        bench.ledger.advance()
    (status,) = bench.value("getSignatureStatuses", [signature])
    assert (status["err"], status["confirmationStatus"]) == (None, "confirmed")


def test_what_no_client_sent_comes_again(bench: Bench) -> None:
    """The faucet's and others' own, in their order and before anything new, with the next block."""
    bench.node.faults.set(ALWAYS)
    given = bench.ask("requestAirdrop", address(2), SOL)
    own = bench.send(pay(bench.payer, address(3), SOL), blockhash=older_hash(bench))
    slot = bench.ledger.chain.tip.slot
    later: list[str] = []
    bench.ledger.on_block.append(
        lambda _block: later.append(bench.pay(address(4), SOL + len(later)).signature)
    )
    bench.ledger.advance()
    landed = [record.signature for record in bench.ledger.history.in_slot(slot + 1)]
    assert landed == [given, own.signature, later[0]]
    assert has(bench, 2)
    assert has(bench, 3)


def test_what_was_built_on_the_dropped_block_is_gone(bench: Bench) -> None:
    """Its hash is none any more, whoever sent it."""
    bench.node.faults.set(ALWAYS)
    bench.pay(address(2))
    bench.ledger.advance()
    assert not has(bench, 2)


def test_what_is_confirmed_stays(bench: Bench) -> None:
    """Only the newest block is ever dropped."""
    signature = submit(bench, 2)
    bench.ledger.advance()
    bench.node.faults.set(ALWAYS)
    for _ in range(5):
        bench.ledger.advance()
    assert bench.ledger.history.status(signature) is not None


def test_a_block_that_a_request_drops_loses_the_same(bench: Bench) -> None:
    """``sniperforge_rollback`` without any faults."""
    signature, given = submit(bench, 2), bench.ask("requestAirdrop", address(3), SOL)
    assert bench.ask("sniperforge_rollback")["dropped"] == [signature, given]
    assert (has(bench, 2), has(bench, 3)) == (False, True)


def test_a_network_that_confirms_at_once_drops_nothing() -> None:
    """Its blocks are final when they close."""
    bench = Bench(profile=INSTANT)
    Forks(bench.ledger, bench.node.faults)
    bench.node.faults.set(ALWAYS)
    submit(bench, 2)
    bench.ledger.advance()
    assert has(bench, 2)


def test_a_run_repeats() -> None:
    """The same seed drops the same blocks; of several endpoints the first one's faults decide."""

    def run(seed: int) -> list[bool]:
        network = LocalNetwork(endpoints=2)
        network.endpoints[1].faults.set(FaultPlan(rollback=1, seed=seed))
        network.faults.set(FaultPlan(rollback=0.3, seed=seed))
        dropped: list[int] = []
        network.ledger.on_rollback.append(lambda block, *_: dropped.append(block.height))
        kept = []
        for _ in range(40):
            before = len(dropped)
            network.ledger.advance()
            kept.append(len(dropped) == before)
        return kept

    first = run(5)
    assert 4 < first.count(False) < 25
    assert first == run(5) != run(6)
