"""What sharing one budget of requests costs, and whether processes get their turns.

Six processes over one file. ``reservation``: each takes slots without having to wait for one, at the pace of
100 requests a second each, and as fast as it can. ``turns``: each asks as fast as it may, of 50 requests a
second with a burst of 20; one more asks for exits. Latencies in milliseconds, waits in seconds; ``above`` is
the most that any stretch of time had above rate times time, which may be the burst.

Run: python benchmarks/rate_budget.py [FOLDER]. The folder decides the disk; default: the project's state.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from _report import at_most, quantiles, report

from sniperforge.coordination.rate_budget import Allowance, RateBudget
from sniperforge.coordination.rate_clock import boot_id, boottime
from sniperforge.coordination.rate_gcra import SECOND, Rate, rate_of
from sniperforge.coordination.rate_store import RateStore
from sniperforge.domain.priority import Priority

PROCESSES = 6
RESERVATIONS = 2_000
PACE_SECONDS = 0.01
PER_SECOND = 50
BURST = 20
TURN_SECONDS = 6.0
ONE = Decimal(1)
ENDLESS = rate_of(Decimal(100_000), Decimal(100_000), ONE)


def budget(path: Path, rate: Rate) -> RateBudget:
    """This process's part; a file that fails ends the benchmark."""

    def fail(error: Exception | None) -> None:
        raise SystemExit(str(error))

    return RateBudget(
        path,
        Allowance("node", rate),
        now=boottime,
        boot=boot_id(),
        sleep=asyncio.sleep,
        patience=30,
        on_change=fail,
    )


async def reserve(path: Path, pause: float) -> dict[str, Any]:
    """Take slots that are free; how long each took."""
    mine, took = budget(path, ENDLESS), []
    await mine.acquire(["getSlot"], Priority.SEND)
    for _ in range(RESERVATIONS):
        started = time.perf_counter()
        await mine.acquire(["getSlot"], Priority.SEND)
        took.append(time.perf_counter() - started)
        await asyncio.sleep(pause)
    mine.close()
    return {"took": took}


async def take_turns(path: Path, priority: Priority) -> dict[str, Any]:
    """Ask all the time, or five times a second for exits; when each left and how long it waited."""
    mine = budget(path, rate_of(Decimal(PER_SECOND), Decimal(BURST), ONE))
    waits, left = [], []
    end = boottime() + int(TURN_SECONDS * SECOND)
    while (asked := boottime()) < end:
        await mine.acquire(["getSlot"], priority)
        left.append(boottime())
        waits.append((left[-1] - asked) / SECOND)
        if priority is Priority.EXIT:
            await asyncio.sleep(0.2)
    mine.close()
    return {"waits": waits, "left": left}


WORK = {
    "paced": lambda path: reserve(path, PACE_SECONDS),
    "hard": lambda path: reserve(path, 0),
    "crowd": lambda path: take_turns(path, Priority.READ),
    "exits": lambda path: take_turns(path, Priority.EXIT),
}


def run(path: Path, *kinds: str) -> list[dict[str, Any]]:
    """What processes of these kinds say, started at one moment."""
    RateStore(path, boot=boot_id()).close()
    command = [sys.executable, __file__, str(path)]
    started = [
        subprocess.Popen([*command, kind], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for kind in kinds
    ]
    for each in started:
        assert each.stdout is not None
        each.stdout.readline()
    for each in started:
        assert each.stdin is not None
        each.stdin.write("\n")
        each.stdin.flush()
    return [json.loads(each.communicate()[0]) for each in started]


def above(left: list[int]) -> float:
    """The most requests that any stretch of time had above the rate times its length."""
    lowest, most = float("inf"), 0.0
    for count, moment in enumerate(sorted(left)):
        paid = PER_SECOND * moment / SECOND
        lowest = min(lowest, count - paid)
        most = max(most, count + 1 - paid - lowest)
    return round(most, 1)


def main() -> None:
    """Measure, or be one of the processes."""
    if len(sys.argv) == 3:
        print("ready", flush=True)
        sys.stdin.readline()
        print(json.dumps(asyncio.run(WORK[sys.argv[2]](Path(sys.argv[1])))))
        return
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "state"
    with tempfile.TemporaryDirectory(dir=folder) as made:
        taken = {
            kind: quantiles(
                [
                    each
                    for told in run(Path(made) / f"{kind}.db", *[kind] * PROCESSES)
                    for each in told["took"]
                ],
                1e-3,
            )
            for kind in ("paced", "hard")
        }
        *crowd, exits = run(Path(made) / "turns.db", *["crowd"] * PROCESSES, "exits")
    fair_share = PROCESSES / (0.8 * PER_SECOND)
    waits = [wait for each in crowd for wait in each["waits"]]
    served = [len(each["waits"]) for each in crowd]
    exceeded = above([moment for each in (*crowd, exits) for moment in each["left"]])
    figures = {
        "processes": PROCESSES,
        "reservation_ms": taken,
        "turns": {
            "fair_share_s": round(fair_share, 3),
            "waits_s": quantiles(waits),
            "served": served,
            "exit_waits_s": quantiles(exits["waits"]),
            "above": exceeded,
        },
    }
    budgets = {
        "reservation_p50_ms": at_most(taken["paced"]["p50"], 0.3),
        "max_wait_over_fair_share": at_most(round(max(waits) / fair_share, 2), 2.0),
        "above_rate_by_at_most_the_burst": at_most(exceeded, BURST),
    }
    report("rate_budget", figures, budgets)


if __name__ == "__main__":
    main()
