"""Sysvars as programs read them."""

from __future__ import annotations

import pytest

from sniperforge.localnet.ledger.chain import FIRST_SLOT
from sniperforge.localnet.ledger.pace import INSTANT, MAINNET_PACE, SlotProfile
from sniperforge.localnet.ledger.sysvars import SLOTS_PER_EPOCH
from tests.localnet.kit import NOW, Bench


def test_the_clock_follows_blocks_and_the_wall_clock() -> None:
    """Slot, epoch and Unix time are those of the newest block."""
    bench = Bench(now=NOW + 0.9)
    assert bench.ledger.vm.svm.get_clock().unix_timestamp == NOW
    bench.now = NOW + 90.5
    block = bench.ledger.advance(7)
    clock = bench.ledger.vm.svm.get_clock()
    assert (clock.slot, clock.unix_timestamp) == (block.slot, NOW + 90)
    assert clock.epoch == block.slot // SLOTS_PER_EPOCH
    assert (clock.leader_schedule_epoch, clock.epoch_start_timestamp) == (clock.epoch + 1, NOW)


@pytest.mark.parametrize(("profile", "limit"), [(MAINNET_PACE, 512), (INSTANT, 64)])
def test_slot_hashes_hold_the_closed_blocks(profile: SlotProfile, limit: int) -> None:
    """Newest first, only blocks that exist, at most as many as the profile says."""
    bench = Bench(profile)
    bench.ledger.advance(3)
    closed = list(bench.ledger.chain.recent(9))[:-1]
    assert [(slot, str(text)) for slot, text in bench.ledger.vm.svm.get_slot_hashes()] == [
        (block.slot, block.blockhash) for block in reversed(closed)
    ]
    for _ in range(limit + 5):
        bench.ledger.advance()
    hashes = bench.ledger.vm.svm.get_slot_hashes()
    assert len(hashes) == limit
    assert hashes[0][0] == bench.ledger.chain.tip.slot - 1


def test_epochs_have_no_warm_up() -> None:
    """The schedule is mainnet's."""
    schedule = Bench().ledger.vm.svm.get_epoch_schedule()
    assert (schedule.slots_per_epoch, schedule.warmup) == (SLOTS_PER_EPOCH, False)
    assert schedule.get_epoch(FIRST_SLOT) == FIRST_SLOT // SLOTS_PER_EPOCH
