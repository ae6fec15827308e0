"""Which process is meant by a pid: its start time beside it, for pids are used again."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

_PROC = Path("/proc")


def start_identity(pid: int, *, proc: Path = _PROC) -> str:
    """A text that no other process with this pid has had or will have; empty when there is none such now.

    On Linux ``BOOT:NAMESPACE:TICKS``: boot id, pid namespace, start in clock ticks since boot (proc(5), field
    22 of ``stat``). Elsewhere the start time in Unix seconds. A dead process that nobody waited for is none.
    """
    if not (proc / "self" / "stat").exists():
        return _portable_identity(pid)
    try:
        fields = (proc / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    if len(fields) < 20 or fields[0] in {"Z", "X"}:
        return ""
    return f"{_here(proc)}:{fields[19]}"


def is_running(pid: int, identity: str, *, proc: Path = _PROC) -> bool | None:
    """Whether the process that had ``identity`` still runs.

    Returns:
        ``None`` when it cannot be told from here: it lives, or lived, in another container of this machine.
    """
    boot, _, rest = identity.partition(":")
    own_boot, _, own_namespace = _here(proc).partition(":")
    if rest and own_namespace and boot == own_boot and rest.partition(":")[0] != own_namespace:
        return None
    return bool(identity) and start_identity(pid, proc=proc) == identity


def _here(proc: Path) -> str:
    try:
        boot = (proc / "sys" / "kernel" / "random" / "boot_id").read_text().strip()
        namespace = str((proc / "self" / "ns" / "pid").readlink())
    except OSError:
        return "?:"
    return f"{boot}:{namespace.removeprefix('pid:[').removesuffix(']')}"


def _portable_identity(pid: int) -> str:
    psutil: Any = importlib.import_module("psutil")  # it has no types of its own
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return ""
        return f"{process.create_time():.2f}"
    except psutil.Error:
        return ""
