from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sniperforge.config.values import (
    Address,
    Addresses,
    Bps,
    Gain,
    Name,
    Percent,
    PositiveSol,
    Section,
    Sol,
    is_address,
    lamports_of,
    require_order,
)
from sniperforge.domain.addresses import QUOTE_MINTS, SYSTEM_PROGRAM, WSOL_MINT


class Example(Section):
    amount_sol: Sol = Decimal(0)
    paid_sol: PositiveSol = Decimal(1)
    share_percent: Percent = Decimal(0)
    gain_percent: Gain = Decimal(0)
    fee_bps: Bps = 0
    mint: Address = WSOL_MINT
    mints: Addresses = ()
    name: Name = "a"


def refused(**values: object) -> str:
    with pytest.raises(ValidationError) as caught:
        Example.model_validate(values)
    return caught.value.errors()[0]["msg"]


@given(st.integers(0, 2**64 - 1))
def test_sol_is_exact_from_text_and_number(lamports: int) -> None:
    """Every u64 of lamports survives the way through a TOML string and a TOML number."""
    text = f"{lamports // 10**9}.{lamports % 10**9:09d}"
    for value in (text, Decimal(text)):
        assert lamports_of(Example.model_validate({"amount_sol": value}).amount_sol) == lamports


@pytest.mark.parametrize(
    "value", ["abc", "", "1 SOL", "0.1234567891", Decimal("NaN"), Decimal("Infinity"), True, 0.5, None, [1]]
)
def test_sol_refuses_what_is_not_an_exact_amount(value: object) -> None:
    """Words, too many places, floats, booleans and non-finite numbers are not money."""
    assert refused(amount_sol=value)


@pytest.mark.parametrize("value", ["-1", -1, "18446744073.709551616"])
def test_sol_stays_within_u64_lamports(value: object) -> None:
    """Amounts that no account can hold are refused."""
    assert "from 0 to" in refused(amount_sol=value)


def test_positive_sol_is_above_zero() -> None:
    """A limit of nothing is a mistake."""
    assert refused(paid_sol="0") == "a value above 0 is needed"


@pytest.mark.parametrize("value", [-1, 101, "50", Decimal("NaN")])
def test_percent_is_a_number_from_0_to_100(value: object) -> None:
    """Percentages are numbers within a whole."""
    assert refused(share_percent=value)


def test_gain_may_pass_100() -> None:
    """A price may multiply."""
    assert Example(gain_percent=Decimal(250)).gain_percent == 250


@pytest.mark.parametrize("value", [-1, 10_001, Decimal("1.5"), "5", True])
def test_bps_are_whole_and_bounded(value: object) -> None:
    """Basis points are integers from 0 to 10,000, not converted from anything else."""
    assert refused(fee_bps=value)


@pytest.mark.parametrize("address", [*QUOTE_MINTS, SYSTEM_PROGRAM])
def test_addresses_of_32_bytes_pass(address: str) -> None:
    """Known addresses are addresses, the one of 32 zero bytes too."""
    assert is_address(address)
    assert Example(mint=address).mint == address


@pytest.mark.parametrize("text", ["", "abc", WSOL_MINT[:-1] + "0", "z" * 44, "1" * 33, "1" * 31 + "zz"])
def test_other_texts_are_no_addresses(text: str) -> None:
    """Wrong letters, wrong lengths and numbers of more than 32 bytes are refused."""
    assert not is_address(text)
    assert "base58" in refused(mint=text)


def test_arrays_become_tuples() -> None:
    """A TOML array is kept immutable; anything else in its place is refused."""
    assert Example.model_validate({"mints": [WSOL_MINT]}).mints == (WSOL_MINT,)
    assert refused(mints=WSOL_MINT)


@pytest.mark.parametrize("name", ["", "../up", ".hidden", "a/b", "a b", "x" * 65])
def test_names_are_safe_file_names(name: str) -> None:
    """A name can never lead out of its folder."""
    assert refused(name=name)


def test_unknown_keys_and_changes_are_refused() -> None:
    """A section is closed and frozen."""
    assert refused(nme="x")
    with pytest.raises(ValidationError):
        Example().name = "b"  # type: ignore[misc]


def test_order_is_required_only_of_values_that_are_there() -> None:
    """``None`` on either side is no contradiction; a greater minimum is, and names both keys."""

    class Range(Section):
        low: int | None = None
        high: int | None = None

    require_order(Range(low=1), "low", "high")
    require_order(Range(low=1, high=1), "low", "high")
    with pytest.raises(Exception, match=r"low \(2\) is greater than high \(1\)"):
        require_order(Range(low=2, high=1), "low", "high")
