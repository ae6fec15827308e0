"""How an intent ended, as far as is known. ``UNKNOWN`` is a state of its own, never a failure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sniperforge.domain.trade import Fill


class OutcomeKind(StrEnum):
    """What is known about an intent."""

    FILLED = "filled"
    REJECTED = "rejected"
    DEAD = "dead"
    UNKNOWN = "unknown"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of an intent, or of the wait for it.

    Attributes:
        kind: see :class:`OutcomeKind`.
        intent_id: ``""`` when it was refused before it was journalled.
        signature: of the last attempt, ``""`` when nothing was signed.
        reason: for people: the refusals, the program's error, why it is unknown.
        fill: what landed, for ``FILLED`` and ``REJECTED``.
        signed_at, landed_at: monotonic seconds, ``None`` when it did not come to that.
        details: of a refusal, each limit with its numbers.
    """

    kind: OutcomeKind
    intent_id: str = ""
    signature: str = ""
    reason: str = ""
    fill: Fill | None = None
    signed_at: float | None = None
    landed_at: float | None = None
    details: tuple[tuple[str, Any], ...] = ()

    @property
    def ok(self) -> bool:
        """Whether what was wanted happened."""
        return self.kind is OutcomeKind.FILLED
