"""Start-up of the command line against ``python -c pass``, medians of alternating runs in fresh processes.

Prints one JSON document; exits 1 when a ratio is above its budget.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 15
BUDGETS = {"--help": 7.0, "--version": 7.0, "config path": 30.0}


def seconds(command: list[str], folder: str) -> float:
    """Wall time of one fresh process."""
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> int:
    """Measure, print, and compare with the budgets."""
    commands = {"python -c pass": [sys.executable, "-c", "pass"]}
    commands |= {name: [sys.executable, "-m", "sniperforge", *name.split()] for name in BUDGETS}
    times: dict[str, list[float]] = {name: [] for name in commands}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(ROUNDS):
            for name, command in commands.items():
                times[name].append(seconds(command, folder))
    medians = {name: statistics.median(values) for name, values in times.items()}
    floor = medians["python -c pass"]
    ratios = {name: round(medians[name] / floor, 2) for name in BUDGETS}
    over = [name for name, ratio in ratios.items() if ratio > BUDGETS[name]]
    milliseconds = {name: round(value * 1000, 1) for name, value in medians.items()}
    print(
        json.dumps({"cpus": os.cpu_count(), "median_ms": milliseconds, "ratio": ratios, "over_budget": over})
    )
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
