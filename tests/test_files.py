"""Files: atomicity, exclusivity, modes, and which mounts are refused."""

from __future__ import annotations

import errno
import multiprocessing
import os
from pathlib import Path

import pytest

from sniperforge import files
from sniperforge.errors import StorageError

MOUNTINFO = """\
22 27 0:21 / / rw,relatime - ext4 /dev/vda rw
23 22 0:22 / /home/my\\040share rw - nfs4 server:/export rw
24 22 0:23 / /home/my\\040share/local rw - xfs /dev/vdb rw
25 22 0:24 / /mnt/c rw - 9p drvfs rw
26 22 0:25 / /mnt/ssh rw - fuse.sshfs me@host:/ rw
27 22 0:26 / /srv rw - cifs //nas/share rw
a line that is not one
"""


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    """A mount table with local and network file systems."""
    path = tmp_path / "mountinfo"
    path.write_text(MOUNTINFO)
    return path


def names(folder: Path) -> list[str]:
    """What is in a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_write_atomic_replaces_the_content_and_leaves_nothing_else(tmp_path: Path) -> None:
    """A second write replaces the first; no temporary file stays."""
    path = tmp_path / "a.json"
    files.write_atomic(path, "one")
    files.write_atomic(path, b"two")
    assert path.read_text() == "two"
    assert names(tmp_path) == ["a.json"]


def test_write_atomic_sets_the_mode_at_once(tmp_path: Path) -> None:
    """A private file is 0600 even over a wider one."""
    path = tmp_path / "key"
    path.write_text("old")
    path.chmod(0o644)
    files.write_atomic(path, "new", mode=files.PRIVATE)
    assert path.stat().st_mode & 0o777 == 0o600


def test_write_atomic_replaces_a_link_and_never_follows_it(tmp_path: Path) -> None:
    """A symbolic link at the target does not lead the secret elsewhere."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("untouched")
    path = tmp_path / "key"
    path.symlink_to(elsewhere)
    files.write_atomic(path, "secret", mode=files.PRIVATE)
    assert elsewhere.read_text() == "untouched"
    assert not path.is_symlink()


def test_write_atomic_keeps_the_old_file_when_the_disk_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failing fsync leaves the old content, no temporary file, and a StorageError with path and reason."""
    path = tmp_path / "state.json"
    path.write_text("old")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space left") as caught:
        files.write_atomic(path, "new")
    assert str(path) in caught.value.message
    assert caught.value.hint == "free some disk space"
    assert caught.value.details == {"path": str(path), "errno": "ENOSPC"}
    assert path.read_text() == "old"
    assert names(tmp_path) == ["state.json"]


def test_a_folder_that_cannot_be_synced_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EINVAL from a folder's fsync is passed over; any other errno is an error."""
    real, reason = os.fsync, errno.EINVAL

    def picky(descriptor: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").is_dir():
            raise OSError(reason, os.strerror(reason))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", picky)
    files.write_atomic(tmp_path / "a", "x")
    reason = errno.EIO
    with pytest.raises(StorageError):
        files.write_atomic(tmp_path / "a", "x")


def test_a_missing_folder_is_a_storage_error(tmp_path: Path) -> None:
    """Writing, creating and appending under a missing folder all name the path."""
    path = tmp_path / "absent" / "a"
    for act in (files.write_atomic, files.create_exclusive, files.append_line):
        with pytest.raises(StorageError, match=str(path)):
            act(path, "x")


def test_create_exclusive_refuses_what_is_there(tmp_path: Path) -> None:
    """Neither a file nor a dangling link is overwritten, and the mode is 0600."""
    path = tmp_path / "key"
    files.create_exclusive(path, "mine")
    with pytest.raises(FileExistsError):
        files.create_exclusive(path, "other")
    dangling = tmp_path / "dangling"
    dangling.symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExistsError):
        files.create_exclusive(dangling, "other")
    assert path.read_text() == "mine"
    assert path.stat().st_mode & 0o777 == 0o600
    assert names(tmp_path) == ["dangling", "key"]


def _create(path: Path, text: str) -> bool:
    try:
        files.create_exclusive(path, text * 10_000)
    except FileExistsError:
        return False
    return True


def test_of_many_creators_one_wins(tmp_path: Path) -> None:
    """Eight creations in three processes: one succeeds, and the file is its whole text."""
    path = tmp_path / "key"
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        won = pool.starmap(_create, [(path, str(number)) for number in range(8)])
        pool.close()  # terminate() meets coverage's signal handler, and may wait for ever
        pool.join()
    assert won.count(True) == 1
    assert path.read_text() == str(won.index(True)) * 10_000


