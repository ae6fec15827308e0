"""The record that all processes of one chain and mode share: decisions on pools, and live sessions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sniperforge.store.database import Database

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from pathlib import Path

_LAST_VERDICTS = (
    "SELECT {} FROM decisions WHERE id IN"
    " (SELECT max(id) FROM decisions WHERE at >= ? AND wallet = ? GROUP BY pool)"
)


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A bot's verdict on one pool, as journalled.

    Attributes:
        at: Unix seconds.
        decided: what the bot did: ``accepted``, ``refused``, ``skipped``, ...
        refused_by: names of the checks that refused, in order.
        verdict: the whole verdict document, every check with its facts.
    """

    at: float
    wallet: str
    bot: str
    dex: str
    pool: str
    mint: str
    decided: str
    refused_by: tuple[str, ...]
    verdict: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """The document form used by ``why``."""
        return {
            "at": self.at,
            "wallet": self.wallet,
            "bot": self.bot,
            "dex": self.dex,
            "pool": self.pool,
            "mint": self.mint,
            "decided": self.decided,
            "refused_by": list(self.refused_by),
            "verdict": dict(self.verdict),
        }


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A process that trades, or traded, a wallet; ``health`` is its last heartbeat's facts."""

    wallet: str
    pid: int
    bot: str
    started_at: float
    updated_at: float
    ended_at: float | None
    health: Mapping[str, Any]


class SharedStore:
    """Decisions and sessions, in one SQLite file with many writers.

    Raises:
        StorageError: the file cannot be opened or written.
        ConfigError: the file is not this store, or a newer version wrote it.
    """

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        # A lost decision costs an explanation, not money: no fsync on the way of a snipe.
        self._db = Database(path, "shared", durable=False, readonly=readonly)

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        self._db.close()

    def record_decision(self, decision: DecisionRow) -> None:
        """Append a verdict."""
        with self._db.transaction() as connection:
            connection.execute(
                "INSERT INTO decisions (at, wallet, bot, dex, pool, mint, decided, refused_by, verdict)"
                " VALUES (?,?,?,?,?,?,?,?,?)",
                (
                    decision.at,
                    decision.wallet,
                    decision.bot,
                    decision.dex,
                    decision.pool,
                    decision.mint,
                    decision.decided,
                    ",".join(decision.refused_by),
                    json.dumps(dict(decision.verdict)),
                ),
            )

    def decisions_on(self, address: str, limit: int = 20) -> list[DecisionRow]:
        """Verdicts on a pool or a mint, newest first."""
        rows = self._db.rows(
            "SELECT * FROM decisions WHERE pool = ? OR mint = ? ORDER BY at DESC, id DESC LIMIT ?",
            address,
            address,
            limit,
        )
        return [_decision_of(row) for row in rows]

    def pools_of(self, mint: str) -> list[tuple[str, str]]:
        """``(dex, pool)`` of the mint's pools with a verdict, the last one seen first."""
        rows = self._db.rows(
            "SELECT dex, pool FROM decisions WHERE mint = ? GROUP BY dex, pool ORDER BY max(id) DESC", mint
        )
        return [(str(row["dex"]), str(row["pool"])) for row in rows]

    def addresses(self, start: str, limit: int = 10) -> list[str]:
        """Pools and mints with a verdict whose address begins with ``start``, in order."""
        end = start + "\x7f"  # behind every letter of an address
        rows = self._db.rows(
            "SELECT pool AS address FROM decisions WHERE pool >= ? AND pool < ?"
            " UNION SELECT mint FROM decisions WHERE mint >= ? AND mint < ? ORDER BY address LIMIT ?",
            *(start, end, start, end, limit),
        )
        return [str(row["address"]) for row in rows]

    def refusals_since(self, since: float, wallet: str) -> dict[str, int]:
        """How many pools each check refused since a time, most frequent first; last verdicts count."""
        counts: dict[str, int] = {}
        for row in self._db.rows(_LAST_VERDICTS.format("refused_by"), since, wallet):
            for name in row["refused_by"].split(",") if row["refused_by"] else ():
                counts[name] = counts.get(name, 0) + 1
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def counts_since(self, since: float, wallet: str) -> dict[str, int]:
        """How many pools were decided each way since a time; last verdicts count."""
        counts: dict[str, int] = {}
        for row in self._db.rows(_LAST_VERDICTS.format("decided"), since, wallet):
            counts[row["decided"]] = counts.get(row["decided"], 0) + 1
        return counts

    def beat(self, row: SessionRow) -> None:
        """Write a session's heartbeat."""
        with self._db.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO sessions VALUES (?,?,?,?,?,?,?)",
                (
                    row.wallet,
                    row.pid,
                    row.bot,
                    row.started_at,
                    row.updated_at,
                    row.ended_at,
                    json.dumps(dict(row.health)),
                ),
            )

    def session(self, wallet: str) -> SessionRow | None:
        """The last session of a wallet."""
        row = self._db.row("SELECT * FROM sessions WHERE wallet = ?", wallet)
        if row is None:
            return None
        return SessionRow(
            wallet=row["wallet"],
            pid=row["pid"],
            bot=row["bot"],
            started_at=row["started_at"],
            updated_at=row["updated_at"],
            ended_at=row["ended_at"],
            health=json.loads(row["health"]),
        )


def _decision_of(row: sqlite3.Row) -> DecisionRow:
    return DecisionRow(
        at=row["at"],
        wallet=row["wallet"],
        bot=row["bot"],
        dex=row["dex"],
        pool=row["pool"],
        mint=row["mint"],
        decided=row["decided"],
        refused_by=tuple(name for name in row["refused_by"].split(",") if name),
        verdict=json.loads(row["verdict"]),
    )
