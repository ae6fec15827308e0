"""Values of a request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sniperforge.domain.addresses import USDC_MINT
from sniperforge.localnet.jupiter_api.faults import ApiError
from sniperforge.localnet.jupiter_api.fields import Fields

GOOD = Fields(
    {"a": "5", "n": 7, "m": USDC_MINT, "w": "x, y,,", "t": "true", "b": False, "d": {"k": 1}, "e": None}
)


def test_what_is_there_is_read() -> None:
    """Digits, numbers, addresses, lists, flags, objects."""
    assert (GOOD.number("a"), GOOD.number("n"), GOOD.number("z", 3)) == (5, 7, 3)
    assert (GOOD.address("m"), GOOD.words("w"), GOOD.words("z")) == (USDC_MINT, ("x", "y"), ())
    flags = (GOOD.flag("t", default=False), GOOD.flag("b", default=True), GOOD.flag("z", default=True))
    assert flags == (True, False, True)
    assert (GOOD.document("d"), GOOD.value("z"), GOOD.has("e")) == ({"k": 1}, None, False)
    GOOD.refuse("b", "z")


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (
            lambda: Fields({"amount": "1.5"}).number("amount"),
            "amount cannot be parsed: ParseIntError { kind: InvalidDigit }",
        ),
        (lambda: Fields({"amount": ""}).number("amount"), "ParseIntError { kind: Empty }"),
        (lambda: Fields({"amount": "9" * 30}).number("amount"), "ParseIntError { kind: PosOverflow }"),
        (lambda: Fields({"amount": -1}).number("amount"), "ParseIntError { kind: PosOverflow }"),
        (lambda: Fields({"bps": "10001"}).number("bps", most=10_000), "PosOverflow"),
        (lambda: Fields({"amount": True}).number("amount"), "expected a string"),
        (lambda: Fields({}).number("amount"), "amount is required"),
        (lambda: Fields({"mint": "abc"}).address("mint"), "Invalid Base58 string"),
        (lambda: Fields({"flag": "yes"}).flag("flag", default=True), "ParseBoolError"),
        (lambda: Fields({"quote": []}).document("quote"), "expected an object"),
        (lambda: Fields({"payer": "x"}).refuse("payer"), "payer is not supported"),
    ],
)
def test_what_is_wrong_is_named(work: Callable[[], Any], words: str) -> None:
    """With the words of the service's parser where they are known."""
    with pytest.raises(ApiError) as caught:
        work()
    assert words in caught.value.message
    assert caught.value.status == 400
