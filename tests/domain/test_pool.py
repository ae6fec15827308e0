"""Pools as the domain sees them: the document form of events."""

from __future__ import annotations

import json

from sniperforge.domain.pool import EventKind, PoolEvent, Quote

FIELDS = ("dex", "kind", "program_id", "pool", "base_mint", "quote_mint", "base_vault", "quote_vault")


def event(**changes: object) -> PoolEvent:
    """A swap with amounts, facts and a place."""
    values: dict[str, object] = {
        **{name: name for name in FIELDS},
        "kind": EventKind.SWAP,
        "amounts": {"amount_in": 2**64 - 1, "amount_out": 0},
        "facts": {"side": "buy"},
        "signature": "sig",
        "slot": 5,
        "path": (2, 11),
    }
    return PoolEvent(**{**values, **changes})  # type: ignore[arg-type]


def test_the_document_is_flat_and_exact() -> None:
    """Amounts are text, so that any JSON parser keeps them; facts and place stand beside the identity."""
    document = event().to_json()
    assert json.loads(json.dumps(document)) == {
        **{name: name for name in FIELDS},
        "kind": "swap",
        "amount_in": "18446744073709551615",
        "amount_out": "0",
        "side": "buy",
        "signature": "sig",
        "slot": 5,
        "path": "2.11",
        "failed": False,
    }


def test_what_is_not_known_is_empty_and_a_failure_is_said() -> None:
    """An event from logs alone has empty fields, never missing ones."""
    bare = PoolEvent("raydium_cpmm", EventKind.POOL_CREATED, "p", "", "", "", "", "", failed=True).to_json()
    assert all(name in bare for name in FIELDS)
    assert (bare["pool"], bare["path"], bare["slot"], bare["failed"]) == ("", "", 0, True)


def test_kinds_are_the_words_of_the_documents() -> None:
    """These words are what ``pools decode`` prints."""
    assert {kind.value for kind in EventKind} == {
        "pool_created",
        "swap",
        "migrated",
        "liquidity_added",
        "liquidity_removed",
    }


def test_a_quote_is_a_value() -> None:
    """Equal facts are the same quote."""
    assert Quote("a", "b", 1, 2, 3, 4) == Quote("a", "b", 1, 2, 3, 4)
