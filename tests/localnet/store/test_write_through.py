"""What is stored when, and what happens when it cannot be."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sniperforge.errors import StorageError
from sniperforge.localnet.faults.plan import FaultPlan
from sniperforge.localnet.ledger.envelope import open_envelope
from sniperforge.localnet.ledger.refusals import BundleRefusedError
from sniperforge.localnet.network import LocalNetwork
from sniperforge.localnet.store.archive import StoredHistory
from sniperforge.localnet.store.chain_file import ChainFile
from tests.localnet.kit import SOL, Bench, address, keypair, pay
from tests.localnet.store.kept import Kept


def room(kept: Kept, pages: int) -> None:
    """How many pages the file may have: 1 is a full disk."""
    kept.file._db.rows(f"PRAGMA max_page_count={pages}")  # type: ignore[union-attr]


def stored(kept: Kept) -> int:
    """Transactions of closed blocks on disk, as another process sees it."""
    with sqlite3.connect(kept.path) as connection:
        return int(connection.execute("SELECT max(total) FROM blocks").fetchone()[0])


def test_a_block_is_stored_before_it_can_be_confirmed(tmp_path: Path) -> None:
    """Another connection sees it before any other listener learns that it closes, and never half of it."""
    kept = Kept(tmp_path)
    bench = kept.open()
    seen: list[int] = []
    bench.ledger.on_closing.append(lambda block: seen.append(stored(kept) - block.total))
    for number in range(200):
        bench.pay(address(5), SOL + number)
    assert stored(kept) == 0
    bench.ledger.advance()
    assert seen == [0]
    assert stored(kept) == 200


@pytest.mark.parametrize("count", [3, 200], ids=["few", "a full block"])
def test_a_full_disk_confirms_nothing(tmp_path: Path, count: int) -> None:
    """The block stays open, every later close fails too, and what was confirmed is there afterwards."""
    kept = Kept(tmp_path)
    bench = kept.open()
    sure = bench.pay(address(5), SOL)
    bench.ledger.advance()
    room(kept, 1)
    tip = bench.ledger.chain.tip
    lost = [bench.pay(address(6), SOL + number) for number in range(count)]
    bench.ledger.set_account(kept.account(address(7), SOL, bytes(50_000)))
    for _ in range(2):
        with pytest.raises(StorageError, match="the chain cannot be kept, so the network stops") as failure:
            bench.ledger.advance()
        assert "localnet up" in failure.value.hint
    assert bench.ledger.chain.tip is tip
    assert bench.ledger.chain.at("confirmed").slot < tip.slot
    status = bench.value("getSignatureStatuses", [lost[0].signature])[0]
    assert status["confirmationStatus"] == "processed"
    room(kept, 1_000_000)
    with pytest.raises(StorageError, match="stops"):
        kept.file.finish()  # type: ignore[union-attr]
    again = kept.reopen()
    assert again.ledger.history.record(sure.signature) is not None
    assert again.ledger.history.record(lost[0].signature) is None
    assert again.ledger.vm.balance(kept.key(address(6))) == 0
    again.send(pay(again.payer, address(6), SOL))


def test_a_disk_that_fails_while_a_block_fills(tmp_path: Path) -> None:
    """Transactions still land: nothing was promised; the close tells of it."""
    kept = Kept(tmp_path)
    bench = kept.open()
    bench.ledger.advance()
    kept.file._db._connection.execute("PRAGMA query_only=ON")  # type: ignore[union-attr]
    for number in range(130):
        bench.pay(address(5), SOL + number)
    with pytest.raises(StorageError, match="readonly"):
        bench.ledger.advance()
    kept.end()


def test_a_dropped_block_leaves_nothing(tmp_path: Path) -> None:
    """Neither its rows nor its accounts; what lands again is stored once."""
    kept = Kept(tmp_path)
    bench = kept.open()
    raws = [bench.sign([pay(bench.payer, address(5), SOL + number)]) for number in range(100)]
    bench.ledger.advance()
    for raw in raws:
        bench.ledger.send(raw)
    bench.ledger.rollback()
    for raw in raws[:70]:
        bench.ledger.send(raw)
    bench.ledger.advance()
    assert stored(kept) == 70
    again = kept.reopen()
    assert again.ledger.chain.tip.total == 70
    assert again.ledger.account(address(5)) == bench.ledger.account(address(5))
    again.ledger.send(raws[99])


def test_a_refused_bundle_leaves_nothing(tmp_path: Path) -> None:
    """What was taken back is not stored."""
    kept = Kept(tmp_path)
    bench = kept.open()
    whole = [open_envelope(bench.sign([pay(bench.payer, address(5), SOL + number)])) for number in range(2)]
    bad = open_envelope(bench.sign([pay(bench.payer, address(6), 10**18)]))
    with pytest.raises(BundleRefusedError):
        bench.ledger.submit_together([*whole, bad])
    bench.ledger.submit_together(whole)
    bench.ledger.advance()
    assert stored(kept) == 2
    again = kept.reopen()
    assert again.ledger.vm.balance(kept.key(address(5))) == 2 * SOL + 1
    assert again.ledger.vm.balance(kept.key(address(6))) == 0


def test_accounts_that_are_gone_stay_gone(tmp_path: Path) -> None:
    """Emptied by a transaction or deleted directly."""
    kept = Kept(tmp_path)
    bench = kept.open()
    bench.ledger.set_account(kept.account(address(5), SOL))
    bench.ledger.set_account(kept.account(address(6), SOL, bytes(100)))
    bench.ledger.advance()
    bench.ledger.set_account(kept.account(address(6), 0))
    owner = keypair(5)
    raw = bench.sign([pay(owner, address(7), SOL - 5_000)], payer=owner)
    assert bench.ledger.send(raw).err is None
    bench.ledger.advance()
    again = kept.reopen()
    for number in (5, 6):
        assert bench.ledger.account(address(number)) is None
        assert again.ledger.account(address(number)) is None


def test_the_clock_goes_on(tmp_path: Path) -> None:
    """A warp's time stays with the chain."""
    kept = Kept(tmp_path)
    bench = kept.open()
    bench.ledger.warp(9_000)
    assert bench.ledger.ahead == 3_600
    again: Bench = kept.reopen()
    assert again.ledger.ahead == 3_600
    assert again.ledger.chain.tip.time == bench.ledger.chain.tip.time


def test_a_fault_that_drops_blocks_comes_first(tmp_path: Path) -> None:
    """What it drops as a block closes is not stored; what takes its place is."""
    with closing(ChainFile(tmp_path / "chain.db")) as chain:
        network = LocalNetwork(chain=chain, faults=FaultPlan(rollback=0.5, seed=3))
        closed: list[str] = []
        for number in range(40):
            network.faucet.drip(address(5), SOL + number)
            network.ledger.advance()
            held = network.ledger.chain.in_slot(network.ledger.chain.tip.parent_slot)
            assert held is not None
            records = network.ledger.history.in_slot(held.slot)
            closed += [record.signature for record in records]
        balance = network.ledger.view("confirmed").balance(Kept.key(address(5)))
        history = StoredHistory(chain._db)
        assert len(set(closed)) == len(closed)
        assert all(history.record(signature) for signature in closed)
        assert chain.summary()["transactions"] == len(closed)
    with closing(ChainFile(tmp_path / "chain.db")) as chain:
        again = LocalNetwork(chain=chain)
        assert again.ledger.vm.balance(Kept.key(address(5))) == balance
