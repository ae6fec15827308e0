"""Amounts, addresses and paths as they are typed."""

from __future__ import annotations

import pytest

from sniperforge.cli.arguments import address_argument, lamports_argument, path_argument
from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.errors import UsageError


def test_sol_is_exact() -> None:
    """Every lamport of it."""
    assert lamports_argument("1.000000001") == 1_000_000_001
    assert lamports_argument("18446744073.709551615") == 2**64 - 1


@pytest.mark.parametrize(
    "text", ["", "x", "0", "-1", "0.0000000001", "18446744073.709551616", "1e400", "nan"]
)
def test_what_is_no_amount(text: str) -> None:
    """Not a number, nothing, too exact, or more than there is."""
    with pytest.raises(UsageError, match="--much"):
        lamports_argument(text, name="--much")


def test_an_address_has_32_bytes() -> None:
    """Anything else is named, shortened when it is long."""
    assert address_argument(WSOL_MINT, name="TO") == WSOL_MINT
    for text in ("", "abc", WSOL_MINT + "1", "0" * 32):
        with pytest.raises(UsageError, match="TO: "):
            address_argument(text, name="TO")
    with pytest.raises(UsageError) as caught:
        address_argument("x" * 500, name="TO")
    assert len(caught.value.message) < 120


def test_a_home_that_is_nobodys() -> None:
    """A usage error, not a bug."""
    with pytest.raises(UsageError, match="no home folder"):
        path_argument("~nobody-has-this-name/x")
    assert str(path_argument("a/b")) == "a/b"
