"""Checked access to JSON."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from sniperforge.dex import checked_json
from sniperforge.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Callable

GOOD = [
    (checked_json.mapping_at, {"a": 1}, {"a": 1}),
    (checked_json.mapping_at, MappingProxyType({"a": 1}), {"a": 1}),
    (checked_json.list_at, [1], [1]),
    (checked_json.list_at, (1,), (1,)),
    (checked_json.text_at, "", ""),
    (checked_json.count_at, 0, 0),
    (checked_json.count_at, 2**64 - 1, 2**64 - 1),
    (checked_json.amount_at, "0", 0),
    (checked_json.amount_at, "18446744073709551615", 2**64 - 1),
]

BAD = [
    (checked_json.mapping_at, [["a", 1]]),
    (checked_json.mapping_at, None),
    (checked_json.list_at, "text"),
    (checked_json.list_at, {"0": 1}),
    (checked_json.text_at, 1),
    (checked_json.text_at, None),
    (checked_json.count_at, -1),
    (checked_json.count_at, 2**64),
    (checked_json.count_at, True),
    (checked_json.count_at, 1.0),
    (checked_json.count_at, "1"),
    (checked_json.amount_at, 1),
    (checked_json.amount_at, ""),
    (checked_json.amount_at, "-1"),
    (checked_json.amount_at, "1.0"),
    (checked_json.amount_at, "\u0661"),
    (checked_json.amount_at, "1_0"),
    (checked_json.amount_at, "18446744073709551616"),
    (checked_json.amount_at, "9" * 5_000),
]


@pytest.mark.parametrize(("read", "value", "expected"), GOOD)
def test_values_of_the_right_kind_pass(
    read: Callable[[object, str], object], value: object, expected: object
) -> None:
    """What has the asked kind comes back as it is."""
    assert read(value, "here") == expected


@pytest.mark.parametrize(("read", "value"), BAD)
def test_values_of_another_kind_name_the_place(read: Callable[[object, str], object], value: object) -> None:
    """Anything else raises DecodeError with the place in its message."""
    with pytest.raises(DecodeError, match="here"):
        read(value, "here")
