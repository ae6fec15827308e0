"""What a bad node sees."""

from __future__ import annotations

import pytest

from sniperforge.domain import base58
from sniperforge.localnet.faults.dice import FaultDice
from sniperforge.localnet.faults.plan import FaultPlan
from sniperforge.localnet.faults.sight import behind_sight, seen_through
from sniperforge.localnet.ledger.pace import Commitment
from tests.localnet.kit import SOL, Bench, address, base64_of, pay

ENCODED = {"encoding": "base64"}
PROCESSED = {"commitment": "processed"}
CONFIRMED = {"commitment": "confirmed"}


@pytest.fixture
def bench() -> Bench:
    """A network with some blocks behind it."""
    made = Bench()
    for _ in range(50):
        made.ledger.advance()
    return made


def lagging(bench: Bench, slots: int = 10) -> None:
    bench.node.faults.set(FaultPlan(lag=1, lag_slots=slots))


@pytest.mark.parametrize("commitment", ["processed", "confirmed", "finalized"])
def test_a_lagging_node_is_at_an_older_block(bench: Bench, commitment: Commitment) -> None:
    """Slot, height, hash and epoch at every commitment are those of so many blocks ago."""
    config = {"commitment": commitment}
    block = bench.ledger.chain.at(commitment)
    older = bench.ledger.chain.in_slot(block.slot - 10)
    lagging(bench)
    assert older is not None
    assert bench.ask("getSlot", config) == older.slot
    assert bench.ask("getBlockHeight", config) == older.height
    assert bench.value("getLatestBlockhash", config)["blockhash"] == older.blockhash
    assert bench.ask("getEpochInfo", config)["absoluteSlot"] == older.slot
    assert bench.ask("getBalance", address(2), config)["context"]["slot"] == older.slot


def test_it_learns_later_what_landed(bench: Bench) -> None:
    """Status, transaction, history and block are absent until the node gets there."""
    signature = bench.pay(address(2)).signature
    slot = bench.ledger.chain.tip.slot
    lagging(bench)
    for _ in range(9):
        bench.ledger.advance()
    assert bench.value("getSignatureStatuses", [signature]) == [None]
    assert bench.ask("getTransaction", signature, CONFIRMED) is None
    assert bench.ask("getSignaturesForAddress", address(2), CONFIRMED) == []
    assert bench.fails("getBlockTime", slot).rpc_code == -32004
    assert slot not in bench.ask("getBlocks", slot - 5, CONFIRMED)
    bench.ledger.advance()
    (status,) = bench.value("getSignatureStatuses", [signature])
    assert (status["slot"], status["confirmationStatus"]) == (slot, "processed")
    bench.ledger.advance()
    config = {"commitment": "confirmed", "maxSupportedTransactionVersion": 0}
    assert bench.ask("getTransaction", signature, config)["slot"] == slot
    assert len(bench.ask("getSignaturesForAddress", address(2), CONFIRMED)) == 1


def test_it_asks_for_patience(bench: Bench) -> None:
    """A read with a newer minContextSlot is refused with where the node is."""
    slot = bench.ledger.chain.tip.slot
    lagging(bench)
    error = bench.fails("getBalance", address(2), {"minContextSlot": slot, "commitment": "processed"})
    assert (error.rpc_code, error.data) == (-32016, {"contextSlot": slot - 10})


def test_it_does_not_know_newer_hashes(bench: Bench) -> None:
    """Preflight, validity and fees say so; an older hash is fine, and without preflight the newest too."""
    tip = bench.ledger.chain.tip
    older = bench.ledger.chain.at("finalized").blockhash
    new = base64_of(bench.sign([pay(bench.payer, address(2), SOL)]))
    old = base64_of(bench.sign([pay(bench.payer, address(3), SOL)], blockhash=older))
    message = base64_of(bench.sign([pay(bench.payer, address(2), SOL)])[65:])
    lagging(bench)
    checked = {**ENCODED, "preflightCommitment": "processed"}
    on = {**ENCODED, **PROCESSED}
    error = bench.fails("sendTransaction", new, checked)
    assert (error.rpc_code, error.message) == (
        -32002,
        "Transaction simulation failed: Blockhash not found",
    )
    assert error.data["err"] == "BlockhashNotFound"
    assert bench.value("simulateTransaction", new, on)["err"] == "BlockhashNotFound"
    assert bench.value("simulateTransaction", new, {**on, "replaceRecentBlockhash": True})["err"] is None
    assert bench.value("isBlockhashValid", tip.blockhash, PROCESSED) is False
    assert bench.value("getFeeForMessage", message, PROCESSED) is None
    assert bench.value("isBlockhashValid", older, PROCESSED) is True
    bench.ask("sendTransaction", old, checked)
    bench.ask("sendTransaction", new, {**ENCODED, "skipPreflight": True})
    assert [bench.value("getBalance", address(number), PROCESSED) for number in (2, 3)] == [0, 0]
    bench.node.faults.clear()
    assert [bench.value("getBalance", address(number), PROCESSED) for number in (2, 3)] == [SOL, SOL]


