"""What the journal costs on the way of a snipe: one durable commit before sending, one when it has landed.

Prints medians and 99th percentiles in microseconds as JSON, beside those of a bare ``fsync`` in the same
folder: what the disk asks for, and nothing can be faster.

Run: python benchmarks/journal_commit.py [FOLDER]. The folder decides the disk; default: the project's state.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from _report import report

from sniperforge.domain.lifecycle import TxEvent
from sniperforge.domain.trade import IntentKind
from sniperforge.store.journal import Journal
from sniperforge.testing.trades import make_attempt, make_fill, make_intent, make_position, make_settlement

if TYPE_CHECKING:
    from collections.abc import Callable

TRADES = 1_000
WARM_UP = 50
TRANSACTION_BYTES = 900
PAGE = 4_096


class Stopwatch:
    """Durations by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}

    def time(self, name: str, act: Callable[[], object]) -> None:
        """Run ``act`` once."""
        start = time.perf_counter()
        act()
        self.seconds.setdefault(name, []).append(time.perf_counter() - start)

    def report(self) -> dict[str, dict[str, float]]:
        """Median and 99th percentile in microseconds, warm-up left out."""
        return {
            name: {
                "median_us": round(statistics.median(taken[WARM_UP:]) * 1e6, 1),
                "p99_us": round(statistics.quantiles(taken[WARM_UP:], n=100)[98] * 1e6, 1),
            }
            for name, taken in self.seconds.items()
        }


def trade(journal: Journal, watch: Stopwatch, number: int) -> None:
    """A buy that opens a position and a sale that closes it: four commits."""
    facts = {"decimals": 6, "exit_policy": {"stop_loss_percent": "20"}, "expected_out": "123456789"}
    buy = make_intent(f"b{number}", facts=facts)
    attempt = make_attempt(buy, raw=os.urandom(TRANSACTION_BYTES))
    watch.time("record_intent", lambda: journal.record_intent(buy, attempt))
    bought = make_fill(
        buy, make_settlement(attempt.signature, trade=-900_000), tokens=10**9, position_id=buy.id
    )
    watch.time("open_position", lambda: journal.open_position(make_position(bought), bought))
    sale = make_intent(f"s{number}", IntentKind.SELL, position_id=buy.id, facts={**facts, "whole": True})
    attempt = make_attempt(sale, raw=os.urandom(TRANSACTION_BYTES))
    watch.time("record_intent", lambda: journal.record_intent(sale, attempt))
    sold = make_fill(sale, make_settlement(attempt.signature, trade=950_000), tokens=-(10**9))
    watch.time("book", lambda: journal.book(sold, TxEvent.LANDED))


def write_page(descriptor: int) -> None:
    """Append a page and sync it: a commit's least."""
    os.write(descriptor, b"\0" * PAGE)
    os.fsync(descriptor)


def main() -> None:
    """Measure in a folder of its own, and leave nothing behind."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "state"
    watch = Stopwatch()
    with tempfile.TemporaryDirectory(dir=folder) as made:
        journal = Journal(Path(made) / "journal.db")
        descriptor = os.open(Path(made) / "bare", os.O_CREAT | os.O_WRONLY)
        for number in range(TRADES):
            trade(journal, watch, number)
            watch.time("fsync_alone", lambda: write_page(descriptor))
        os.close(descriptor)
        journal.close()
    report("journal_commit", {"trades": TRADES, **watch.report()}, {})


if __name__ == "__main__":
    main()
