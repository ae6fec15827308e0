"""What a call moved by calls of its own."""

from __future__ import annotations

import struct

from sniperforge.dex.pumpfun.flows import lamports_sent, minted_to
from sniperforge.dex.venue import Call
from sniperforge.domain.addresses import SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM
from tests.dex.pumpfun.conftest import Calls, made_up

A, B, C = made_up(1), made_up(2), made_up(3)


def test_lamports_sent_are_those_of_the_sender() -> None:
    """Transfers of the system program alone, up to the event: what follows may be another call's."""
    calls = Calls().call("buy", (A,))
    calls.inner(SYSTEM_PROGRAM, (A, B), struct.pack("<IQ", 2, 700))
    calls.inner(SYSTEM_PROGRAM, (A, C), struct.pack("<IQ", 2, 33), height=3)
    calls.inner(SYSTEM_PROGRAM, (B, A), struct.pack("<IQ", 2, 5))
    calls.inner(SYSTEM_PROGRAM, (A, B), struct.pack("<IQQ", 0, 9, 9) + bytes(32))
    calls.inner(TOKEN_PROGRAM, (A, B), struct.pack("<IQ", 2, 9))
    calls.emit(b"event")
    calls.inner(SYSTEM_PROGRAM, (A, B), struct.pack("<IQ", 2, 9_999))
    call = Call(calls.view(), 0, None)
    assert (lamports_sent(call, A), lamports_sent(call, C)) == (733, 0)


def test_minted_tokens_are_summed_by_account() -> None:
    """Both ways of minting; ``None`` when nothing is told."""
    calls = Calls().call("create", (A,))
    calls.inner(TOKEN_PROGRAM, (A, B, C), struct.pack("<BQ", 7, 10))
    calls.inner(TOKEN_2022_PROGRAM, (A, B, C), struct.pack("<BQB", 14, 5, 6))
    calls.inner(TOKEN_PROGRAM, (A, C, B), struct.pack("<BQ", 7, 99))
    calls.inner(TOKEN_PROGRAM, (B,), b"\7")
    call = Call(calls.view(), 0, None)
    assert (minted_to(call, B), minted_to(call, C), minted_to(call, A)) == (15, 99, None)
