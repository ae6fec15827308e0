"""What risk checks found about one pool, and what was decided: the values behind the decision journal."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Outcome(StrEnum):
    """What one check found."""

    PASS = "pass"  # noqa: S105 - an outcome
    FAIL = "fail"
    UNKNOWN = "unknown"


class Decided(StrEnum):
    """What was decided about a pool. Only ``ACCEPTED`` may be bought."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    WATCHED = "watched"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check with its facts.

    Attributes:
        name: the check, for example ``mint_authority``.
        outcome: see :class:`Outcome`; ``UNKNOWN`` when data was missing.
        reason: one line for people.
        facts: the numbers and addresses that it rests on.
    """

    name: str
    outcome: Outcome
    reason: str
    facts: Mapping[str, str | int] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """The document form; facts are text, exact in any parser."""
        return {
            "name": self.name,
            "outcome": self.outcome.value,
            "reason": self.reason,
            "facts": {name: str(value) for name, value in self.facts.items()},
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every check of one pool and the decision that follows.

    Attributes:
        pool, mint: base58.
        results: all checks, in the order in which they ran.
        decided: see :class:`Decided`.
        refusals: names of the checks that stood in the way, in the order of ``results``.
    """

    pool: str
    mint: str
    results: tuple[CheckResult, ...]
    decided: Decided
    refusals: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether the pool may be bought."""
        return self.decided is Decided.ACCEPTED

    @property
    def grounds(self) -> tuple[str, ...]:
        """What a refusal is put down to: the checks that failed; those that could not tell when none did."""
        failed = tuple(name for name in self.refusals if self.result(name).outcome is Outcome.FAIL)
        return failed or self.refusals

    @property
    def pending(self) -> bool:
        """Whether time may still help: something stands in the way, and none of it is known to be bad."""
        return bool(self.refusals) and all(
            self.result(name).outcome is Outcome.UNKNOWN for name in self.refusals
        )

    @property
    def summary(self) -> str:
        """One line: the decision, the first of its :attr:`grounds`, and how many more stood in the way."""
        if not self.refusals:
            return self.decided.value
        first = self.grounds[0]
        others = len(self.refusals) - 1
        more = f" (and {others} more)" if others else ""
        return f"{self.decided.value}: {first}: {self.result(first).reason}{more}"

    def result(self, name: str) -> CheckResult:
        """The result of the check called ``name``.

        Raises:
            KeyError: no such check ran.
        """
        for found in self.results:
            if found.name == name:
                return found
        raise KeyError(name)

    def to_json(self) -> dict[str, object]:
        """The document form, as ``why --json`` shows it."""
        return {
            "pool": self.pool,
            "mint": self.mint,
            "decided": self.decided.value,
            "summary": self.summary,
            "refusals": list(self.refusals),
            "results": [found.to_json() for found in self.results],
        }
