"""What a chain on disk forgets."""

from __future__ import annotations

from pathlib import Path

import pytest

from sniperforge.errors import RpcError
from sniperforge.localnet.store import pruning
from sniperforge.localnet.store.pruning import Limits
from tests.localnet.kit import SOL, address
from tests.localnet.store.kept import Kept


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few blocks stay whatever the limits are."""
    monkeypatch.setattr(pruning, "RECENT", 4)
    monkeypatch.setattr(pruning, "_STEP", 3)


def counts(kept: Kept) -> list[int]:
    """Rows of blocks, transactions and links."""
    tables = ("blocks", "transactions", "links")
    return [kept.file._db.rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables]  # type: ignore[union-attr]


def test_the_oldest_transactions_go(tmp_path: Path, short: None) -> None:
    """With their blocks and links, a little at a time; accounts stay, and the answer says so."""
    kept = Kept(tmp_path, Limits(transactions=10), keep_records=2)
    bench = kept.open()
    first = bench.pay(address(5), SOL)
    for number in range(60):
        bench.pay(address(6), SOL + number)
        bench.ledger.advance()
    blocks, transactions, links = counts(kept)
    assert 10 <= transactions <= 12
    assert blocks <= transactions + 1
    assert links == transactions * 4
    assert bench.ask("getTransaction", first.signature) is None
    assert bench.value("getBalance", address(5)) == SOL
    assert bench.ledger.chain.first_slot() > 0
    assert len(list(bench.ledger.history.of_address(address(6)))) == transactions
    kept.reopen()
    kept.end()


def test_the_oldest_blocks_go(tmp_path: Path, short: None) -> None:
    """Also empty ones; a block asked for is called cleaned up."""
    kept = Kept(tmp_path, Limits(blocks=20))
    bench = kept.open()
    bench.ledger.warp(100)
    assert counts(kept)[0] in {20, 21}
    first = kept.file._db.rows("SELECT min(slot) FROM blocks")[0][0]  # type: ignore[union-attr]
    again = kept.reopen()
    assert again.ask("getFirstAvailableBlock") == first
    with pytest.raises(RpcError, match="cleaned up"):
        again.ask("getBlock", first - 1, {"maxSupportedTransactionVersion": 0})
    kept.end()


def test_a_backlog_goes_in_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, short: None) -> None:
    """With a lower limit than before not all goes at one close."""
    kept = Kept(tmp_path)
    kept.open().ledger.warp(50)
    kept.limits = Limits(blocks=10)
    bench = kept.reopen()
    before = counts(kept)[0]
    bench.ledger.advance()
    assert counts(kept)[0] == before + 1 - 3
    bench.ledger.warp(30)
    assert counts(kept)[0] in {10, 11}
    kept.end()


def test_the_newest_stay_whatever_the_limits(tmp_path: Path) -> None:
    """The chain could not go on without them."""
    kept = Kept(tmp_path, Limits(transactions=0, blocks=0))
    bench = kept.open()
    bench.ledger.warp(512)
    assert counts(kept)[0] == bench.ledger.chain.tip.height - bench.ledger.chain.oldest().height
    kept.reopen()
    kept.end()
