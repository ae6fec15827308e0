"""What the program's log lines say."""

from __future__ import annotations

import base64
import struct

from hypothesis import given, settings
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from sniperforge.dex.raydium_cpmm.log_events import (
    LpChangeLog,
    SwapLog,
    creation_amounts,
    logged_events,
)
from sniperforge.domain.addresses import SYSTEM_PROGRAM, USDC_MINT, WSOL_MINT

SWAP = bytes.fromhex("40c6cde8260871e2")
LP_CHANGE = bytes.fromhex("79a3cdc939da753c")
POOL = bytes(Pubkey.from_string(USDC_MINT))


def data_line(data: bytes) -> str:
    """An event as the runtime logs it."""
    return "Program data: " + base64.b64encode(data).decode()


def test_creation_amounts_are_read_exactly() -> None:
    """The line of a recorded creation, and nothing that only resembles it."""
    line = "Program log: liquidity:249494557026, lock_lp_amount:100, vault_0_amount:303897037,vault_1_amount:204831000000000"
    assert creation_amounts(["Program log: x", line]) == {
        "liquidity": 249494557026,
        "lock_lp_amount": 100,
        "vault_0_amount": 303897037,
        "vault_1_amount": 204831000000000,
    }
    for other in (line + "0" * 20, line + "x", line.replace("log", "data"), line.replace("100", "-1"), ""):
        assert creation_amounts([other]) == {}


def test_both_lengths_of_a_swap_event() -> None:
    """Older programs leave out mints and fees."""
    short = SWAP + POOL + struct.pack("<6Q?", 1, 2, 30, 40, 5, 6, True)
    (log,) = logged_events([data_line(short)])
    assert log == SwapLog(USDC_MINT, 1, 2, 30, 40, 5, 6, base_input=True)
    assert log.amounts() == {
        "amount_in": 35,
        "amount_out": 34,
        "input_amount": 30,
        "output_amount": 40,
        "input_transfer_fee": 5,
        "output_transfer_fee": 6,
        "input_vault_before": 1,
        "output_vault_before": 2,
    }
    tail = bytes(Pubkey.from_string(WSOL_MINT)) + bytes(32) + struct.pack("<QQ?", 7, 8, False)
    (log,) = logged_events([data_line(short + tail)])
    assert isinstance(log, SwapLog)
    assert (log.input_mint, log.output_mint) == (WSOL_MINT, SYSTEM_PROGRAM)
    assert (log.trade_fee, log.creator_fee, log.creator_fee_on_input) == (7, 8, False)
    assert (log.amounts()["trade_fee"], log.amounts()["creator_fee"]) == (7, 8)


def test_liquidity_changes() -> None:
    """Deposits and withdrawals share an event; its last byte tells which."""
    for kind, removed in ((0, False), (1, True)):
        event = LP_CHANGE + POOL + struct.pack("<7QB", 1, 2, 3, 4, 5, 6, 7, kind)
        (log,) = logged_events([data_line(event)])
        assert log == LpChangeLog(USDC_MINT, 1, 2, 3, 4, 5, 6, 7, removed=removed)
        assert log.amounts()["token_1_transfer_fee"] == 7


def test_what_is_no_event_is_passed_over() -> None:
    """Short, foreign and undecodable data, and logs that are not data, give nothing."""
    lines = [
        data_line(SWAP + bytes(80)),
        data_line(LP_CHANGE + bytes(88)),
        data_line(bytes(200)),
        "Program data: !!!",
        "Program data: é",
        "Program log: " + base64.b64encode(SWAP + bytes(200)).decode(),
    ]
    assert logged_events(lines) == []


@settings(deadline=None)
@given(st.sampled_from([SWAP, LP_CHANGE]), st.binary(max_size=300))
def test_any_event_body_is_read_or_passed_over(discriminator: bytes, body: bytes) -> None:
    """No body raises."""
    events = logged_events([data_line(discriminator + body)])
    assert len(events) <= 1


@settings(deadline=None)
@given(st.text())
def test_any_line_is_read_or_passed_over(text: str) -> None:
    """No line raises."""
    assert len(logged_events(["Program data: " + text])) <= 1
    assert creation_amounts(["Program log: " + text]) == {}
