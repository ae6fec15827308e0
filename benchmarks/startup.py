"""Start-up of commands against ``python -c pass``: medians of alternating runs in fresh processes.

Prints one JSON document. ``wallet balance`` asks an embedded network that this starts for itself.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from _report import at_most, report

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROUNDS = 15
FLOOR = "python -c pass"
BUDGETS = {"--help": 7.0, "--version": 7.0, "config path": 30.0, "wallet balance": 30.0}


def sniperforge(*arguments: str) -> list[str]:
    """A command line."""
    return [sys.executable, "-m", "sniperforge", *arguments]


def run(command: list[str], folder: str, env: Mapping[str, str]) -> None:
    """One fresh process, which must succeed."""
    done = subprocess.run(command, cwd=folder, env=env, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr}")


@contextmanager
def project() -> Iterator[tuple[str, dict[str, str]]]:
    """A folder with a funded wallet on a network of its own, and the environment to use it with."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "HOME": folder, "XDG_STATE_HOME": str(Path(folder) / "xdg")}
        env = {name: value for name, value in env.items() if not name.startswith("SNIPERFORGE_")}
        run(sniperforge("config", "init"), folder, env)
        run(sniperforge("wallet", "create", "default", "--plain"), folder, env)
        run(sniperforge("localnet", "up", "--detach", "--port", "0", "--no-market"), folder, env)
        try:
            run(sniperforge("localnet", "fund", "default", "1"), folder, env)
            yield folder, env
        finally:
            run(sniperforge("localnet", "down"), folder, env)


def seconds(command: list[str], folder: str, env: Mapping[str, str]) -> float:
    """Wall time of one fresh process."""
    started = time.perf_counter()
    run(command, folder, env)
    return time.perf_counter() - started


def main() -> None:
    """Measure, compare with the budgets, print."""
    package = Path(__file__).resolve().parents[1] / "sniperforge"
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(package)], check=True)
    commands = {FLOOR: [sys.executable, "-c", "pass"]}
    commands |= {name: sniperforge(*name.split()) for name in BUDGETS}
    times: dict[str, list[float]] = {name: [] for name in commands}
    with project() as (folder, env):
        for _ in range(ROUNDS):
            for name, command in commands.items():
                times[name].append(seconds(command, folder, env))
    medians = {name: statistics.median(values) for name, values in times.items()}
    ratios = {name: round(medians[name] / medians[FLOOR], 1) for name in BUDGETS}
    milliseconds = {name: round(value * 1000, 1) for name, value in medians.items()}
    budgets = {f"{name} / {FLOOR}": at_most(ratios[name], BUDGETS[name]) for name in BUDGETS}
    report("startup", {"rounds": ROUNDS, "median_ms": milliseconds}, budgets)


if __name__ == "__main__":
    main()