@pytest.mark.parametrize("reason", [errno.EPERM, errno.EOPNOTSUPP])
def test_without_hard_links_creation_is_still_exclusive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: int
) -> None:
    """A file system that knows no links gets the plain exclusive open."""

    def no_links(*_args: object, **_kwargs: object) -> None:
        raise OSError(reason, os.strerror(reason))

    monkeypatch.setattr(os, "link", no_links)
    path = tmp_path / "key"
    files.create_exclusive(path, "mine")
    with pytest.raises(FileExistsError):
        files.create_exclusive(path, "other")
    assert path.read_text() == "mine"


def test_another_failure_of_the_link_is_a_storage_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk while linking is reported, not worked around."""

    def full(*_args: object, **_kwargs: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "link", full)
    with pytest.raises(StorageError, match="No space"):
        files.create_exclusive(tmp_path / "key", "x")


def test_append_line_ends_each_line_once(tmp_path: Path) -> None:
    """Text with and without its own newline gives one line each."""
    path = tmp_path / "log"
    files.append_line(path, "one")
    files.append_line(path, b"two\n")
    assert path.read_bytes() == b"one\ntwo\n"


def test_append_line_to_a_full_disk_is_a_storage_error() -> None:
    """/dev/full answers every write with ENOSPC."""
    with pytest.raises(StorageError, match="No space left"):
        files.append_line(Path("/dev/full"), "x")


def test_a_short_write_is_a_storage_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line of which only a part was written is not taken for written."""
    monkeypatch.setattr(os, "write", lambda _descriptor, data: len(data) - 1)
    with pytest.raises(StorageError, match="No space left"):
        files.append_line(tmp_path / "log", "line")


def test_make_folder_makes_a_private_folder_and_accepts_one_that_is_there(tmp_path: Path) -> None:
    """The new folder is 0700; a second call changes nothing; a file in the way is an error."""
    folder = tmp_path / "a" / "b"
    files.make_folder(folder)
    files.make_folder(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        files.make_folder(tmp_path / "file" / "c")


def test_wider_than_private() -> None:
    """Any bit for group or others is too wide."""
    assert not files.wider_than_private(0o600)
    assert not files.wider_than_private(0o400)
    assert files.wider_than_private(0o640)
    assert files.wider_than_private(0o604)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/me/state", "ext4"),
        ("/home/my share", "nfs4"),
        ("/home/my share/x/y", "nfs4"),
        ("/home/my share/local/x", "xfs"),
        ("/home/my sharex", "ext4"),
        ("/mnt/c/Users", "9p"),
        ("/mnt/ssh/x", "fuse.sshfs"),
        ("/srv/x", "cifs"),
    ],
)
def test_the_longest_mount_point_holds_the_path(mounts: Path, path: str, kind: str) -> None:
    """Nested mounts, escaped spaces and look-alike prefixes are told apart."""
    assert files.mounted_type(Path(path), mounts=mounts)[0] == kind


@pytest.mark.parametrize("path", ["/home/my share/x", "/mnt/c/x", "/mnt/ssh/x", "/srv/x"])
def test_network_mounts_are_refused(mounts: Path, path: str) -> None:
    """NFS, 9p, sshfs and SMB are refused with the mount named."""
    with pytest.raises(StorageError, match="network file system") as caught:
        files.refuse_network_filesystem(Path(path), mounts=mounts)
    assert caught.value.details["path"] == path
    assert caught.value.hint


def test_local_mounts_pass(mounts: Path, tmp_path: Path) -> None:
    """Local mounts, a sandbox's 9p root, and a system without a mount table pass."""
    files.refuse_network_filesystem(Path("/home/my share/local/x"), mounts=mounts)
    mounts.write_text("22 27 0:21 / / rw - 9p none rw\n")
    files.refuse_network_filesystem(Path("/x"), mounts=mounts)
    files.refuse_network_filesystem(Path("/x"), mounts=tmp_path / "absent")


def test_this_machine_has_a_mount_table(tmp_path: Path) -> None:
    """The real table names a type for the temporary folder."""
    if not Path("/proc/self/mountinfo").exists():
        pytest.skip("no /proc/self/mountinfo here")
    kind, point = files.mounted_type(tmp_path / "not" / "there")
    assert kind
    assert point.startswith("/")
