"""Who listens on a port that cannot be opened."""

from __future__ import annotations

import errno
import importlib
import os
import shlex
from itertools import takewhile
from typing import Any

from sniperforge.errors import UnavailableError


def port_taken(host: str, port: int, error: OSError) -> UnavailableError:
    """What to raise when ``host:port`` cannot be opened; names the process that holds it when visible."""
    if error.errno != errno.EADDRINUSE:
        reason = os.strerror(error.errno) if error.errno else str(error)
        return UnavailableError(f"cannot listen on {host}:{port}: {reason}", hint="choose another port")
    holder = find_holder(port)
    by = f" by {holder['command']} (pid {holder['pid']})" if holder else ""
    return UnavailableError(
        f"port {port} is taken{by}",
        hint="stop that process, or choose another port (0 takes a free one)",
        details={"port": port, "holder": holder},
    )


def find_holder(port: int) -> dict[str, Any] | None:
    """``{"pid", "command"}`` of the process listening on TCP ``port``; ``None`` when it is not visible."""
    psutil: Any = importlib.import_module("psutil")  # it has no types of its own
    try:
        pids = {
            connection.pid
            for connection in psutil.net_connections(kind="tcp")
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid
        }
        for pid in sorted(pids):
            return {"pid": pid, "command": _shown(psutil.Process(pid).cmdline())}
    except psutil.Error:
        return None
    return None


def _shown(arguments: list[str]) -> str:
    """The command without its options: their values may be nobody else's business."""
    plain = takewhile(lambda argument: not argument.startswith("--"), arguments)
    return shlex.join(list(plain)[:6])[:200]
