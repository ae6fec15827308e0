"""Rows as domain values: what goes in comes out, for any amounts and any text."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sniperforge.domain.lifecycle import TxState
from sniperforge.domain.trade import Attempt, Fill, Intent, IntentKind, Position, PositionState, Settlement
from sniperforge.store.journal import Journal
from sniperforge.store.rows import intent_of

if TYPE_CHECKING:
    from collections.abc import Iterator

U64 = st.integers(0, 2**64 - 1)
I64 = st.integers(-(2**63), 2**63 - 1)
LAMPORTS = st.integers(0, 2**63 - 1)
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
TIME = st.floats(0, 4e9)
FACTS = st.dictionaries(
    TEXT,
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**80), 2**80) | TEXT,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
        max_leaves=5,
    ),
    max_size=4,
)
ERRORS = st.none() | TEXT | FACTS

INTENTS = st.builds(
    Intent,
    id=TEXT,
    kind=st.sampled_from(IntentKind),
    origin=TEXT,
    mint=TEXT,
    pool=TEXT,
    dex=TEXT,
    max_spend=LAMPORTS,
    amount_in=U64,
    created_at=TIME,
    position_id=st.none() | TEXT,
    client_key=st.none() | TEXT,
    reason=TEXT,
    facts=FACTS,
)
ATTEMPTS = st.builds(
    Attempt,
    signature=TEXT,
    intent_id=TEXT,
    number=st.integers(1, 9),
    raw=st.binary(max_size=64),
    last_valid_height=LAMPORTS,
    state=st.just(TxState.SUBMITTED),
    created_at=TIME,
    min_out=U64,
)
SETTLEMENTS = st.builds(
    Settlement,
    signature=TEXT,
    slot=LAMPORTS,
    block_time=st.none() | I64,
    lamports_delta=I64,
    wsol_delta=I64,
    token_deltas=st.just({}),
    fee=LAMPORTS,
    tip=LAMPORTS,
    rent_paid=LAMPORTS,
    rent_returned=LAMPORTS,
    trade=I64,
    err=ERRORS,
)
FILLS = st.builds(
    Fill,
    settlement=SETTLEMENTS,
    intent_id=TEXT,
    kind=st.sampled_from(IntentKind),
    origin=TEXT,
    mint=TEXT,
    pool=TEXT,
    dex=TEXT,
    decimals=st.integers(0, 255),
    token_delta=st.integers(1 - 2**64, 2**64 - 1),
    position_id=st.none() | TEXT,
    commitment=st.sampled_from(["confirmed", "finalized"]),
    booked_at=TIME,
)
POSITIONS = st.builds(
    Position,
    id=TEXT,
    mint=TEXT,
    pool=TEXT,
    dex=TEXT,
    origin=TEXT,
    state=st.sampled_from(PositionState),
    raw=U64,
    decimals=st.integers(0, 255),
    token_account=TEXT,
    token_program=TEXT,
    cost=I64,
    proceeds=I64,
    fees=LAMPORTS,
    rent=I64,
    opened_at=TIME,
    closed_at=st.none() | TIME,
    peak_value=LAMPORTS,
    entry_liquidity=U64,
    exit_policy=FACTS,
    exit_attempts=st.integers(0, 1_000),
    note=TEXT,
)


@pytest.fixture(scope="module")
def journal() -> Iterator[Journal]:
    """One file for all examples: each starts from empty tables."""
    with tempfile.TemporaryDirectory() as folder:
        made = Journal(Path(folder) / "journal.db")
        made._db._connection.execute("PRAGMA synchronous=OFF")
        yield made
        made.close()


def empty(journal: Journal) -> None:
    """Forget everything."""
    with journal._db.transaction() as connection:
        for table in ("fills", "positions", "transactions", "intents"):
            connection.execute(f"DELETE FROM {table}")


@settings(deadline=None)
@given(intent=INTENTS, attempt=ATTEMPTS, fill=FILLS, position=POSITIONS)
def test_values_survive_the_journal(
    journal: Journal, intent: Intent, attempt: Attempt, fill: Fill, position: Position
) -> None:
    """An intent, its transaction, its fill and its position come back equal."""
    empty(journal)
    attempt = replace(attempt, intent_id=intent.id)
    settlement = replace(fill.settlement, signature=attempt.signature)
    fill = replace(fill, settlement=settlement, intent_id=intent.id)
    journal.record_intent(intent, attempt)
    assert journal.intent(intent.id) == intent
    assert journal.attempt(attempt.signature) == attempt
    journal.open_position(position, fill)
    assert journal.position(position.id) == position
    deltas = {fill.mint: fill.token_delta} if fill.token_delta else {}
    assert journal.fill(attempt.signature) == replace(
        fill, settlement=replace(settlement, token_deltas=deltas)
    )


def test_nothing_stays_nothing() -> None:
    """No row is no intent."""
    assert intent_of(None) is None
