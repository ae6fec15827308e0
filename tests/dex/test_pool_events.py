"""Events with their sides named."""

from __future__ import annotations

from sniperforge.dex.invoke_stack import Frame
from sniperforge.dex.pool_events import event_of_call, event_of_frame
from sniperforge.dex.venue import Call
from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.domain.chain import InstructionView, LogsNotice, TransactionView
from sniperforge.domain.pool import EventKind

VIEWS = (InstructionView("router", (), b"", (0,), 1), InstructionView("dex", (), b"", (0, 0), 2))
VIEW = TransactionView("sig", 9, None, {"x": 1}, 0, (), VIEWS, (), (), (), (), ())
AMOUNTS = {"a": 1, "b": 2}


def test_wsol_is_the_quote_wherever_it_stands() -> None:
    """Mints, vaults and sided amounts follow it; the caller is told."""
    event = event_of_call(
        Call(VIEW, 1, None),
        "x",
        EventKind.POOL_CREATED,
        pool="p",
        mints=(WSOL_MINT, "t"),
        vaults=("v0", "v1"),
        amounts=AMOUNTS,
        facts={"creator": "c"},
        sided=("a", "b"),
    )
    assert (event.base_mint, event.base_vault, event.quote_mint, event.quote_vault) == (
        "t",
        "v1",
        WSOL_MINT,
        "v0",
    )
    assert event.amounts == {"a": 1, "b": 2, "base_amount": 2, "quote_amount": 1}
    assert event.facts == {"creator": "c", "caller": "router"}
    assert (event.failed, event.path, event.signature, event.slot) == (True, (0, 0), "sig", 9)


def test_logs_leave_open_what_they_do_not_tell() -> None:
    """No mints, no vaults; amounts without their pair are not sided."""
    frame, notice = Frame("dex", 1, ()), LogsNotice("sig", 9, None, ())
    event = event_of_frame(frame, notice, "x", EventKind.SWAP, amounts={"a": 1}, sided=("a", "b"))
    assert (event.pool, event.base_mint, event.quote_vault, event.failed) == ("", "", "", False)
    assert event.amounts == {"a": 1}
