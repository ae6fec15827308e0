"""Methods about the network and its pace."""

from __future__ import annotations

from solders.compute_budget import set_compute_unit_price

from sniperforge.localnet.ledger.chain import FIRST_HEIGHT, FIRST_SLOT, HASH_LIFE
from sniperforge.localnet.ledger.sysvars import SLOTS_PER_EPOCH
from tests.localnet.kit import SOL, Bench, address, pay


def grown() -> Bench:
    """A network 39 blocks on, two slots apart in the end."""
    bench = Bench()
    bench.pay(address(2))
    for _ in range(38):
        bench.ledger.advance()
    bench.ledger.advance(2)
    return bench


def test_slots_heights_and_counts_by_commitment() -> None:
    """Finalized is the default and lags thirty-two blocks; heights know nothing of skipped slots."""
    bench = grown()
    tip = bench.ledger.chain.tip
    for method, processed, confirmed, finalized in (
        ("getSlot", tip.slot, tip.slot - 2, tip.slot - 33),
        ("getBlockHeight", tip.height, tip.height - 1, tip.height - 32),
        ("getTransactionCount", 1, 1, 1),
    ):
        answers = [
            bench.ask(method, {"commitment": level}) for level in ("processed", "confirmed", "finalized")
        ]
        assert answers == [processed, confirmed, finalized]
        assert bench.ask(method) == finalized
    assert tip.slot - FIRST_SLOT == tip.height - FIRST_HEIGHT + 1
    assert bench.fails("getSlot", {"minContextSlot": tip.slot - 1}).rpc_code == -32016


def test_the_latest_hash_is_that_of_the_committed_block() -> None:
    """With the height up to which it may be used."""
    bench = grown()
    for level in ("processed", "confirmed", "finalized"):
        block = bench.ledger.chain.at(level)
        shown = bench.ask("getLatestBlockhash", {"commitment": level})
        assert shown["context"]["slot"] == block.slot
        assert shown["value"] == {
            "blockhash": block.blockhash,
            "lastValidBlockHeight": block.height + HASH_LIFE,
        }


def test_a_hash_is_valid_while_it_may_be_used() -> None:
    """And not before or after."""
    bench = Bench()
    blockhash = bench.value("getLatestBlockhash", {"commitment": "processed"})["blockhash"]
    assert bench.value("isBlockhashValid", blockhash, {"commitment": "processed"}) is True
    assert bench.value("isBlockhashValid", blockhash) is False, "the finalized bank does not know it yet"
    for _ in range(32):
        bench.ledger.advance()
    assert bench.value("isBlockhashValid", blockhash) is True
    assert bench.value("isBlockhashValid", address(9)) is False
    assert bench.fails("isBlockhashValid", "0").rpc_code == -32602
    for _ in range(HASH_LIFE + 1):
        bench.ledger.advance()
    assert bench.value("isBlockhashValid", blockhash) is False


def test_the_epoch() -> None:
    """By slot, without warm-up."""
    bench = grown()
    block = bench.ledger.chain.at("confirmed")
    assert bench.ask("getEpochInfo", {"commitment": "confirmed"}) == {
        "absoluteSlot": block.slot,
        "blockHeight": block.height,
        "epoch": FIRST_SLOT // SLOTS_PER_EPOCH,
        "slotIndex": block.slot % SLOTS_PER_EPOCH,
        "slotsInEpoch": SLOTS_PER_EPOCH,
        "transactionCount": 1,
    }
    assert bench.ask("getEpochSchedule")["slotsPerEpoch"] == SLOTS_PER_EPOCH


def test_identity() -> None:
    """Who the node is and what it runs."""
    bench = Bench()
    identity = bench.ask("getIdentity")["identity"]
    assert bench.ask("getHealth") == "ok"
    assert bench.ask("getGenesisHash") == bench.ledger.genesis_hash
    assert bench.ask("getVersion") == {"feature-set": bench.node.feature_set, "solana-core": "4.1.2"}
    assert bench.ask("getSlotLeader") == identity
    assert bench.ask("getSlotLeaders", FIRST_SLOT, 3) == [identity] * 3
    assert bench.fails("getSlotLeaders", 1, 0).rpc_code == -32602
    assert [node["pubkey"] for node in bench.ask("getClusterNodes")] == [identity]
    assert bench.ask("minimumLedgerSlot") == bench.ask("getFirstAvailableBlock") == FIRST_SLOT


def test_recent_prioritization_fees() -> None:
    """Per block the lowest price that landed; with accounts, the highest of their floors."""
    bench = Bench()
    for price, target in ((50, 2), (20, 3)):
        bench.send(set_compute_unit_price(price), pay(bench.payer, address(target), SOL))
    bench.ledger.advance()

    def last(*names: str) -> list[int]:
        fees = bench.ask("getRecentPrioritizationFees", list(names))
        return [entry["prioritizationFee"] for entry in fees][-2:]

    assert bench.ask("getRecentPrioritizationFees")[-1]["slot"] == bench.ledger.chain.tip.slot
    assert last() == [20, 0]
    assert last(address(2)) == [50, 0]
    assert last(address(2), address(3)) == [50, 0]
    assert last(address(9)) == [0, 0]
    assert bench.fails("getRecentPrioritizationFees", [address(2)] * 129).rpc_code == -32602
    for _ in range(200):
        bench.ledger.advance()
    assert len(bench.ask("getRecentPrioritizationFees")) == HASH_LIFE
