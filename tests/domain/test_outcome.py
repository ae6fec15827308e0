"""How an intent ended."""

from __future__ import annotations

import dataclasses

import pytest

from sniperforge.domain.outcome import Outcome, OutcomeKind


@pytest.mark.parametrize("kind", OutcomeKind)
def test_only_a_fill_is_what_was_wanted(kind: OutcomeKind) -> None:
    """Unknown, dead, rejected and refused are all not ok."""
    assert Outcome(kind).ok is (kind is OutcomeKind.FILLED)


def test_a_refusal_needs_no_transaction() -> None:
    """What was never signed has no id, no signature and no fill."""
    refused = Outcome(OutcomeKind.REFUSED, reason="over the limit")
    assert (refused.intent_id, refused.signature, refused.fill) == ("", "", None)


def test_an_outcome_does_not_change() -> None:
    """It is a value: what was learnt later is another outcome."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        Outcome(OutcomeKind.UNKNOWN).kind = OutcomeKind.DEAD  # type: ignore[misc]
