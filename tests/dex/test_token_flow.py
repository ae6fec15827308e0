"""What moved through token accounts."""

from __future__ import annotations

import pytest

from sniperforge.dex.document import parse_document
from sniperforge.dex.raydium_cpmm.program import MAINNET as CPMM
from sniperforge.dex.token_flow import (
    mint_of,
    mints_of,
    received_by,
    sent_between,
    sent_from,
    swapped_between,
)
from sniperforge.dex.venue import Call
from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAM, WSOL_MINT
from sniperforge.domain.chain import TransactionView
from sniperforge.testing.fixtures import read_recording, recordings
from tests.dex.made import address, addresses, transaction, transfer

SOL_VAULT = "9EC8qQGtw7wsBU5ySb9hQdYRcduhjiftSdPhW52WHmXc"
TOKEN_VAULT = "FSr3rtJ5tPMVuG7ePMmaZvp75c6Syg2hb2ZkNEa5N7z1"


@pytest.fixture(scope="module")
def route() -> TransactionView:
    """A recorded route through two CPMM pools and one of another venue."""
    view = parse_document(read_recording(recordings("raydium_cpmm")["swap_x2_dlmm_213kMyMK"]))
    assert isinstance(view, TransactionView)
    return view


def at(view: TransactionView, *path: int) -> Call:
    """The call at a path."""
    paths = [instruction.path for instruction in view.instructions]
    return Call(view, paths.index(path), None)


def test_received_is_the_change_of_the_balance(route: TransactionView) -> None:
    """A vault that paid shows a negative change, an account without a balance none at all."""
    assert received_by(route, TOKEN_VAULT) == 88_120_000_000
    assert received_by(route, SOL_VAULT) == -187_540_590
    assert received_by(route, route.accounts[0]) is None


def test_transfers_after_a_call_are_found(route: TransactionView) -> None:
    """The first transfers into the input vault and out of the output vault belong to the call."""
    assert sent_between(at(route, 2, 6), TOKEN_VAULT, SOL_VAULT) == (88_120_000_000, 187_540_590)


def test_transfers_of_other_calls_are_not(route: TransactionView) -> None:
    """Nothing before the call and nothing of another outer instruction counts."""
    assert sent_between(at(route, 2, 12), TOKEN_VAULT, SOL_VAULT) == (None, None)
    assert sent_between(at(route, 0), TOKEN_VAULT, SOL_VAULT) == (None, None)


def test_mints_of_a_pair_are_told_by_balances(route: TransactionView) -> None:
    """Each side by its first account with a balance; both sides or none."""
    token_mint, nobody = mint_of(route, TOKEN_VAULT), route.accounts[0]
    pair = (TOKEN_VAULT, SOL_VAULT)
    assert mints_of(route, pair) == (token_mint, WSOL_MINT)
    assert mints_of(route, (nobody, SOL_VAULT), (TOKEN_VAULT, nobody)) == (token_mint, WSOL_MINT)
    assert mints_of(route, (nobody, SOL_VAULT)) == ("", "")


def test_a_swap_by_its_transfers(route: TransactionView) -> None:
    """Of an old token both ends of a transfer see the same amount, of another only the sender's is known."""
    sides = {"amount_in": 88_120_000_000, "output_amount": 187_540_590}
    found = swapped_between(at(route, 2, 6), TOKEN_VAULT, SOL_VAULT)
    assert {name: found[name] for name in sides} == sides
    assert found["amount_out"] == 187_540_590
    assert swapped_between(at(route, 0), TOKEN_VAULT, SOL_VAULT) == {}
    accounts, (user, vault_in, vault_out) = [address(9)], addresses(3)
    for program, arrives in ((TOKEN_PROGRAM, True), (TOKEN_2022_PROGRAM, False)):
        inner = [transfer(user, vault_in, 7, program), transfer(vault_out, user, 8, program)]
        call = Call(transaction(CPMM, accounts, b"", inner=inner), 0, None)
        sent, ends = {"amount_in": 7, "output_amount": 8}, {"input_amount": 7, "amount_out": 8}
        assert swapped_between(call, vault_in, vault_out) == sent | (ends if arrives else {})
        assert swapped_between(call, vault_in, vault_out, untaxed=True) == sent | ends


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\x03" + bytes([7, *bytes(7)]), 7),
        (b"\x0c" + bytes([7, *bytes(7)]) + b"\x06", 7),
        (b"\x1a\x01" + bytes([7, *bytes(7)]) + b"\x06" + bytes(8), 7),
        (b"\x1a\x02" + bytes([7, *bytes(7)]) + b"\x06" + bytes(8), None),
        (b"\x0c" + bytes([7, *bytes(7)]), None),
        (b"\x07" + bytes([7, *bytes(7)]), None),
        (b"", None),
    ],
    ids=["transfer", "checked", "with fee", "other of that tag", "cut", "mint", "empty"],
)
def test_forms_of_transfers(data: bytes, expected: int | None) -> None:
    """Three forms, told apart by tag and length."""
    source, middle, last, more = addresses(4)
    inner = [(TOKEN_2022_PROGRAM, [source, middle, last, more], data)]
    call = Call(transaction(CPMM, [source], b"", inner=inner), 0, None)
    into = middle if data[:1] == b"\x03" else last
    assert sent_between(call, into, "")[0] == expected
    assert sent_between(call, "", source)[1] == expected


def test_all_that_left_an_account() -> None:
    """Several transfers are summed; those of others do not count."""
    source, other = addresses(2)
    inner = [transfer(source, other, 5), transfer(other, source, 9), transfer(source, other, 7)]
    call = Call(transaction(CPMM, [source], b"", inner=inner), 0, None)
    assert sent_from(call, source) == 12
    assert sent_from(call, CPMM) is None
