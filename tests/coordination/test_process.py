"""Process identity, on the real machine and on made-up ones."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sniperforge.coordination.process import is_running, start_identity

if TYPE_CHECKING:
    from pathlib import Path


def test_this_process_runs() -> None:
    """Its identity is stable and is recognised."""
    identity = start_identity(os.getpid())
    assert identity
    assert identity == start_identity(os.getpid())
    assert is_running(os.getpid(), identity) is True


def test_another_start_is_another_process() -> None:
    """The same pid with another start time, or with none, is not the one that was meant."""
    identity = start_identity(os.getpid())
    assert is_running(os.getpid(), identity + "1") is False
    assert is_running(os.getpid(), "") is False


def test_a_dead_process_is_gone_even_before_it_is_waited_for() -> None:
    """A zombie holds nothing any more."""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    identity = start_identity(child.pid)
    assert is_running(child.pid, identity) is True
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert is_running(child.pid, identity) is False
    child.wait()
    assert start_identity(child.pid) == ""
    assert child.stdin is not None
    child.stdin.close()


def made_up(
    root: Path, *, boot: str = "b1", namespace: str = "pid:[1]", pid: int = 7, ticks: int = 500
) -> Path:
    """A /proc with one process whose name holds spaces and parentheses."""
    (root / "self" / "ns").mkdir(parents=True)
    (root / "self" / "stat").write_text("")
    (root / "self" / "ns" / "pid").symlink_to(namespace)
    (root / "sys" / "kernel" / "random").mkdir(parents=True)
    (root / "sys" / "kernel" / "random" / "boot_id").write_text(boot + "\n")
    (root / str(pid)).mkdir()
    (root / str(pid) / "stat").write_text(f"{pid} (a) b (c) S " + " ".join(["0"] * 18) + f" {ticks} 9 9")
    return root


def test_boot_namespace_and_ticks_make_the_identity(tmp_path: Path) -> None:
    """Each of the three tells processes apart."""
    here = made_up(tmp_path / "here")
    assert start_identity(7, proc=here) == "b1:1:500"
    assert is_running(7, "b1:1:500", proc=here) is True
    assert is_running(7, "b1:1:501", proc=here) is False
    assert is_running(7, "b0:1:500", proc=here) is False
    assert is_running(8, "b1:1:500", proc=here) is False


def test_another_container_cannot_be_judged(tmp_path: Path) -> None:
    """The same boot and another pid namespace: the answer is not known."""
    assert is_running(7, "b1:2:500", proc=made_up(tmp_path / "p")) is None


def test_without_namespaces_ticks_still_tell(tmp_path: Path) -> None:
    """A kernel that hides namespaces gives a shorter identity."""
    proc = made_up(tmp_path / "p")
    (proc / "self" / "ns" / "pid").unlink()
    identity = start_identity(7, proc=proc)
    assert identity == "?::500"
    assert is_running(7, identity, proc=proc) is True


def test_a_broken_stat_is_no_process(tmp_path: Path) -> None:
    """A line cut short names nobody."""
    proc = made_up(tmp_path / "p")
    (proc / "7" / "stat").write_text("7 (x) S 1")
    assert start_identity(7, proc=proc) == ""


def test_without_proc_psutil_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """MacOS has no /proc: the start time in seconds is the identity; zombies and strangers have none."""
    import psutil

    absent = tmp_path / "absent"
    identity = start_identity(os.getpid(), proc=absent)
    assert float(identity) == pytest.approx(psutil.Process().create_time(), abs=0.01)
    assert is_running(os.getpid(), identity, proc=absent) is True
    assert start_identity(2**22 + 1, proc=absent) == ""
    monkeypatch.setattr(psutil.Process, "status", lambda _self: psutil.STATUS_ZOMBIE)
    assert start_identity(os.getpid(), proc=absent) == ""
