"""The life of a transaction: the table, the whole table, and nothing beside it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniperforge.domain.lifecycle import (
    TRANSITIONS,
    UNRESOLVED,
    IllegalTransitionError,
    TxEvent,
    TxState,
    advance,
)

# Written out once more, from the design's words: a change of the table must be meant.
LEGAL = {
    (TxState.PLANNED, TxEvent.SUBMIT): TxState.SUBMITTED,
    (TxState.PLANNED, TxEvent.ABANDON): TxState.ABANDONED,
    (TxState.SUBMITTED, TxEvent.LANDED): TxState.CONFIRMED,
    (TxState.SUBMITTED, TxEvent.FAILED): TxState.REJECTED,
    (TxState.SUBMITTED, TxEvent.OVERTAKEN): TxState.SUPERSEDED,
    (TxState.SUBMITTED, TxEvent.EXPIRED): TxState.DEAD,
    (TxState.REJECTED, TxEvent.ROLLED_BACK): TxState.SUBMITTED,
    (TxState.SUPERSEDED, TxEvent.ROLLED_BACK): TxState.SUBMITTED,
    (TxState.SUPERSEDED, TxEvent.EXPIRED): TxState.DEAD,
    (TxState.CONFIRMED, TxEvent.FINALIZED): TxState.FINALIZED,
    (TxState.CONFIRMED, TxEvent.ROLLED_BACK): TxState.SUBMITTED,
}
FINAL = {TxState.FINALIZED, TxState.DEAD, TxState.ABANDONED}


@pytest.mark.parametrize("event", TxEvent)
@pytest.mark.parametrize("state", TxState)
def test_every_pair_of_state_and_event(state: TxState, event: TxEvent) -> None:
    """A legal step leads where the design says; any other raises and names both."""
    if (state, event) in LEGAL:
        assert advance(state, event) is LEGAL[state, event]
        return
    with pytest.raises(IllegalTransitionError, match=f"{event} cannot happen to a {state} transaction"):
        advance(state, event)


def test_the_table_names_every_state() -> None:
    """No state is missing, so an illegal event is never taken for an unknown state."""
    assert set(TRANSITIONS) == set(TxState)
    assert {state for state, steps in TRANSITIONS.items() if not steps} == FINAL


def test_what_is_not_resolved_can_still_end_well_or_badly() -> None:
    """Unresolved states are those from which a transaction may yet land; final ones are never among them."""
    assert frozenset({TxState.PLANNED, TxState.SUBMITTED}) == UNRESOLVED
    assert not UNRESOLVED & FINAL


def test_every_state_can_be_reached() -> None:
    """No state is there for show."""
    reached, edge = {TxState.PLANNED}, [TxState.PLANNED]
    while edge:
        for following in TRANSITIONS[edge.pop()].values():
            if following not in reached:
                reached.add(following)
                edge.append(following)
    assert reached == set(TxState)


@given(st.sampled_from(TxState), st.lists(st.sampled_from(TxEvent), max_size=12))
def test_any_sequence_of_events(start: TxState, events: list[TxEvent]) -> None:
    """Events lead to a state of the table or raise; once final, everything raises."""
    state = start
    for event in events:
        was = state
        try:
            state = advance(state, event)
        except IllegalTransitionError:
            assert (was, event) not in LEGAL
        else:
            assert was not in FINAL
            assert state is LEGAL[was, event]
    assert state in TxState


def test_states_and_events_are_their_names() -> None:
    """What is stored and shown is plain text, stable over versions."""
    assert [str(state) for state in TxState] == [
        "planned",
        "submitted",
        "confirmed",
        "finalized",
        "rejected",
        "superseded",
        "dead",
        "abandoned",
    ]
    assert TxState("dead") is TxState.DEAD
