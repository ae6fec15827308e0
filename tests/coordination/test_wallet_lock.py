"""The wallet lock, with real processes."""

from __future__ import annotations

import json
import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import sniperforge.coordination.wallet_lock as module
from sniperforge.coordination.wallet_lock import Holder, WalletLock, busy_error, read_holder
from sniperforge.errors import StorageError, WalletBusyError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Other


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A lock in a folder that is not there yet."""
    return tmp_path / "state" / "locks" / "genesis8-Wallet.lock"


def me(bot: str = "lp-sniper") -> Holder:
    """This process."""
    return Holder.this_process(bot=bot, command="start", folder=Path("/project"), now=1_700_000_000.0)


def test_the_file_names_its_holder(path: Path) -> None:
    """The text is the holder; the file is private; release clears it and keeps the file."""
    lock = WalletLock.acquire(path, me())
    assert lock.still_held()
    assert read_holder(path) == me() == lock.holder
    assert json.loads(path.read_text())["since"] == "2023-11-14T22:13:20Z"
    assert path.stat().st_mode & 0o777 == 0o600
    lock.release()
    lock.release()
    assert not lock.still_held()
    assert path.read_text() == ""
    assert read_holder(path) is None


def test_a_second_acquire_in_the_same_process_is_refused(path: Path) -> None:
    """Also two tasks of one process do not share a wallet; after release the lock is free."""
    with WalletLock.acquire(path, me()), pytest.raises(WalletBusyError):
        WalletLock.acquire(path, me())
    with WalletLock.acquire(path, me()) as again:
        assert again.still_held()


def test_a_second_process_learns_who_holds(path: Path, other: Callable[..., Other], tmp_path: Path) -> None:
    """Two folders, one lock: the second is refused with bot, pid, host, since and folder of the first."""
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    first = other("hold", path, cwd=folders[0])
    held = first.line()
    assert held["held"]
    assert held["still_held"]
    second = other("hold", path, cwd=folders[1])
    refused = second.line()
    assert second.process.wait() == 5
    assert refused["details"].pop("since").endswith("Z")
    assert refused["details"] == {
        "bot": "lp-sniper",
        "pid": held["pid"],
        "host": os.uname().nodename,
        "folder": str(folders[0]),
    }
    assert str(held["pid"]) in refused["message"]
    assert first.end() == 0
    WalletLock.acquire(path, me()).release()


def test_kill_frees_the_lock_at_once_and_its_text_is_harmless(
    path: Path, other: Callable[..., Other]
) -> None:
    """After SIGKILL the text still names the dead; nobody is held, and the next acquire is immediate."""
    first = other("hold", path)
    pid = first.line()["pid"]
    holder = read_holder(path)
    assert holder is not None
    assert holder.pid == pid
    first.kill()
    assert f'"pid": {pid}' in path.read_text()
    assert read_holder(path) is None
    started = time.monotonic()
    with WalletLock.acquire(path, me()):
        assert time.monotonic() - started < 0.1
        assert read_holder(path) == me()


def test_right_after_the_kill_there_is_no_wait_to_be_done(path: Path, other: Callable[..., Other]) -> None:
    """A script that kills the holder and starts anew in the same breath succeeds."""
    first = other("hold", path)
    first.line()
    first.process.kill()
    WalletLock.acquire(path, me()).release()


def test_a_forked_child_does_not_keep_the_lock(path: Path, other: Callable[..., Other]) -> None:
    """The child of a killed holder lives on, and the lock is free all the same."""
    first = other("fork", path)
    said = first.line()
    assert said["held"]
    first.process.kill()
    first.process.wait()
    try:
        os.kill(said["child"], 0)
        WalletLock.acquire(path, me()).release()
    finally:
        os.kill(said["child"], signal.SIGKILL)


def test_of_ten_processes_one_gets_the_lock(path: Path, other: Callable[..., Other]) -> None:
    """Ten at once, over a dead holder's text: one holds, nine name it."""
    path.parent.mkdir(parents=True)
    path.write_text(replace(me(), pid=2**22 + 1).to_text())
    racers = [other("race", path) for _ in range(10)]
    for racer in racers:
        assert racer.line() == {"ready": True}
    for racer in racers:
        racer.go()
    said = [racer.line() for racer in racers]
    winners = [facts for facts in said if facts["held"]]
    assert len(winners) == 1
    losers = [facts for facts in said if not facts["held"]]
    assert [facts["details"]["pid"] for facts in losers] == [winners[0]["pid"]] * 9


