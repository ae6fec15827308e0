"""The other process of the coordination tests: takes a lock, serves or leaves an inbox, says so on stdout.

Run as ``other_process.py MODE LOCK [ARGUMENT]``; each mode prints one JSON line when it is ready.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from sniperforge.chain.clock import SystemClock
from sniperforge.coordination.inbox import InboxServer
from sniperforge.coordination.wallet_lock import Holder, WalletLock
from sniperforge.errors import RefusedError, WalletBusyError


def say(**facts: Any) -> None:
    """One line for the test."""
    print(json.dumps(facts), flush=True)


def take(path: Path) -> WalletLock:
    """The lock, or the end."""
    holder = Holder.this_process(bot="lp-sniper", command="start", folder=Path.cwd(), now=time.time())
    try:
        return WalletLock.acquire(path, holder)
    except WalletBusyError as error:
        say(held=False, details=error.details, message=error.message)
        sys.exit(5)


def hold(path: Path) -> None:
    """Hold until the parent closes our input."""
    lock = take(path)
    say(held=True, pid=os.getpid(), still_held=lock.still_held())
    sys.stdin.read()
    lock.release()


def fork(path: Path) -> None:
    """Hold, with a forked child that outlives us."""
    lock = take(path)
    child = os.fork()
    if child == 0:
        time.sleep(30)
        os._exit(0)
    say(held=lock.still_held(), pid=os.getpid(), child=child)
    sys.stdin.read()


def race(path: Path) -> None:
    """Try once when told, hold until the input closes."""
    say(ready=True)
    sys.stdin.readline()
    lock = take(path)
    say(held=True, pid=os.getpid(), still_held=lock.still_held())
    sys.stdin.read()


async def serve(path: Path, answer: str) -> None:
    """Hold and answer: ``answer``, ``refuse``, or ``silent`` (claim and say so, never answer)."""
    take(path)
    server = InboxServer(path.with_suffix(".inbox.db"), clock=SystemClock())
    say(held=True, pid=os.getpid(), leftovers=server.leftovers)

    def trouble(error: Exception) -> None:
        say(trouble=str(error))

    async for request in server.requests(on_trouble=trouble):
        if answer == "answer":
            await server.answer(request.id, {"kind": request.kind, "echo": dict(request.payload)})
        elif answer == "refuse":
            await server.refuse(request.id, RefusedError("too large", hint="less", details={"limit": 3}))
        say(claimed=request.id)


def main() -> None:
    """Dispatch on the mode."""
    mode, path, *rest = sys.argv[1:]
    if mode == "serve":
        asyncio.run(serve(Path(path), rest[0]))
    else:
        {"hold": hold, "fork": fork, "race": race}[mode](Path(path))


if __name__ == "__main__":
    main()
