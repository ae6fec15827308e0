"""What the market knows about its launches. Bots and engine may not import it: a contract checks that."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sniperforge.localnet.market.archetypes import Archetype


@dataclass(slots=True)
class LaunchTruth:
    """One launch as its creator knows it.

    Attributes:
        mint, pool: base58.
        archetype: what it is.
        at_slot: slot of its creation.
        events: what was done to it since: ``(slot, text)``.
    """

    number: int
    mint: str
    pool: str
    archetype: Archetype
    at_slot: int
    events: list[tuple[int, str]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The document form, for scoring."""
        return {
            "number": self.number,
            "mint": self.mint,
            "pool": self.pool,
            "archetype": self.archetype.name,
            "rug": self.archetype.rug,
            "readable": self.archetype.readable,
            "slot": self.at_slot,
            "events": [{"slot": slot, "what": what} for slot, what in self.events],
        }


class Truth:
    """Every launch of a run, by mint."""

    def __init__(self) -> None:
        self.launches: dict[str, LaunchTruth] = {}

    def add(self, launch: LaunchTruth) -> None:
        """Record a launch that is on chain."""
        self.launches[launch.mint] = launch

    def note(self, mint: str, slot: int, what: str) -> None:
        """Record something done to a launched token."""
        self.launches[mint].events.append((slot, what))

    def score(self, seen: set[str], bought: set[str]) -> dict[str, dict[str, int]]:
        """``{class: {launched, seen, bought}}`` for ``organic`` (no rug) and ``rug``, then by archetype.

        Args:
            seen, bought: mints that a bot saw, and bought.
        """
        table: dict[str, dict[str, int]] = {
            "organic": {"launched": 0, "seen": 0, "bought": 0},
            "rug": {"launched": 0, "seen": 0, "bought": 0},
        }
        for launch in self.launches.values():
            kind = "rug" if launch.archetype.rug else "organic"
            for name in (kind, f"archetype:{launch.archetype.name}"):
                row = table.setdefault(name, {"launched": 0, "seen": 0, "bought": 0})
                row["launched"] += 1
                row["seen"] += launch.mint in seen
                row["bought"] += launch.mint in bought
        return table
