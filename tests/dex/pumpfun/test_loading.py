"""From fetched accounts to a state, and from a curve to its coin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sniperforge.dex.pumpfun import program
from sniperforge.dex.pumpfun.loading import load_state, mint_of, needed_by
from sniperforge.domain.addresses import SYSTEM_PROGRAM, TOKEN_PROGRAM, USDC_MINT
from sniperforge.domain.chain import Account
from sniperforge.errors import DecodeError, NotFoundError
from tests.dex.pumpfun.conftest import MINT, mint_account, transfer_fee

COMMON = (program.GLOBAL, program.FEE_CONFIG)


def test_what_a_curve_needs(curve_accounts: Callable[..., Any]) -> None:
    """By its own address its mint must be known; by its mint everything follows."""
    made = curve_accounts()
    chain = made.pack()
    known = {made.curve: chain[made.curve], MINT: chain[MINT]}
    assert needed_by(made.curve, known) == (made.curve, MINT, *COMMON)
    assert needed_by(MINT, {MINT: chain[MINT]}) == (made.curve, MINT, *COMMON)
    other = curve_accounts(quote_mint=USDC_MINT)
    assert needed_by(MINT, other.pack()) == (made.curve, MINT, *COMMON, USDC_MINT)


def test_a_curve_does_not_name_its_coin(curve_accounts: Callable[..., Any]) -> None:
    """Other mints beside it are not taken for it; the error says what to give."""
    made = curve_accounts()
    known = {made.curve: made.pack()[made.curve], USDC_MINT: mint_account(USDC_MINT), "gone": None}
    with pytest.raises(NotFoundError) as caught:
        mint_of(made.curve, known)
    assert "mint" in (caught.value.hint or "")
    with pytest.raises(NotFoundError):
        needed_by(made.curve, {made.curve: None})


def test_loading_by_either_name(curve_accounts: Callable[..., Any]) -> None:
    """Both give the same state."""
    made = curve_accounts(quote_mint=USDC_MINT)
    by_curve = load_state(made.curve, made.pack(), epoch=5)
    assert by_curve == load_state(MINT, made.pack(), epoch=5)
    assert (by_curve.coin.quote_program, by_curve.coin.quote_decimals) == (TOKEN_PROGRAM, 8)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"token_tail": transfer_fee(100)}, DecodeError),
        ({"quote_mint": USDC_MINT, "quote_tail": transfer_fee(1)}, DecodeError),
        ({"replaced": {program.GLOBAL: None}}, NotFoundError),
        ({"replaced": {program.FEE_CONFIG: Account("x", SYSTEM_PROGRAM, 1, b"")}}, DecodeError),
    ],
    ids=["coin with a fee", "quote with a fee", "no rules", "other schedules"],
)
def test_what_is_not_as_it_should_be(
    changes: dict[str, Any], error: type[Exception], curve_accounts: Callable[..., Any]
) -> None:
    """Nothing is guessed."""
    made = curve_accounts(**changes)
    with pytest.raises(error):
        load_state(made.curve, made.pack(), epoch=5)


def test_a_transfer_fee_of_nothing_is_none(curve_accounts: Callable[..., Any]) -> None:
    """Some quotes carry the extension without a rate."""
    made = curve_accounts(quote_mint=USDC_MINT, quote_tail=transfer_fee(0))
    assert load_state(MINT, made.pack(), epoch=5).quote_mint == USDC_MINT
