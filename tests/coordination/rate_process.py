"""A process of the rate budget's tests and benchmark: asks as fast as it may, then says when it was let go.

Run as ``rate_process.py FILE PER_SECOND BURST SECONDS KIND``; KIND is ``crowd`` or ``exits``, which asks
for exits, five times a second. Prints ``ready``, waits for a line, and at the end prints one JSON line.
"""

from __future__ import annotations

import asyncio
import json
import sys
from decimal import Decimal
from pathlib import Path

from sniperforge.coordination.rate_budget import Allowance, RateBudget
from sniperforge.coordination.rate_clock import boot_id, boottime
from sniperforge.coordination.rate_gcra import rate_of
from sniperforge.domain.priority import Priority
from sniperforge.errors import StorageError

SECOND = 1_000_000_000


async def ask(path: Path, per_second: str, burst: str, seconds: float, kind: str) -> None:
    """Ask until the time is over."""
    changes: list[str] = []

    def changed(error: StorageError | None) -> None:
        changes.append(str(error))

    budget = RateBudget(
        path,
        Allowance("node", rate_of(Decimal(per_second), Decimal(burst), Decimal(1))),
        now=boottime,
        boot=boot_id(),
        sleep=asyncio.sleep,
        patience=30,
        on_change=changed,
    )
    waits, left = [], []
    end = boottime() + int(seconds * SECOND)
    while (asked := boottime()) < end:
        await budget.acquire(["getSlot"], Priority.EXIT if kind == "exits" else Priority.READ)
        left.append(boottime())
        waits.append((left[-1] - asked) / SECOND)
        if kind == "exits":
            await asyncio.sleep(0.2)
    budget.close()
    print(json.dumps({"kind": kind, "waits": waits, "left": left, "changes": changes}), flush=True)


def main() -> None:
    """Wait for the start, ask."""
    path, per_second, burst, seconds, kind = sys.argv[1:]
    print("ready", flush=True)
    sys.stdin.readline()
    asyncio.run(ask(Path(path), per_second, burst, float(seconds), kind))


if __name__ == "__main__":
    main()
