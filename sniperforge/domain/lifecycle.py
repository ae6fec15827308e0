"""The life of a transaction: one table, one function. Whatever moves a transaction's state stands here."""

from __future__ import annotations

from enum import StrEnum


class TxState(StrEnum):
    """Where a transaction is. People see ``SUBMITTED`` as ``unknown`` once its outcome is in doubt."""

    PLANNED = "planned"
    SUBMITTED = "submitted"
    CONFIRMED = "confirmed"
    FINALIZED = "finalized"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    DEAD = "dead"
    ABANDONED = "abandoned"


class TxEvent(StrEnum):
    """What was learnt about a transaction."""

    SUBMIT = "submit"
    ABANDON = "abandon"
    LANDED = "landed"
    FAILED = "failed"
    OVERTAKEN = "overtaken"
    EXPIRED = "expired"
    FINALIZED = "finalized"
    ROLLED_BACK = "rolled_back"


TRANSITIONS: dict[TxState, dict[TxEvent, TxState]] = {
    TxState.PLANNED: {TxEvent.SUBMIT: TxState.SUBMITTED, TxEvent.ABANDON: TxState.ABANDONED},
    TxState.SUBMITTED: {
        TxEvent.LANDED: TxState.CONFIRMED,
        TxEvent.FAILED: TxState.REJECTED,
        TxEvent.OVERTAKEN: TxState.SUPERSEDED,
        TxEvent.EXPIRED: TxState.DEAD,
    },
    # A confirmed slot can still be dropped: what was in it, and what it overtook, is in flight again.
    TxState.CONFIRMED: {TxEvent.FINALIZED: TxState.FINALIZED, TxEvent.ROLLED_BACK: TxState.SUBMITTED},
    TxState.REJECTED: {TxEvent.ROLLED_BACK: TxState.SUBMITTED},
    TxState.SUPERSEDED: {TxEvent.EXPIRED: TxState.DEAD, TxEvent.ROLLED_BACK: TxState.SUBMITTED},
    TxState.FINALIZED: {},
    TxState.DEAD: {},
    TxState.ABANDONED: {},
}
"""``{state: {event: next state}}``; a pair that is absent is a bug in the caller."""

UNRESOLVED = frozenset({TxState.PLANNED, TxState.SUBMITTED})
"""States in which the outcome is not known: their spend counts against the limits."""


class IllegalTransitionError(Exception):
    """An event that cannot happen in this state."""


def advance(state: TxState, event: TxEvent) -> TxState:
    """The state that follows.

    Raises:
        IllegalTransitionError: the table has no such step.
    """
    try:
        return TRANSITIONS[state][event]
    except KeyError:
        raise IllegalTransitionError(f"{event} cannot happen to a {state} transaction") from None
