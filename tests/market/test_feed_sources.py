"""What each source's notifications tell, malformed ones included."""

from __future__ import annotations

from typing import Any

import pytest

from sniperforge.domain.chain import LogsNotice
from sniperforge.market.feed_sources import ACCOUNTS, BLOCKS, LOGS, SOURCES, Sighting, Touched

ENTRY = {"transaction": {"signatures": ["s"]}, "meta": {"err": None, "logMessages": ["a"]}}


def block(*entries: Any, slot: Any = 7) -> dict[str, Any]:
    """The result of a ``blockNotification``."""
    shown = {"blockTime": 99, "transactions": list(entries)}
    return {"context": {"slot": 7}, "value": {"slot": slot, "block": shown, "err": None}}


def test_a_blocks_transactions_are_told_whole() -> None:
    """Each with its logs, and with slot and time as a transaction alone has them; no logs are no lines."""
    silent = {"transaction": {"signatures": ["t"]}, "meta": {"err": {"X": 1}, "logMessages": None}}
    assert BLOCKS.read(block(ENTRY, silent)) == (
        Sighting(LogsNotice("s", 7, None, ("a",)), {**ENTRY, "slot": 7, "blockTime": 99}),
        Sighting(LogsNotice("t", 7, {"X": 1}, ()), {**silent, "slot": 7, "blockTime": 99}),
    )
    assert BLOCKS.read(block()) == ()


@pytest.mark.parametrize(
    "item",
    [
        None,
        {"value": {"slot": 7, "block": None, "err": "BlockStoreError"}},
        block(None),
        block({"transaction": {"signatures": []}, "meta": {}}),
        block({"transaction": {"signatures": [1]}, "meta": {}}),
        block({"transaction": {"signatures": ["s"]}, "meta": {"logMessages": [1]}}),
        block(ENTRY, slot="7"),
    ],
    ids=str,
)
def test_a_malformed_block(item: Any) -> None:
    """It is told as such."""
    assert BLOCKS.read(item) is None


def test_an_account_is_told_by_its_address() -> None:
    """Its contents do not matter; what has none is malformed."""
    assert ACCOUNTS.read({"context": {"slot": 7}, "value": {"pubkey": "p"}}) == (Touched("p", 7),)
    for item in (None, {"value": {}}, {"context": {"slot": 7}, "value": {"pubkey": 1}}):
        assert ACCOUNTS.read(item) is None


def test_what_nodes_are_asked() -> None:
    """A source's name is the node's method; blocks come whole, accounts empty."""
    assert set(SOURCES) == {"logsSubscribe", "blockSubscribe", "programSubscribe"}
    assert LOGS.params("P", "processed") == [{"mentions": ["P"]}, {"commitment": "processed"}]
    mentions, form = BLOCKS.params("P", "confirmed")
    assert (mentions, form["transactionDetails"]) == ({"mentionsAccountOrProgram": "P"}, "full")
    address, form = ACCOUNTS.params("P", "confirmed")
    assert (address, form["dataSlice"]) == ("P", {"offset": 0, "length": 0})
