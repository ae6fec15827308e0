"""Taking the wallet: lock, inbox and journal."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sniperforge.app import holding
from sniperforge.app.holding import inbox_file, lock_file, open_journal, refuse_held, take
from sniperforge.app.node import Node, open_node
from sniperforge.coordination.wallet_lock import read_holder
from sniperforge.engine.door import HALTED
from sniperforge.errors import StorageError, WalletBusyError
from sniperforge.store.journal import Journal
from tests.app.place import instant_network, settings_in

WALLET = "4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T"
OTHER = "7gfKqWYW1jbxifJKpf1UVpeBGTCLa1NU1QtyCbw625Bz"


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    """A node; its locks are the test's own."""
    transport = instant_network().transport()
    async with open_node(settings_in(tmp_path), transport=transport, locks=tmp_path / "locks") as opened:
        yield opened


def test_lock_and_inbox_are_of_a_wallet_on_a_chain(node: Node) -> None:
    """Beside each other, wherever the project is."""
    assert lock_file(node, WALLET).parent == inbox_file(node, WALLET).parent == node.locks
    assert lock_file(node, WALLET) != lock_file(node, OTHER)
    assert node.genesis_hash[:8] in lock_file(node, WALLET).name
    assert WALLET in inbox_file(node, WALLET).name


def test_a_taken_wallet_names_its_holder(node: Node, tmp_path: Path) -> None:
    """Process, bot, command, folder and since when; nobody once it is released."""
    with take(node, WALLET, bot="lp-sniper", command="start") as lock:
        holder = read_holder(lock_file(node, WALLET))
        assert holder is not None
        assert (holder.pid, holder.bot, holder.command) == (os.getpid(), "lp-sniper", "start")
        assert holder.folder == str(tmp_path)
        assert holder.since.endswith("Z")
        assert lock.still_held()
    assert read_holder(lock_file(node, WALLET)) is None


def test_a_wallet_is_taken_once(node: Node) -> None:
    """The second is told who has it; another wallet is free."""
    with take(node, WALLET, bot="lp-sniper", command="start"):
        with pytest.raises(WalletBusyError, match="bot lp-sniper trades this wallet") as caught:
            take(node, WALLET, bot="", command="sell")
        assert caught.value.details["pid"] == os.getpid()
        take(node, OTHER, bot="", command="sell").release()
    take(node, WALLET, bot="", command="sell").release()


def test_a_held_wallet_is_refused_early(node: Node) -> None:
    """Before a password is asked for; a free one passes, and looking locks nothing."""
    refuse_held(node, WALLET)
    assert not lock_file(node, WALLET).exists()
    with take(node, WALLET, bot="", command="sell"):
        with pytest.raises(WalletBusyError, match="`sell` trades this wallet"):
            refuse_held(node, WALLET)
        refuse_held(node, OTHER)
    refuse_held(node, WALLET)


def test_a_journal_is_made_and_found_from_everywhere(node: Node) -> None:
    """Its pointer stands beside the lock; the next opening goes on with it."""
    journal = open_journal(node, WALLET)
    journal.set_flag(HALTED, "kept", 1.0)
    journal.close()
    path = node.journal_path(WALLET)
    assert path.is_file()
    assert node.journal_pointer(WALLET).read_text() == f"{path}\n"
    again = open_journal(node, WALLET)
    assert again.flag(HALTED) == "kept"
    again.close()


def test_a_journal_that_nobody_would_find_is_not_used(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pointer cannot be written: the error comes out, and the file is closed."""
    closed: list[Journal] = []
    close = Journal.close

    def note(self: Journal) -> None:
        closed.append(self)
        close(self)

    def full(_pointer: Path, _journal: Path) -> None:
        raise StorageError("no space left")

    monkeypatch.setattr(Journal, "close", note)
    monkeypatch.setattr(holding, "remember_journal", full)
    with pytest.raises(StorageError, match="no space"):
        open_journal(node, WALLET)
    assert len(closed) == 1
    assert not node.journal_pointer(WALLET).exists()
