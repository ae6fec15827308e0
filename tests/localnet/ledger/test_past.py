"""A ledger that goes on from what was kept of another."""

from __future__ import annotations

from pathlib import Path

import pytest

from sniperforge.errors import ConfigError
from sniperforge.localnet.ledger.chain import KEPT_BLOCKS
from sniperforge.localnet.ledger.pace import SlotProfile
from sniperforge.localnet.ledger.refusals import TransactionRefusedError
from sniperforge.localnet.store.chain_file import ChainFile
from tests.localnet.kit import NOW, SOL, Bench, address, pay
from tests.localnet.store.kept import Kept


def test_it_goes_on(tmp_path: Path) -> None:
    """Hashes, heights, accounts, clock and duplicates are as they were; what was kept is final."""
    kept = Kept(tmp_path)
    bench = kept.open()
    raw = bench.sign([pay(bench.payer, address(5), SOL)])
    bench.ledger.send(raw)
    bench.ledger.warp(100)
    bench.now += 10
    bench.ledger.advance()
    before, closed = bench.ledger, bench.ledger.chain.tip.parent_slot
    again = kept.reopen()
    chain = again.ledger.chain
    assert again.ledger.genesis_hash == before.genesis_hash
    assert (chain.tip.parent_slot, chain.tip.total) == (closed, 1)
    assert chain.at("finalized").slot == closed
    assert chain.tip.height == before.chain.tip.height
    assert chain.tip.time == NOW + 10 + 40
    old = before.chain.in_slot(closed)
    assert old is not None
    assert chain.usable(old.blockhash) is not None
    assert again.ledger.vm.balance(again.payer.pubkey()) == before.vm.balance(bench.payer.pubkey())
    assert again.ledger.account(address(5)) == before.account(address(5))
    with pytest.raises(TransactionRefusedError) as refusal:
        again.ledger.send(raw)
    assert refusal.value.err == "AlreadyProcessed"
    assert again.ledger.rollback() == []
    assert again.ledger.chain.tip.parent_slot == closed


def test_programs_see_the_same_slot_hashes(tmp_path: Path) -> None:
    """The sysvars are those of a ledger that was never stopped."""
    kept = Kept(tmp_path)
    bench = kept.open()
    bench.ledger.warp(600)
    again = kept.reopen()
    bench.ledger.rollback()  # both have one block after the newest that is stored
    if again.ledger.chain.tip.slot != bench.ledger.chain.tip.slot:
        again.ledger.rollback()
    for name in (
        "SysvarS1otHashes111111111111111111111111111",
        "SysvarRecentB1ockHashes11111111111111111111",
    ):
        old, new = bench.ledger.account(name), again.ledger.account(name)
        assert old is not None
        assert new is not None
        assert old.data == new.data
    assert again.ledger.vm.svm.get_clock().slot == again.ledger.chain.tip.slot
    assert (
        again.ledger.vm.svm.get_clock().epoch_start_timestamp
        == bench.ledger.vm.svm.get_clock().epoch_start_timestamp
    )


def test_old_blocks_are_read_from_the_archive(tmp_path: Path) -> None:
    """Also those that memory forgot while it ran."""
    kept = Kept(tmp_path)
    bench = kept.open()
    bench.pay(address(5))
    slot = bench.ledger.chain.tip.slot
    for _ in range(KEPT_BLOCKS // 512 + 1):
        bench.ledger.warp(512)
    chain = bench.ledger.chain
    assert chain.oldest().slot > slot
    found = chain.in_slot(slot)
    assert found is not None
    assert (found.slot, found.landed) == (slot, 1)
    assert chain.in_slot(slot - 5) is None
    assert chain.first_slot() == slot - 2
    around = chain.oldest().slot
    assert chain.slots_between(around - 2, around + 2, 4) == [around - 2, around - 1, around, around + 1]
    assert chain.slots_between(0, slot, 10) == [slot - 2, slot - 1, slot]
    block = bench.ask("getBlock", slot, {"maxSupportedTransactionVersion": 0})
    assert len(block["transactions"]) == 1
    assert bench.ask("getFirstAvailableBlock") == slot - 2
    assert bench.ask("getBlocks", slot, slot + 3) == [slot, slot + 1, slot + 2, slot + 3]


def test_what_is_set_directly_survives_a_rollback(tmp_path: Path) -> None:
    """It is stored with the block that takes the dropped one's place."""
    kept = Kept(tmp_path)
    bench = kept.open()
    bench.node.ledger.set_account(kept.account(address(9), 7 * SOL))
    bench.pay(address(9))
    bench.ledger.rollback()
    assert bench.ledger.vm.balance(kept.key(address(9))) == 7 * SOL
    bench.ledger.advance()
    assert kept.reopen().ledger.vm.balance(kept.key(address(9))) == 7 * SOL


def test_a_profile_that_confirms_at_once_is_refused(tmp_path: Path) -> None:
    """What is confirmed must be stored, and only closed blocks are."""
    chain = ChainFile(tmp_path / "chain.db")
    with pytest.raises(ConfigError, match="confirm_slots 0"):
        Bench(SlotProfile(confirm_slots=0), chain=chain)
    chain.close()
