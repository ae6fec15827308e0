"""Methods about who makes blocks."""

from __future__ import annotations

import pytest

from sniperforge.localnet.ledger.chain import FIRST_SLOT
from sniperforge.localnet.ledger.sysvars import SLOTS_PER_EPOCH
from tests.localnet.kit import Bench, address


@pytest.fixture
def bench() -> Bench:
    """Three blocks, one slot skipped."""
    made = Bench()
    made.ledger.advance(2)
    return made


def test_one_identity_leads_every_slot(bench: Bench) -> None:
    """Of this epoch and the next; others are not known, other identities lead nothing."""
    identity = bench.node.identity
    schedule = bench.ask("getLeaderSchedule")
    assert list(schedule) == [identity]
    assert schedule[identity][:2] == [0, 1]
    assert len(schedule[identity]) == SLOTS_PER_EPOCH
    assert bench.ask("getLeaderSchedule", None, {"identity": identity}) == schedule
    assert bench.ask("getLeaderSchedule", FIRST_SLOT + SLOTS_PER_EPOCH) == schedule
    assert bench.ask("getLeaderSchedule", {"identity": address(9)}) == {}
    assert bench.ask("getLeaderSchedule", 0) is None
    assert bench.fails("getLeaderSchedule", {"identity": "x"}).rpc_code == -32602
    assert bench.ask("getSlotLeader", {"commitment": "processed"}) == identity
    assert bench.fails("getSlotLeader", {"minContextSlot": FIRST_SLOT * 2}).rpc_code == -32016
    assert bench.ask("getSlotLeaders", FIRST_SLOT, 2) == [identity] * 2


def test_block_production_counts_slots_and_blocks(bench: Bench) -> None:
    """By range, of one identity; a range outside of what is kept is refused."""
    identity, tip = bench.node.identity, bench.ledger.chain.tip.slot
    processed = {"commitment": "processed"}
    assert bench.value("getBlockProduction", processed) == {
        "byIdentity": {identity: [4, 3]},
        "range": {"firstSlot": FIRST_SLOT, "lastSlot": tip},
    }
    part = {"range": {"firstSlot": tip - 1}, "identity": identity, **processed}
    assert bench.value("getBlockProduction", part)["byIdentity"] == {identity: [2, 1]}
    assert bench.value("getBlockProduction", {"identity": address(9)})["byIdentity"] == {}
    for first, last, words in (
        (tip, tip - 1, "cannot be less"),
        (1, tip, "too small"),
        (tip, tip + 1, "too large"),
    ):
        asked = {"range": {"firstSlot": first, "lastSlot": last}, **processed}
        error = bench.fails("getBlockProduction", asked)
        assert error.rpc_code == -32602
        assert words in error.message


def test_what_a_node_without_stake_and_snapshots_says(bench: Bench) -> None:
    """No votes on any block, no snapshot, and the newest slot for the slots of its network."""
    tip = bench.ledger.chain.tip.slot
    assert bench.ask("getBlockCommitment", tip) == {"commitment": None, "totalStake": 0}
    assert bench.ask("getMaxShredInsertSlot") == bench.ask("getMaxRetransmitSlot") == tip
    error = bench.fails("getHighestSnapshotSlot")
    assert (error.rpc_code, error.message) == (-32008, "No snapshot")
