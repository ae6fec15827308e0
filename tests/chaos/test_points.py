"""Named crash points: each write has its two, and a fuse kills at the one it is laid at, no sooner."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sniperforge.coordination.wallet_lock import Holder, WalletLock
from sniperforge.store.journal import Journal
from tests.chaos import points
from tests.chaos.life import claim, is_ending
from tests.chaos.rival import attempt

PROJECT = Path(__file__).resolve().parents[2]

VICTIM = """
import sys
from pathlib import Path
from tests.chaos.points import Fuse, lay
lay(Fuse(sys.argv[2], int(sys.argv[3]), lambda name: print("burnt", name, flush=True)))
from sniperforge.app import holding
journal = holding.Journal(Path(sys.argv[1]))
for number in range(3):
    journal.set_flag(f"flag-{number}", "x", 0.0)
print("alive", flush=True)
"""


def victim(folder: Path, point: str, skip: int) -> tuple[int, str, list[str]]:
    """A process that sets three flags: its exit status, what it said, and the flags that are durable."""
    path = folder / "journal.db"
    command = [sys.executable, "-c", VICTIM, str(path), point, str(skip)]
    ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    journal = Journal(path)
    with closing(journal):
        flags = [name for name in (f"flag-{number}" for number in range(3)) if journal.flag(name)]
    return ended.returncode, ended.stdout.strip(), flags


def test_every_write_of_the_journal_has_a_point_before_and_after() -> None:
    """A write that is added later needs its points, or a reason to have none."""
    reads = {name for each in Journal.__mro__[1:] for name in vars(each)}
    writes = {name for name in vars(Journal) if not name.startswith("_") and name not in reads}
    assert writes - points.NOT_MET.keys() == set(points.WRITES)
    assert points.NOT_MET.keys() <= writes
    assert {f"{name}.{when}" for name in points.WRITES for when in ("before", "after")} <= set(points.POINTS)
    assert set(points.CORE) <= set(points.POINTS)


@pytest.mark.parametrize(
    ("point", "skip", "flags"),
    [
        ("set_flag.before", 1, ["flag-0"]),
        ("set_flag.after", 1, ["flag-0", "flag-1"]),
        ("commit.within", 2, ["flag-0"]),
    ],
    ids=["before-a-write", "after-a-write", "before-its-commit"],
)
def test_a_fuse_kills_where_it_is_laid(tmp_path: Path, point: str, skip: int, flags: list[str]) -> None:
    """What was committed before that is there, and nothing else; the making of the file is a commit too."""
    code, said, durable = victim(tmp_path, point, skip)
    assert (code, said) == (-signal.SIGKILL, f"burnt {point}")
    assert durable == flags


def test_without_a_point_nothing_happens(tmp_path: Path) -> None:
    """The wrappers let everything through."""
    code, said, durable = victim(tmp_path, "", 0)
    assert (code, said, len(durable)) == (0, "alive", 3)


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[int]:
    """The second file that holders lock."""
    descriptor = os.open(tmp_path / "witness", os.O_RDWR | os.O_CREAT)
    yield descriptor
    os.close(descriptor)


def test_a_rival_takes_what_is_free_and_meets_who_holds(tmp_path: Path, witness: int) -> None:
    """``taken``, then ``busy`` beside a holder."""
    path = tmp_path / "wallet.lock"
    assert attempt(path, witness) == "taken"
    holder = Holder.this_process(bot="", command="test", folder=tmp_path, now=time.time())
    with WalletLock.acquire(path, holder):
        assert attempt(path, witness) == "busy"
    assert attempt(path, witness) == "taken"


def test_two_holders_would_be_noticed(tmp_path: Path, witness: int) -> None:
    """A holder whose lock file was taken away still has the second file: the rival says so."""
    path = tmp_path / "wallet.lock"
    other = os.open(tmp_path / "witness", os.O_RDWR)
    assert claim(other)
    assert attempt(path, witness) == "clash"
    os.close(other)
    assert attempt(path, witness) == "taken"


def test_who_is_dying_is_no_holder() -> None:
    """A process that has ended, and one that never was; this one is alive."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
    assert is_ending(ended.pid), "not reaped yet"
    ended.wait()
    assert is_ending(ended.pid)
    assert not is_ending(os.getpid())
