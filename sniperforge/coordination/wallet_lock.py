"""One trading process per wallet and chain: an OS lock whose file names its holder.

The kernel frees the lock the moment the holder ends, however it ends. The text is for people and for the
inbox; stale text never locks anything.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import time
import weakref
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from sniperforge.coordination.process import is_running, start_identity
from sniperforge.errors import StorageError, WalletBusyError
from sniperforge.files import PRIVATE, make_folder, refuse_network_filesystem, storage_errors

if TYPE_CHECKING:
    from pathlib import Path

_TEXT_LIMIT = 64 * 1024
_PATIENCE_SECONDS = 0.25
_GRACE_SECONDS = 0.1
_RETRY_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a wallet.

    Attributes:
        pid: process id.
        identity: of :func:`sniperforge.coordination.process.start_identity`.
        host: the machine's name.
        bot: the bot it runs; empty for a command.
        command: the command line's name, for example ``start``.
        folder: the project folder it runs in.
        since: start of holding, ISO 8601 UTC.
    """

    pid: int
    identity: str
    host: str
    bot: str
    command: str
    folder: str
    since: str

    @classmethod
    def this_process(cls, *, bot: str, command: str, folder: Path, now: float) -> Self:
        """The present process as a holder.

        Args:
            bot: empty for a command that runs none.
            command: as in ``COMMANDS``.
            folder: the project folder.
            now: Unix seconds.
        """
        pid = os.getpid()
        since = datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return cls(pid, start_identity(pid), socket.gethostname(), bot, command, str(folder), since)

    def to_text(self) -> str:
        """The lock file's text: one JSON object."""
        return json.dumps(asdict(self)) + "\n"

    @classmethod
    def from_text(cls, text: str) -> Self | None:
        """The holder named by a lock file's text; ``None`` when it names none."""
        try:
            document = json.loads(text)
            return cls(**{name: _checked(name, document[name]) for name in cls.__slots__})
        except (ValueError, KeyError, TypeError, RecursionError):
            return None


class WalletLock:
    """A held lock. Made by :meth:`acquire`; ``with`` releases it at the end of the block.

    A process forked without exec does not inherit it.
    """

    def __init__(self, path: Path, descriptor: int, holder: Holder) -> None:
        self.path = path
        self.holder = holder
        self._descriptor: int | None = descriptor
        status = os.fstat(descriptor)
        self._inode = (status.st_dev, status.st_ino)
        leave = weakref.WeakMethod(self._leave_to_parent)
        os.register_at_fork(after_in_child=lambda: (forget := leave()) and forget())

    @classmethod
    def acquire(cls, path: Path, holder: Holder) -> Self:
        """Take the lock at ``path``, or tell who has it.

        Waits a tenth of a second for a holder that is just being killed, and a quarter for one that has not
        written its name yet.

        Raises:
            WalletBusyError: another process holds it; ``details`` has ``bot, pid, host, since, folder``.
            StorageError: the file cannot be opened, or is on a network file system.
        """
        make_folder(path.parent)
        refuse_network_filesystem(path)
        started = time.monotonic()
        while (descriptor := _try_lock(path)) is None:
            other = read_holder(path)
            if time.monotonic() - started >= (_GRACE_SECONDS if other else _PATIENCE_SECONDS):
                raise busy_error(other)
            time.sleep(_RETRY_SECONDS)
        try:
            with storage_errors("write", path):
                _write_text(descriptor, holder.to_text())
        except StorageError:
            os.close(descriptor)
            raise
        return cls(path, descriptor, holder)

    def still_held(self) -> bool:
        """Whether the lock is ours and its path still leads to it: asked before each send.

        False after somebody removed or replaced the file, for then another process could take a lock too.
        """
        if self._descriptor is None:
            return False
        try:
            status = self.path.lstat()
        except OSError:
            return False
        return (status.st_dev, status.st_ino) == self._inode

    def release(self) -> None:
        """Clear the text and free the lock. The file stays. Safe to call twice."""
        if self._descriptor is None:
            return
        with contextlib.suppress(OSError):
            os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)
        self._descriptor = None

    def _leave_to_parent(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.release()


def read_holder(path: Path) -> Holder | None:
    """Who holds the lock at ``path``, read from its text without touching the lock; ``None`` for nobody.

    Text of a process that is gone counts as nobody. When that cannot be told (the process is in another
    container of this machine) the lock itself is tried for a moment.

    Raises:
        StorageError: the file exists and cannot be read.
    """
    try:
        with storage_errors("read", path), path.open("rb") as file:
            holder = Holder.from_text(file.read(_TEXT_LIMIT).decode(errors="replace"))
            if holder is None:
                return None
            running = is_running(holder.pid, holder.identity)
            if running is None:
                running = _is_locked(file.fileno())
    except StorageError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return None
        raise
    return holder if running else None


def busy_error(holder: Holder | None) -> WalletBusyError:
    """The error that says who holds the wallet.

    Args:
        holder: ``None`` when it is not known; the details then hold ``None``.
    """
    names = ("bot", "pid", "host", "since", "folder")
    details: dict[str, Any] = {name: getattr(holder, name, None) for name in names}
    if holder is None:
        return WalletBusyError("another process trades this wallet", details=details)
    what = f"bot {holder.bot}" if holder.bot else f"`{holder.command}`"
    where = f"pid {holder.pid} on {holder.host}, in {holder.folder}"
    return WalletBusyError(
        f"{what} trades this wallet: {where}, since {holder.since}",
        hint=f"stop it first: kill -INT {holder.pid}",
        details=details,
    )


def _try_lock(path: Path) -> int | None:
    """A locked descriptor of the file that ``path`` leads to, or ``None`` when another has it."""
    with storage_errors("open", path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, PRIVATE)
    try:
        with storage_errors("lock", path):
            if _lock_without_waiting(descriptor, fcntl.LOCK_EX) and _leads_to(path, descriptor):
                locked, descriptor = descriptor, -1
                return locked
        return None
    finally:
        if descriptor != -1:
            os.close(descriptor)


def _lock_without_waiting(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _leads_to(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.lstat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _is_locked(descriptor: int) -> bool:
    return not _lock_without_waiting(descriptor, fcntl.LOCK_SH)


def _write_text(descriptor: int, text: str) -> None:
    data = text.encode()
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, data, 0)


def _checked(name: str, value: Any) -> Any:
    wanted = int if name == "pid" else str
    if type(value) is not wanted:
        raise TypeError(name)
    return value
