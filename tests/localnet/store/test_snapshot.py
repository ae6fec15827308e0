"""Saving, loading and looking at chains."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from sniperforge.errors import ConfigError, NotFoundError, StorageError
from sniperforge.localnet.store import snapshot
from sniperforge.localnet.store.chain_file import ChainFile
from sniperforge.localnet.store.snapshot import describe, load, move_aside, save
from tests.localnet.kit import SOL, Bench, address
from tests.localnet.store.kept import Kept


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def grown(kept: Kept) -> Bench:
    """A chain with one payment in a closed block and one in the open one."""
    bench = kept.open()
    bench.pay(address(5), SOL)
    bench.ledger.advance()
    bench.pay(address(5), 2 * SOL)
    return bench


def test_there_and_back(tmp_path: Path) -> None:
    """Saved while it runs, as of the newest closed block; loaded, the network goes on from there."""
    kept = Kept(tmp_path)
    bench = grown(kept)
    file, aside = tmp_path / "saved.db", tmp_path / "aside.db"
    told = save(kept.path, file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert told == describe(file)
    assert told["slot"] == bench.ledger.chain.tip.parent_slot
    assert (told["transactions"], told["kept_transactions"]) == (1, 1)
    assert told["genesis_hash"] == bench.ledger.genesis_hash
    for number in range(100):
        bench.pay(address(6), SOL + number)
    bench.ledger.warp(20)
    kept.end()
    assert load(file, kept.path, aside) == (told, True)
    again = kept.reopen()
    assert again.ledger.chain.tip.parent_slot == told["slot"]
    assert again.ledger.vm.balance(kept.key(address(5))) == SOL
    assert again.ledger.account(address(6)) is None
    kept.end()
    with closing(ChainFile(aside)) as old:
        assert old.summary()["transactions"] == 102
    assert names(tmp_path) == {"chain.db", "saved.db", "aside.db"}
    kept.path.unlink()
    assert load(file, kept.path, aside) == (told, False)


def test_an_existing_file_stays(tmp_path: Path) -> None:
    """Unless it is to be replaced."""
    kept = Kept(tmp_path)
    grown(kept)
    file = tmp_path / "saved.db"
    file.write_text("mine")
    with pytest.raises(ConfigError, match="exists already") as error:
        save(kept.path, file)
    assert "--force" in error.value.hint
    assert file.read_text() == "mine"
    save(kept.path, file, replace=True)
    assert describe(file)["transactions"] == 1
    kept.end()


def test_nothing_to_save(tmp_path: Path) -> None:
    """No file, or one in which no network ever served."""
    with pytest.raises(NotFoundError, match="no chain"):
        save(tmp_path / "chain.db", tmp_path / "saved.db")
    ChainFile(tmp_path / "chain.db").close()
    with pytest.raises(NotFoundError, match="no chain"):
        save(tmp_path / "chain.db", tmp_path / "saved.db")
    with pytest.raises(ConfigError, match="no chain in it"):
        describe(tmp_path / "chain.db")
    assert not (tmp_path / "saved.db").exists()


def test_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing half-written stays; neither does a folder that is missing go unnoticed."""
    kept = Kept(tmp_path)
    grown(kept)
    with pytest.raises(StorageError, match="saved"):
        save(kept.path, tmp_path / "nowhere" / "saved.db")

    def full(self: ChainFile, target: Path) -> None:
        target.write_bytes(bytes(100))
        raise StorageError("disk full")

    monkeypatch.setattr(ChainFile, "copy_to", full)
    with pytest.raises(StorageError, match="disk full"):
        save(kept.path, tmp_path / "saved.db")
    assert names(tmp_path) <= {"chain.db", "chain.db-wal", "chain.db-shm"}
    kept.end()


def test_what_is_loaded_is_checked_first(tmp_path: Path) -> None:
    """Missing, foreign, damaged: the chain that there is stays."""
    kept = Kept(tmp_path)
    grown(kept)
    file, aside = tmp_path / "saved.db", tmp_path / "aside.db"
    save(kept.path, file)
    kept.end()
    before = kept.path.read_bytes()
    with pytest.raises(NotFoundError, match="no file"):
        load(tmp_path / "missing.db", kept.path, aside)
    content = bytearray(file.read_bytes())
    content[-4096:] = b"\xff" * 4096
    for wrong in (b"something else" * 100, bytes(content)):
        file.write_bytes(wrong)
        with pytest.raises(ConfigError) as error:
            load(file, kept.path, aside)
        assert "--reset" not in error.value.hint, "no chain of ours is damaged"
    assert kept.path.read_bytes() == before
    assert names(tmp_path) == {"chain.db", "saved.db"}


def test_a_damaged_chain_is_moved_aside_as_it_is(tmp_path: Path) -> None:
    """With what SQLite left beside it, and without what was beside the one before."""
    chain, aside = tmp_path / "chain.db", tmp_path / "aside.db"
    assert not move_aside(chain, aside)
    for name in ("chain.db", "chain.db-wal", "aside.db", "aside.db-shm"):
        (tmp_path / name).write_text(name)
    assert move_aside(chain, aside)
    assert names(tmp_path) == {"aside.db", "aside.db-wal"}
    assert aside.read_text() == "chain.db"
    assert snapshot._BESIDE == ("-wal", "-shm")
