"""Files that survive: atomic replacement, exclusive creation, whole-line appends, kinds of mounts.

Standard library only, so that every layer may use it. What the bytes mean is the caller's business.
"""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sniperforge.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator

PRIVATE = 0o600
"""Mode of key files, locks and databases: the owner alone."""

PUBLIC = 0o644
"""Mode of everything else; the process's umask narrows it."""

NETWORK_FILESYSTEMS = frozenset(
    {
        *("9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "davfs2", "gfs2", "glusterfs", "gpfs"),
        *("lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "pvfs2", "smb", "smb2", "smb3", "smbfs"),
        *("fuse.ceph", "fuse.ceph-fuse", "fuse.curlftpfs", "fuse.davfs", "fuse.davfs2", "fuse.gcsfuse"),
        *("fuse.glusterfs", "fuse.goofys", "fuse.juicefs", "fuse.rclone", "fuse.s3fs", "fuse.smbnetfs"),
        *("fuse.sshfs", "smbnetfs"),
    }
)
"""Mount types on which an OS lock or SQLite's shared memory cannot be trusted between machines."""

_MOUNTS = Path("/proc/self/mountinfo")
_HINTS = {
    errno.ENOSPC: "free some disk space",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the file system is read-only; choose another folder",
    errno.EACCES: "check who owns the folder and its mode",
    errno.EPERM: "check who owns the folder and its mode",
}


@contextmanager
def storage_errors(action: str, path: Path) -> Iterator[None]:
    """Turn an ``OSError`` inside into a :class:`StorageError` naming ``action``, ``path`` and the reason."""
    try:
        yield
    except OSError as error:
        raise storage_error(action, path, error) from error


def storage_error(action: str, path: Path, error: OSError) -> StorageError:
    """The :class:`StorageError` that says ``cannot ACTION PATH: REASON``, with a hint where one is known."""
    number = error.errno or 0
    return StorageError(
        f"cannot {action} {path}: {error.strerror or error}",
        hint=_HINTS.get(number, ""),
        details={"path": str(path), "errno": errno.errorcode.get(number, str(number))},
    )


def make_folder(path: Path, *, mode: int = 0o700) -> None:
    """Create ``path`` and its parents; an existing folder keeps its mode. Raises ``StorageError``."""
    with storage_errors("create the folder", path):
        path.mkdir(mode=mode, parents=True, exist_ok=True)


def write_atomic(path: Path, data: bytes | str, *, mode: int = PUBLIC) -> None:
    """Replace ``path`` by ``data`` as a whole: a crash at any moment leaves the old file or the new one.

    A symbolic link at ``path`` is replaced, never followed. The file and its folder are on disk on return.

    Raises:
        StorageError: the folder is missing or not writable, or the disk is full; ``path`` is untouched.
    """
    with storage_errors("write", path), _temporary_beside(path, _as_bytes(data), mode) as temporary:
        temporary.replace(path)
        _sync_folder(path.parent)


def create_exclusive(path: Path, data: bytes | str, *, mode: int = PRIVATE) -> None:
    """Create ``path`` with ``data`` as a whole, only if nothing is there, not even a dangling link.

    Raises:
        FileExistsError: something is there; of several creators at once exactly one succeeds.
        StorageError: it cannot be written.
    """
    try:
        with _temporary_beside(path, _as_bytes(data), mode) as temporary:
            _link_or_write(temporary, path, _as_bytes(data), mode)
            _sync_folder(path.parent)
    except FileExistsError:
        raise
    except OSError as error:
        raise storage_error("create", path, error) from error


def append_line(path: Path, line: bytes | str, *, mode: int = PUBLIC) -> None:
    """Append ``line`` and a newline in one write, whole even among several writing processes.

    Raises:
        StorageError: it cannot be written; on a full disk a part of the line may be left at the end.
    """
    payload = _as_bytes(line).rstrip(b"\n") + b"\n"
    with storage_errors("append to", path):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, mode)
        try:
            if os.write(descriptor, payload) != len(payload):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        finally:
            os.close(descriptor)


def wider_than_private(mode: int) -> bool:
    """Whether a file mode lets anyone but the owner read or write."""
    return bool(mode & 0o077)


def mounted_type(path: Path, *, mounts: Path = _MOUNTS) -> tuple[str, str]:
    """The type and mount point of the file system that holds ``path``; ``("", "")`` where it cannot be told.

    ``path`` need not exist: its nearest existing folder counts.

    Args:
        path: any path.
        mounts: table in the form of Linux's ``/proc/self/mountinfo`` (proc(5)).
    """
    try:
        lines = mounts.read_text(errors="surrogateescape").splitlines()
    except OSError:
        return "", ""
    target = Path(os.path.realpath(path))
    best = ("", "")
    for line in lines:
        left, _, right = line.partition(" - ")
        fields = left.split(" ")
        if len(fields) < 5 or not right:
            continue
        point = _unescape(fields[4])
        if target.is_relative_to(point) and len(point) >= len(best[1]):
            best = (right.split(" ", 1)[0], point)
    return best


def refuse_network_filesystem(path: Path, *, mounts: Path = _MOUNTS) -> None:
    """Let only local file systems pass: for locks and databases. Linux only; elsewhere nothing is refused.

    ``9p`` mounted at ``/`` passes: that is a sandbox's own root, not a share.

    Raises:
        StorageError: ``path`` is on a network file system.
    """
    kind, point = mounted_type(path, mounts=mounts)
    if kind not in NETWORK_FILESYSTEMS or (kind == "9p" and point == "/"):
        return
    raise StorageError(
        f"{path} is on a network file system ({kind} at {point}): locks and databases are not safe there",
        hint="use a folder on a local disk; XDG_STATE_HOME moves the locks",
        details={"path": str(path), "filesystem": kind, "mount": point},
    )


def _as_bytes(data: bytes | str) -> bytes:
    return data.encode() if isinstance(data, str) else data


@contextmanager
def _temporary_beside(path: Path, data: bytes, mode: int) -> Iterator[Path]:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
    try:
        _write_new(temporary, data, mode)
        yield temporary
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _write_new(path: Path, data: bytes, mode: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _link_or_write(temporary: Path, path: Path, data: bytes, mode: int) -> None:
    try:
        os.link(temporary, path, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}:
            raise
        _write_new(path, data, mode)  # a file system without hard links: exclusive, though not atomic


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some file systems cannot sync a folder; the file itself is on disk
            raise
    finally:
        os.close(descriptor)


def _unescape(text: str) -> str:
    # proc(5): space, tab, newline and backslash are written as octal escapes
    for code in (r"\040", r"\011", r"\012", r"\134"):
        text = text.replace(code, chr(int(code[1:], 8)))
    return text