def test_some_nodes_know_finalized_hashes_only(bench: Bench) -> None:
    """The node is up to date otherwise, and hands out the hash that it then refuses."""
    bench.node.faults.set(FaultPlan(unknown_blockhash=1))
    newest = bench.value("getLatestBlockhash", CONFIRMED)["blockhash"]
    final = bench.value("getLatestBlockhash")["blockhash"]
    assert bench.ask("getSlot", {"commitment": "processed"}) == bench.ledger.chain.tip.slot
    known = [bench.value("isBlockhashValid", name, PROCESSED) for name in (newest, final)]
    assert known == [False, True]


def test_what_landed_is_sometimes_not_found(bench: Bench) -> None:
    """Status and transaction are null about as often as the setting says; without the fault never."""
    signature = bench.pay(address(2)).signature
    bench.ledger.advance(1)
    bench.node.faults.set(FaultPlan(not_found=0.4))
    config = {"commitment": "confirmed", "maxSupportedTransactionVersion": 0}
    statuses = [bench.value("getSignatureStatuses", [signature])[0] for _ in range(200)]
    found = [bench.ask("getTransaction", signature, config) for _ in range(200)]
    assert 50 < statuses.count(None) < 110
    assert 50 < found.count(None) < 110
    bench.node.faults.clear()
    assert bench.value("getSignatureStatuses", [signature])[0] is not None


def test_the_window_of_fees_ends_where_the_node_is(bench: Bench) -> None:
    """As many blocks as ever, ending with the block that the node knows."""
    lagging(bench, 5)
    slots = [entry["slot"] for entry in bench.ask("getRecentPrioritizationFees", [])]
    assert slots[-1] == bench.ledger.chain.tip.slot - 5


def test_what_it_does_not_change_it_passes_on(bench: Bench) -> None:
    """Listeners, the oldest block and kept records are those of the ledger itself; an undamaged one is it."""
    lag = FaultDice(FaultPlan(lag=1, lag_slots=5))
    seen = seen_through(bench.ledger, lag)
    assert seen.on_block is bench.ledger.on_block
    assert seen.chain.oldest() is bench.ledger.chain.oldest()
    assert len(seen.history.in_slot(bench.pay(address(2)).slot)) == 1
    assert behind_sight(seen) is behind_sight(bench.ledger) is bench.ledger
    assert seen_through(bench.ledger, FaultDice(FaultPlan(drop=1))) is bench.ledger


def test_a_young_network_lags_back_to_its_start() -> None:
    """There is nothing before the first block."""
    bench = Bench()
    lagging(bench)
    assert bench.ask("getSlot") == bench.ledger.chain.oldest().slot


@pytest.mark.parametrize("commitment", ["processed", "confirmed", "finalized"])
def test_a_lying_node_is_ahead(bench: Bench, commitment: Commitment) -> None:
    """Slot, height and the end of a hash's life are too high at every commitment; its hashes are real."""
    config = {"commitment": commitment}
    block = bench.ledger.chain.at(commitment)
    bench.node.faults.set(FaultPlan(ahead=1, ahead_slots=500))
    assert bench.ask("getSlot", config) == block.slot + 500
    assert bench.ask("getBlockHeight", config) == block.height + 500
    told = bench.value("getLatestBlockhash", config)
    assert told == {"blockhash": block.blockhash, "lastValidBlockHeight": block.last_valid_height + 500}
    assert bench.value("isBlockhashValid", block.blockhash) is True


def test_a_lying_node_names_another_genesis(bench: Bench) -> None:
    """Always the same other one, and the real one again afterwards."""
    real = bench.ask("getGenesisHash")
    bench.node.faults.set(FaultPlan(wrong_genesis=1))
    (told,) = {bench.ask("getGenesisHash") for _ in range(3)}
    assert (len(base58.decode(told)), told != real) == (32, True)
    bench.node.faults.clear()
    assert bench.ask("getGenesisHash") == real
