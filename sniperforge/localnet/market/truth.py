"""What the market knows about its launches. Bots and engine may not import it: a contract checks that."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from sniperforge.errors import StorageError
from sniperforge.localnet.market.archetypes import ARCHETYPES, CURVE_ARCHETYPES, Archetype

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Event:
    """Something done to a launched token, with the signature of a transaction of it."""

    slot: int
    what: str
    signature: str

    def to_json(self) -> dict[str, Any]:
        """The document form."""
        return {"slot": self.slot, "what": self.what, "signature": self.signature}


@dataclass(slots=True)
class LaunchTruth:
    """One launch as its creator knows it.

    Attributes:
        mint, pool, creator: base58; ``pool`` is empty when no pool can hold the token.
        archetype: what it is.
        at_slot, at_time: slot and block time of its creation.
        events: what was done to it since.
    """

    number: int
    mint: str
    pool: str
    creator: str
    archetype: Archetype
    at_slot: int
    at_time: int
    events: list[Event] = field(default_factory=list)

    def facts(self) -> dict[str, Any]:
        """All but the events."""
        return {
            "number": self.number,
            "mint": self.mint,
            "pool": self.pool,
            "creator": self.creator,
            "archetype": self.archetype.name,
            "rug": self.archetype.rug,
            "readable": self.archetype.readable,
            "expected": self.archetype.expected,
            "slot": self.at_slot,
            "time": self.at_time,
        }

    def to_json(self) -> dict[str, Any]:
        """The document form, for scoring."""
        return self.facts() | {"events": [event.to_json() for event in self.events]}


class Truth:
    """Every launch of a run, by mint.

    Args:
        file: gets a line of JSON for each launch and each event as it happens, once :meth:`open` is called.
    """

    def __init__(self, file: Path | None = None) -> None:
        self.launches: dict[str, LaunchTruth] = {}
        self._file = file

    def open(self, *, goes_on: bool) -> None:
        """Begin the file anew, or go on after what it tells of a chain that was kept.

        Raises:
            StorageError: it cannot be written, or goes on after what is no truth file.
        """
        if self._file is None:
            return
        lines = self._load(self._file) if goes_on and self._file.exists() else []
        try:
            self._file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        except OSError as error:
            raise StorageError(f"{self._file} cannot be written: {error}") from None

    @classmethod
    def read(cls, file: Path) -> Self:
        """What such a file tells; a last line that a kill left half-written is left out.

        Raises:
            StorageError: it is no such file.
        """
        truth = cls()
        truth._load(file)
        return truth

    def add(self, launch: LaunchTruth) -> None:
        """Record a launch that is on chain."""
        self.launches[launch.mint] = launch
        self._write({"kind": "launch"} | launch.facts())

    def note(self, mint: str, event: Event) -> None:
        """Record something done to a launched token."""
        self.launches[mint].events.append(event)
        self._write({"kind": "event", "mint": mint} | event.to_json())

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

    def _load(self, file: Path) -> list[str]:
        try:
            lines = file.read_text(encoding="utf-8").split("\n")[:-1]
            for line in lines:
                self._take(json.loads(line))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StorageError(f"{file} is no truth file: {error!r}") from None
        return lines

    def _take(self, line: dict[str, Any]) -> None:
        if line["kind"] == "event":
            event = Event(line["slot"], line["what"], line["signature"])
            self.launches[line["mint"]].events.append(event)
            return
        kinds = {archetype.name: archetype for archetype in (*ARCHETYPES, *CURVE_ARCHETYPES)}
        self.launches[line["mint"]] = LaunchTruth(
            number=line["number"],
            mint=line["mint"],
            pool=line["pool"],
            creator=line["creator"],
            archetype=kinds[line["archetype"]],
            at_slot=line["slot"],
            at_time=line["time"],
        )

    def _write(self, line: dict[str, Any]) -> None:
        if self._file is None:
            return
        try:
            with self._file.open("a", encoding="utf-8") as out:
                out.write(json.dumps(line) + "\n")
        except OSError:
            self._file = None  # a full disk ends the file, not the market
