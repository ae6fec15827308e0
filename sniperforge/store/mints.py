"""Mints that were read before, in one SQLite file per chain; every process of the user may use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.store.database import Database
from sniperforge.tokens.mint_facts import MintFacts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

MAX_MINTS: Final = 100_000
"""The oldest are forgotten beyond that: 15 MB."""

_A_QUERY: Final = 500


class MintStore:
    """Facts that never change.

    Raises:
        StorageError: the file cannot be opened or written.
        ConfigError: the file is not this store, or a newer version wrote it.
    """

    def __init__(self, path: Path, *, limit: int = MAX_MINTS) -> None:
        self._db = Database(path, "mints", durable=False)  # what is lost is read again
        self._limit = limit

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        self._db.close()

    def known(self, addresses: Sequence[str]) -> dict[str, MintFacts]:
        """The facts of those mints that are on record."""
        found: dict[str, MintFacts] = {}
        for start in range(0, len(addresses), _A_QUERY):
            some = addresses[start : start + _A_QUERY]
            places = ",".join("?" * len(some))
            rows = self._db.rows(f"SELECT * FROM mints WHERE address IN ({places})", *some)  # noqa: S608
            found |= {row["address"]: MintFacts(row["program"], row["decimals"]) for row in rows}
        return found

    def remember(self, mints: Mapping[str, MintFacts]) -> None:
        """Put mints on record."""
        rows = [(address, facts.program, facts.decimals) for address, facts in mints.items()]
        with self._db.transaction() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO mints (address, program, decimals) VALUES (?,?,?)", rows
            )
            connection.execute(
                "DELETE FROM mints WHERE id <= (SELECT max(id) FROM mints) - ?", (self._limit,)
            )
