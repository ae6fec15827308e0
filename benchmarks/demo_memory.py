"""Peak memory of ``sniperforge demo``: network, market, bot and record in one process. One JSON document.

``python benchmarks/demo_memory.py [--duration 50]``. The peak is the operating system's own figure for the
finished process; the resident size is looked at every second, so that growth shows.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time

import psutil
from _report import at_most, report

LIMIT_MIB = 300
MIB = 2**20


def followed(command: list[str]) -> tuple[dict, list[float]]:
    """The command's document, and its resident MiB by the second."""
    sizes: list[float] = []
    with (
        tempfile.TemporaryFile() as out,
        subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL) as process,
    ):
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            sizes.append(round(watched.memory_info().rss / MIB, 1))
            time.sleep(1.0)
        if process.returncode:
            sys.exit(f"{' '.join(command)} ended with {process.returncode}")
        out.seek(0)
        return json.loads(out.read())["data"], sizes


def main() -> None:
    """Run the demo and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--duration", type=int, default=50)
    duration = parser.parse_args().duration
    command = [sys.executable, "-m", "sniperforge", "demo", "--duration", str(duration), "--json"]
    data, sizes = followed(command)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    peak_mib = round(peak * (1 if sys.platform == "darwin" else 1024) / MIB, 1)
    figures = {
        "duration_seconds": duration,
        "resident_mib": {str(second): sizes[second] for second in range(5, len(sizes), 10)},
        "pools_seen": data["pools_seen"],
        "bought": data["bought"],
        "latency_ms": data["latency_ms"],
    }
    report("demo_memory", figures, {"peak MiB": at_most(peak_mib, LIMIT_MIB)})


if __name__ == "__main__":
    main()
