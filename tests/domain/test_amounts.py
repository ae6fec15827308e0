"""Exact money: text to raw units and back."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.domain.amounts import (
    U64_MAX,
    TokenAmount,
    ceil_div,
    format_sol,
    format_units,
    lamports,
    parse_sol,
    parse_units,
)

raws = st.integers(-U64_MAX, U64_MAX)
places = st.integers(0, 18)


@given(raws, places)
def test_units_round_trip(raw: int, decimals: int) -> None:
    """What is shown reads back as the same raw amount."""
    assert parse_units(format_units(raw, decimals), decimals) == raw


@given(raws)
def test_sol_round_trips_with_nine_places(raw: int) -> None:
    """The JSON form has exactly nine places and reads back exactly."""
    text = format_sol(raw)
    assert len(text.partition(".")[2]) == 9
    assert parse_sol(text) == raw


@given(raws, places)
def test_shown_value_is_exact(raw: int, decimals: int) -> None:
    """The text is the very number, without trailing zeros."""
    text = format_units(raw, decimals)
    assert Fraction(text) == Fraction(raw, 10**decimals)
    assert "." not in text or text[-1] not in "0."


@pytest.mark.parametrize(
    ("raw", "decimals", "text"),
    [(1_500_000_000, 9, "1.5"), (5, 0, "5"), (-5, 9, "-0.000000005"), (0, 9, "0"), (10, 1, "1")],
)
def test_units_as_text(raw: int, decimals: int, text: str) -> None:
    """Signs, small fractions and whole numbers."""
    assert format_units(raw, decimals) == text


@pytest.mark.parametrize(
    ("text", "raw"), [("1.5", 1_500_000_000), (" -0.1 ", -100_000_000), ("1e-9", 1), ("2E3", 2 * 10**12)]
)
def test_sol_from_text(text: str, raw: int) -> None:
    """Blanks, signs and exponents are read."""
    assert parse_sol(text) == raw


@pytest.mark.parametrize("text", ["", "x", "1,5", "0x10", "--1", "1.5 SOL"])
def test_what_is_no_number_is_refused(text: str) -> None:
    """The error shows the text."""
    with pytest.raises(ValueError, match="is not a number"):
        parse_sol(text)


@pytest.mark.parametrize("text", ["NaN", "inf", "-Infinity", "sNaN"])
def test_what_is_not_finite_is_refused(text: str) -> None:
    """Not-a-number and infinities are no money."""
    with pytest.raises(ValueError, match="finite"):
        parse_sol(text)


def test_a_tenth_of_a_unit_is_refused() -> None:
    """Nothing is rounded away in silence."""
    with pytest.raises(ValueError, match="more than 9 decimal places"):
        parse_sol("0.0000000001")


@pytest.mark.parametrize("text", ["1." + "0" * 70 + "1", "1" * 61, "1e999999999", "1e-999999999"])
def test_numbers_beyond_the_precision_are_refused(text: str) -> None:
    """A number too long to be held exactly is an error, not a neighbour of itself."""
    with pytest.raises(ValueError, match="too many digits"):
        parse_sol(text)


@given(st.text(max_size=30), places)
def test_any_text_is_exact_or_refused(text: str, decimals: int) -> None:
    """No text raises anything but ValueError, and what is read is the number that it says."""
    try:
        raw = parse_units(text, decimals)
    except ValueError:
        return
    assert Fraction(raw, 10**decimals) == Fraction(Decimal(text.strip()))


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15), places)
def test_any_decimal_is_exact_or_refused(value: Decimal, decimals: int) -> None:
    """A decimal is read exactly when it has no more places than the mint."""
    fits = (Fraction(value) * 10**decimals).denominator == 1
    try:
        assert Fraction(parse_units(str(value), decimals)) == Fraction(value) * 10**decimals
    except ValueError:
        assert not fits


@given(st.integers(0, 2**128), st.integers(1, U64_MAX))
def test_ceil_div_is_the_least_that_covers(numerator: int, denominator: int) -> None:
    """One less would not cover the numerator."""
    result = ceil_div(numerator, denominator)
    assert result * denominator >= numerator
    assert (result - 1) * denominator < numerator


def test_token_amount_document() -> None:
    """Raw is text, so that no parser rounds it."""
    assert TokenAmount(USDC_MINT, 1_250_000, 6).to_json() == {
        "raw": "1250000",
        "ui": "1.25",
        "decimals": 6,
        "mint": USDC_MINT,
    }


def test_lamports_are_sol() -> None:
    """A plain number of lamports becomes an amount of SOL."""
    assert lamports(1) == TokenAmount(WSOL_MINT, 1, 9)
    assert lamports(1).ui == "0.000000001"
