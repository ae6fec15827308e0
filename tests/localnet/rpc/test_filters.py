"""Filters of program accounts."""

from __future__ import annotations

from typing import Any

import pytest
from solders.account import Account
from solders.pubkey import Pubkey

from sniperforge.domain.addresses import TOKEN_PROGRAM
from sniperforge.errors import RpcError
from sniperforge.localnet.rpc.filters import parse_filters
from tests.localnet.kit import address, holding

OWNER = Pubkey.from_string(TOKEN_PROGRAM)


def matches(data: bytes, *filters: Any) -> bool:
    account = Account(1, data, OWNER)
    return all(matches(account) for matches in parse_filters(filters))


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"dataSize": 5}, True),
        ({"dataSize": 4}, False),
        ({"memcmp": {"offset": 1, "bytes": "3yZ", "encoding": None}}, False),
        ({"memcmp": {"offset": 1, "bytes": "YmM=", "encoding": "base64"}}, True),
        ({"memcmp": {"offset": 1, "bytes": "YmQ=", "encoding": "base64"}}, False),
        ({"memcmp": {"offset": 1, "bytes": [98, 99]}}, True),
        ({"memcmp": {"bytes": [97]}}, True),
        ({"memcmp": {"offset": 4, "bytes": [101, 102]}}, False),
        ({"memcmp": {"offset": 99, "bytes": [1]}}, False),
        ({"memcmp": {"offset": 99, "bytes": []}}, True),
        ({"memcmp": {"offset": 0, "bytes": "2g", "encoding": "base58"}}, True),
    ],
)
def test_sizes_and_bytes(wanted: dict[str, Any], expected: bool) -> None:
    """Of the account ``abcde``."""
    assert matches(b"abcde", wanted) is expected


def test_token_accounts_only() -> None:
    """The filter without arguments."""
    account = holding(address(1), address(2), address(3), 5)
    assert matches(account.data, "tokenAccountState")
    assert not matches(account.data[:82], "tokenAccountState")


@pytest.mark.parametrize(
    "wrong",
    [
        [{"dataSize": 1}] * 5,
        [{}],
        ["other"],
        [{"dataSize": "1"}],
        [{"memcmp": {"offset": 0, "bytes": "0O"}}],
        [{"memcmp": {"offset": 0, "bytes": "*", "encoding": "base64"}}],
        [{"memcmp": {"offset": 0, "bytes": [300]}}],
        [{"memcmp": {"offset": 0, "bytes": [0] * 129}}],
        [{"memcmp": {"offset": 0}}],
        [{"memcmp": 1}],
        [{"memcmp": {"offset": 0, "bytes": "1", "encoding": "hex"}}],
    ],
)
def test_wrong_filters_are_refused(wrong: list[Any]) -> None:
    """All with -32602."""
    with pytest.raises(RpcError) as error:
        parse_filters(wrong)
    assert error.value.rpc_code == -32602