@pytest.mark.parametrize("replacement", [None, "another file"])
def test_a_removed_or_replaced_file_is_no_longer_held(path: Path, replacement: str | None) -> None:
    """Whoever deletes the file lets others in, so the holder must stop sending."""
    lock = WalletLock.acquire(path, me())
    path.unlink()
    if replacement is not None:
        path.write_text(replacement)
    assert not lock.still_held()
    with WalletLock.acquire(path, me("second")) as second:
        assert second.still_held()
        assert not lock.still_held()
    lock.release()


def test_a_file_replaced_while_it_is_locked_is_not_taken_for_the_lock(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between open and lock the path may come to lead elsewhere; then the new file is locked."""
    real, done = module._lock_without_waiting, []

    def swap(descriptor: int, kind: int) -> bool:
        if not done:
            done.append(True)
            path.unlink()
        return real(descriptor, kind)

    monkeypatch.setattr(module, "_lock_without_waiting", swap)
    with WalletLock.acquire(path, me()) as lock:
        assert lock.still_held()


def test_nothing_is_written_before_the_lock_is_ours(path: Path) -> None:
    """A refused acquire leaves the holder's text as it is."""
    with WalletLock.acquire(path, me("first")):
        before = path.read_bytes()
        with pytest.raises(WalletBusyError):
            WalletLock.acquire(path, me("second"))
        assert path.read_bytes() == before


@pytest.mark.parametrize("text", ["", "garbage", "[]", "{}", "\xff", '{"pid": "7"}', "[" * 50_000])
def test_text_that_names_nobody_is_nobody(path: Path, text: str) -> None:
    """An unreadable text neither locks nor breaks; a held lock with such text is still busy."""
    with WalletLock.acquire(path, me()):
        path.write_text(text)
        assert read_holder(path) is None
        with pytest.raises(WalletBusyError) as caught:
            WalletLock.acquire(path, me())
        assert caught.value.details == {"bot": None, "pid": None, "host": None, "since": None, "folder": None}


def test_no_file_is_nobody(path: Path) -> None:
    """Asking creates nothing."""
    assert read_holder(path) is None
    assert not path.parent.exists()


def test_a_holder_in_another_container_is_judged_by_the_lock(path: Path) -> None:
    """Its pid means nothing here; whether the lock is taken does."""
    boot, _, _ = me().identity.partition(":")
    stranger = replace(me(), identity=f"{boot}:1:500")
    with WalletLock.acquire(path, stranger):
        assert read_holder(path) == stranger
    path.write_text(stranger.to_text())
    assert read_holder(path) is None


def test_busy_error_names_bot_or_command() -> None:
    """A command without a bot is named by its command."""
    assert "bot lp-sniper trades this wallet" in busy_error(me()).message
    assert "`start` trades this wallet" in busy_error(me("")).message
    assert busy_error(None).details["pid"] is None


def test_a_network_file_system_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No lock is taken where it would not hold."""

    def refuse(asked: Path) -> None:
        raise StorageError(f"{asked} is on a network file system")

    monkeypatch.setattr(module, "refuse_network_filesystem", refuse)
    with pytest.raises(StorageError, match="network file system"):
        WalletLock.acquire(path, me())
    assert not path.exists()


def test_a_link_or_folder_in_the_way_is_a_storage_error(path: Path, tmp_path: Path) -> None:
    """The lock follows no link, and errors name the path."""
    path.parent.mkdir(parents=True)
    target = tmp_path / "target"
    target.write_text("precious")
    path.symlink_to(target)
    with pytest.raises(StorageError, match="cannot open"):
        WalletLock.acquire(path, me())
    assert target.read_text() == "precious"
    path.unlink()
    path.mkdir()
    with pytest.raises(StorageError):
        WalletLock.acquire(path, me())
    with pytest.raises(StorageError, match="cannot read"):
        read_holder(path)


def test_a_full_disk_gives_no_half_held_lock(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the holder's name cannot be written the lock is given back."""

    def full(_descriptor: int, _text: str) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(module, "_write_text", full)
        with pytest.raises(StorageError, match="No space left"):
            WalletLock.acquire(path, me())
    WalletLock.acquire(path, me()).release()
