"""What is known of a sent transaction: it landed, it can never land, or neither is proved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Landed:
    """A transaction is in a slot; ``err`` says whether it had its effect.

    Attributes:
        slot: where it landed, or the slot of the notification that told so.
        err: decoded JSON; ``None`` means it succeeded.
        commitment: ``processed``, ``confirmed`` or ``finalized``: at least that was reached.
        signature: which of the attempts asked about it is.
    """

    slot: int
    err: Any
    commitment: str = "confirmed"
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Dead:
    """Proof that a transaction can never land; ``evidence`` is for people and the journal."""

    evidence: str


@dataclass(frozen=True, slots=True)
class InDoubt:
    """The wait ended without proof either way."""

    reason: str


Fate: TypeAlias = Landed | Dead | InDoubt
