"""Token accounts of both token programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniperforge.domain.addresses import (
    INCINERATOR,
    SYSTEM_PROGRAM,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    USDC_MINT,
    WSOL_MINT,
)
from sniperforge.domain.chain import Account
from sniperforge.errors import DecodeError
from sniperforge.tokens.account import decode_token_account
from sniperforge.tokens.addresses import pubkey

if TYPE_CHECKING:
    from collections.abc import Callable


def pack(
    *,
    mint: str = USDC_MINT,
    raw: int = 5,
    delegate: str | None = None,
    state: int = 1,
    reserve: int | None = None,
    closer: str | None = None,
) -> bytes:
    """The 165 bytes of a token account of the incinerator."""

    def option(value: bytes | None, size: int) -> bytes:
        return bytes(4 + size) if value is None else b"\x01\0\0\0" + value

    return b"".join(
        (
            bytes(pubkey(mint)),
            bytes(pubkey(INCINERATOR)),
            raw.to_bytes(8, "little"),
            option(bytes(pubkey(delegate)) if delegate else None, 32),
            bytes([state]),
            option(None if reserve is None else reserve.to_bytes(8, "little"), 8),
            (3 if delegate else 0).to_bytes(8, "little"),
            option(bytes(pubkey(closer)) if closer else None, 32),
        )
    )


def account(data: bytes, owner: str = TOKEN_PROGRAM) -> Account:
    """An account at the system program's address with 99 lamports."""
    return Account(SYSTEM_PROGRAM, owner, 99, data)


def test_every_field_is_read() -> None:
    """A frozen, delegated account with a close authority gives all of it."""
    found = decode_token_account(account(pack(delegate=TOKEN_PROGRAM, state=2, closer=WSOL_MINT)))
    assert (found.mint, found.owner, found.raw) == (USDC_MINT, INCINERATOR, 5)
    assert (found.delegate, found.delegated_raw, found.close_authority) == (TOKEN_PROGRAM, 3, WSOL_MINT)
    assert found.frozen
    assert not found.is_native
    assert (found.lamports, found.withheld_raw, found.program) == (99, 0, TOKEN_PROGRAM)


def test_wrapped_sol_has_a_reserve() -> None:
    """A native account says how much rent it keeps apart; nobody else may touch this one."""
    found = decode_token_account(account(pack(mint=WSOL_MINT, reserve=2_039_280)))
    assert found.is_native
    assert found.native_reserve == 2_039_280
    assert (found.delegate, found.close_authority, found.frozen) == (None, None, False)


def test_withheld_fees_of_token_2022() -> None:
    """A longer account gives the transfer fees that it withholds, other extensions skipped."""
    extensions = b"\x07\0\0\0" + b"\x02\0\x08\0" + (42).to_bytes(8, "little")
    found = decode_token_account(account(pack() + b"\x02" + extensions, TOKEN_2022_PROGRAM))
    assert found.withheld_raw == 42


def test_recorded_lp_account(
    shared_file: Callable[[str], dict], shared_account: Callable[[dict], Account]
) -> None:
    """The creator's LP account after the burn is empty and his."""
    document = shared_file("lp_burned_cpmm.json")["accounts_after"]["creator_lp_ata"]
    found = decode_token_account(shared_account(document))
    assert found.raw == 0
    assert found.owner == "DUtA918GSDEeybYfTdBxNBcFMKUPKsyJ6Cf5CmfGPwUn"
    assert found.mint == "5179DhrFyr8EBK66DH9zGDhkbgsbACaombXxzMibG36D"


@pytest.mark.parametrize(
    ("data", "owner", "words"),
    [
        (pack(), SYSTEM_PROGRAM, "not by a token program"),
        (pack()[:-1], TOKEN_PROGRAM, "has 164 bytes"),
        (pack() + b"\x02", TOKEN_PROGRAM, "has 166 bytes"),
        (pack() + b"\x02" + bytes(189), TOKEN_2022_PROGRAM, "has 355 bytes"),
        (pack() + b"\x01", TOKEN_2022_PROGRAM, "another kind"),
        (pack(state=0), TOKEN_PROGRAM, "state 0"),
        (pack(state=3), TOKEN_PROGRAM, "state 3"),
        (pack()[:72] + b"\x07" + pack()[73:], TOKEN_PROGRAM, "option tag at byte 72"),
    ],
)
def test_what_is_no_token_account_is_refused(data: bytes, owner: str, words: str) -> None:
    """Other owners, sizes, kinds, states and tags are named in the error."""
    with pytest.raises(DecodeError, match=words):
        decode_token_account(account(data, owner))


@given(st.binary(max_size=400), st.sampled_from([TOKEN_PROGRAM, TOKEN_2022_PROGRAM]))
def test_any_bytes_decode_or_are_refused(data: bytes, owner: str) -> None:
    """No input raises anything but DecodeError."""
    try:
        decode_token_account(account(data, owner))
    except DecodeError:
        return


@given(st.binary(max_size=80), st.integers(0, 164), st.integers(0, 255))
def test_damaged_accounts_decode_or_are_refused(tail: bytes, where: int, byte: int) -> None:
    """A valid account with one byte changed and any extensions raises nothing but DecodeError."""
    data = bytearray(pack() + b"\x02" + tail)
    data[where] = byte
    try:
        decode_token_account(account(bytes(data), TOKEN_2022_PROGRAM))
    except DecodeError:
        return
