"""What a start reads before its first decision, from a journal of ten thousand intents.

Twice: once with all of them settled but some, as after a long life, and once with all of them unresolved, as
after the worst of crashes. Opening the file, the transactions to settle, the signatures known, what is held,
what is not final yet, and everything that the limits ask: each in milliseconds, and their sum.

Run: python benchmarks/recovery.py [FOLDER]. The folder decides the disk; default: the project's state.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from _report import at_most, report

from sniperforge.app.limits import limits_of
from sniperforge.config.model import Config
from sniperforge.domain.lifecycle import TxEvent
from sniperforge.domain.trade import IntentKind
from sniperforge.engine.exposure import exposure_of
from sniperforge.engine.kill_switch import KillSwitch
from sniperforge.store.journal import Journal
from sniperforge.testing.trades import make_attempt, make_fill, make_intent, make_position, make_settlement

if TYPE_CHECKING:
    from collections.abc import Callable

INTENTS = 10_000
HELD = 5
TRANSACTION_BYTES = 900
BEGAN = 1_790_000_000.0
FACTS = {"max_fee": 25_000, "creator": "C", "decimals": 6, "exit_policy": {"stop_loss_percent": "20"}}


def write(path: Path, *, settled: bool) -> None:
    """A journal of buys and sales in turn, over a day; without syncs, which nothing here measures."""
    journal = Journal(path)
    journal._db._connection.execute("PRAGMA synchronous=OFF")
    for number in range(INTENTS // 2):
        at = BEGAN + number * 86_400 / (INTENTS // 2)
        buy = make_intent(f"b{number}", mint=f"m{number}", created_at=at, facts=FACTS)
        attempt = make_attempt(buy, raw=os.urandom(TRANSACTION_BYTES))
        journal.record_intent(buy, attempt)
        sale = make_intent(
            f"s{number}", IntentKind.SELL, mint=buy.mint, created_at=at, position_id=buy.id, facts=FACTS
        )
        if settled:
            done = make_settlement(attempt.signature, trade=-900_000)
            fill = make_fill(buy, done, tokens=10**9, position_id=buy.id, booked_at=at)
            journal.open_position(make_position(fill), fill)
        if number < INTENTS // 2 - HELD or not settled:
            second = make_attempt(sale, raw=os.urandom(TRANSACTION_BYTES))
            journal.record_intent(sale, second)
            if settled:
                done = make_settlement(second.signature, trade=890_000)
                journal.book(make_fill(sale, done, tokens=-(10**9), booked_at=at), TxEvent.LANDED)
                journal.mark_finalized(attempt.signature, second.signature)
    journal.close()


def recover(path: Path) -> dict[str, float]:
    """Milliseconds of each read."""
    taken: dict[str, float] = {}

    def timed(name: str, act: Callable[[], Any]) -> Any:
        began = time.perf_counter()
        found = act()
        taken[name] = round((time.perf_counter() - began) * 1_000, 2)
        return found

    journal = timed("open", lambda: Journal(path))
    limits, switch = limits_of(Config()), KillSwitch(journal, path.with_name("KILL"))
    timed("unresolved", journal.unresolved)
    timed("known_signatures", journal.known_signatures)
    timed("positions", journal.positions)
    timed("provisional", journal.provisional)
    timed(
        "limits",
        lambda: exposure_of(
            journal, limits, switch, now=BEGAN + 86_400, balance=10**9, mint="m1", creator="C"
        ),
    )
    journal.close()
    return {**taken, "sum": round(sum(taken.values()), 2)}


def main() -> None:
    """Measure in a folder of its own, and leave nothing behind."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "state"
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(dir=folder) as made:
        for name, settled in (("settled", True), ("unresolved", False)):
            path = Path(made) / name / "journal.db"
            write(path, settled=settled)
            found[f"{name}_ms"] = recover(path)
    budgets = {name: at_most(taken["sum"], 1_000) for name, taken in found.items()}
    report("recovery", {"intents": INTENTS, **found}, budgets)


if __name__ == "__main__":
    main()
