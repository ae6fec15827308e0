"""One journal per wallet, whatever the folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from sniperforge.coordination.journal_place import journal_in_use, remember_journal
from sniperforge.coordination.paths import pointer_path
from sniperforge.errors import StorageError

TAIL = Path("local-abc/live/wallets/Wa11et/journal.db")


@pytest.fixture
def pointer(tmp_path: Path) -> Path:
    return pointer_path(tmp_path / "locks", "5eykt4UsFv8P", "Wa11et", "live")


def journal(folder: Path) -> Path:
    """A file where a folder keeps the journal."""
    path = folder / TAIL
    path.parent.mkdir(parents=True)
    path.touch()
    return path


def test_the_pointer_is_of_a_wallet_a_chain_and_a_mode(tmp_path: Path) -> None:
    """It lies beside the lock; paper trading has another."""
    assert pointer_path(tmp_path, "5eykt4UsFv8P", "W", "paper") == tmp_path / "5eykt4Us-W.paper.journal"


def test_another_folder_goes_on_with_the_first_ones_journal(tmp_path: Path, pointer: Path) -> None:
    """Until it is gone; then each has its own again."""
    first, own = journal(tmp_path / "a"), tmp_path / "b" / TAIL
    assert journal_in_use(pointer, own) == own
    remember_journal(pointer, first)
    assert journal_in_use(pointer, own) == first
    assert pointer.stat().st_mode & 0o777 == 0o600
    first.unlink()
    assert journal_in_use(pointer, own) == own


def test_remembering_the_same_again_writes_nothing(tmp_path: Path, pointer: Path) -> None:
    """A start on a full disk is not stopped by it."""
    first = journal(tmp_path / "a")
    remember_journal(pointer, first)
    before = pointer.stat().st_ino
    remember_journal(pointer, first)
    assert pointer.stat().st_ino == before


@pytest.mark.parametrize("text", ["", "relative/" + str(TAIL), "/etc/passwd", "\x00\xff", "/x\n/y"])
def test_a_pointer_to_anything_else_does_not_count(tmp_path: Path, pointer: Path, text: str) -> None:
    """Only a journal of the same wallet, chain and mode is followed."""
    own = tmp_path / "b" / TAIL
    pointer.parent.mkdir(parents=True)
    pointer.write_bytes(text.encode("latin-1"))
    assert journal_in_use(pointer, own) == own


def test_another_wallets_journal_is_not_followed(tmp_path: Path, pointer: Path) -> None:
    """Even where it exists."""
    path = tmp_path / "a/local-abc/live/wallets/Other/journal.db"
    path.parent.mkdir(parents=True)
    path.touch()
    remember_journal(pointer, path)
    assert journal_in_use(pointer, tmp_path / TAIL) == tmp_path / TAIL


def test_a_pointer_that_cannot_be_read_is_an_error(pointer: Path) -> None:
    """Guessing could trade beside the record."""
    pointer.mkdir(parents=True)
    with pytest.raises(StorageError, match="read"):
        journal_in_use(pointer, Path("/x") / TAIL)
