"""How much of its limits a wallet has used, read from its journal: restarts forget none of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sniperforge.domain.lifecycle import UNRESOLVED
from sniperforge.domain.trade import HELD_STATES

if TYPE_CHECKING:
    from sniperforge.store.database import Database

_UNRESOLVED_SQL = ",".join(f"'{state}'" for state in sorted(UNRESOLVED))
_HELD_SQL = ",".join(f"'{state}'" for state in HELD_STATES)
_IN_FLIGHT_SQL = f"SELECT intent_id FROM transactions WHERE state IN ({_UNRESOLVED_SQL})"  # noqa: S608

# A position has the id of the buy that opened it. Held positions are few, so that they are all looked at.
_AT_STAKE_SQL = (
    "SELECT positions.mint AS mint, json_extract(facts, '$.creator') AS creator,"  # noqa: S608
    " max(cost - proceeds, 0) AS lamports"
    f" FROM positions LEFT JOIN intents ON intents.id = positions.id WHERE state IN ({_HELD_SQL})"
    " UNION ALL SELECT mint, json_extract(facts, '$.creator'), max_spend"
    f" FROM intents WHERE kind = 'buy' AND id IN ({_IN_FLIGHT_SQL})"
)


@dataclass(frozen=True, slots=True)
class Stake:
    """What is at stake in one token, or in those of one creator.

    Attributes:
        positions: held ones, and buys not proved dead.
        lamports: what they cost so far, less proceeds; buys in flight at their maximum.
    """

    positions: int = 0
    lamports: int = 0


NOTHING: Final = Stake()


class UsageReader:
    """Sums over an open journal. Times are Unix seconds, amounts lamports."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def entries_since(self, since: float, most: int) -> int:
        """Buys journalled after ``since`` that are not proved dead; counted up to ``most``."""
        return self._number(
            "SELECT count(*) AS total FROM (SELECT 1 FROM intents WHERE created_at > ? AND kind = 'buy'"
            " AND EXISTS (SELECT 1 FROM transactions WHERE intent_id = intents.id"
            " AND state NOT IN ('dead', 'superseded', 'abandoned')) LIMIT ?)",
            since,
            most,
        )

    def fees_since(self, since: float) -> int:
        """Network fees and tips of what was booked after ``since``, whatever became of it."""
        return self._number(
            "SELECT coalesce(sum(fee + tip), 0) AS total FROM fills WHERE booked_at > ?", since
        )

    def fees_in_flight(self) -> int:
        """The most that what is not proved dead may pay the network."""
        # Sales and closings spend nothing but fees.
        return self._number(
            "SELECT coalesce(sum(iif(kind IN ('sell', 'close_account'), max_spend,"  # noqa: S608
            f" json_extract(facts, '$.max_fee'))), 0) AS total FROM intents WHERE id IN ({_IN_FLIGHT_SQL})"
        )

    def losing_streak(self, most: int) -> tuple[int, float]:
        """Positions closed at a loss in a row up to now, and when the last of them closed (0.0: none).

        Counts from the last ``resume`` on, and up to ``most``. Rent is left out: it comes back when the token
        account is closed, a transaction later.
        """
        rows = self._db.rows(
            "SELECT proceeds - cost - fees AS won, closed_at FROM positions WHERE closed_at > coalesce("
            "(SELECT changed_at FROM flags WHERE name = 'halted' AND value = ''), 0)"
            " ORDER BY closed_at DESC, rowid DESC LIMIT ?",
            most,
        )
        streak = next((number for number, row in enumerate(rows) if row["won"] >= 0), len(rows))
        return streak, float(rows[0]["closed_at"]) if streak else 0.0

    def of_mint(self, mint: str) -> Stake:
        """At stake in one token, over all its pools."""
        return self._stakes("mint").get(mint, NOTHING)

    def of_creator(self, creator: str) -> Stake:
        """At stake in all tokens of one creator."""
        return self._stakes("creator").get(creator, NOTHING)

    def most_of_a_mint(self) -> Stake:
        """The most that is at stake in any one token."""
        return _largest(self._stakes("mint"))

    def most_of_a_creator(self) -> Stake:
        """The most positions and the most lamports that are at stake in the tokens of any one creator."""
        return _largest(self._stakes("creator"))

    def _stakes(self, column: str) -> dict[str, Stake]:
        rows = self._db.rows(
            f"SELECT {column} AS key, count(*) AS positions, sum(lamports) AS lamports"  # noqa: S608
            f" FROM ({_AT_STAKE_SQL}) WHERE key <> '' GROUP BY key"
        )
        return {str(row["key"]): Stake(int(row["positions"]), int(row["lamports"])) for row in rows}

    def _number(self, sql: str, *arguments: object) -> int:
        row = self._db.row(sql, *arguments)
        assert row is not None, "a sum has a row"
        return int(row["total"])


def _largest(stakes: dict[str, Stake]) -> Stake:
    return Stake(
        max((stake.positions for stake in stakes.values()), default=0),
        max((stake.lamports for stake in stakes.values()), default=0),
    )
