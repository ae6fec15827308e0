"""Reading parameters."""

from __future__ import annotations

from typing import Any

import pytest

from sniperforge.errors import RpcError
from sniperforge.localnet.rpc.params import Config, Params, expect, parse_address, parse_signature
from tests.localnet.kit import address


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        (None, str, "null, expected a string"),
        (True, int, "boolean `true`, expected u64"),
        (-1, int, "integer `-1`, expected u64"),
        (2**64, int, "expected u64"),
        (1.5, int, "floating point `1.5`, expected u64"),
        ("x", bool, 'string "x", expected a boolean'),
        ([], dict, "sequence, expected a map"),
        ({}, list, "map, expected a sequence"),
    ],
)
def test_wrong_types_are_named(value: Any, kind: type, words: str) -> None:
    """-32602 saying what came and what was expected."""
    with pytest.raises(RpcError, match="invalid type") as error:
        expect(value, kind)
    assert error.value.rpc_code == -32602
    assert words in error.value.message


def test_addresses_and_signatures() -> None:
    """Base58 of the right length passes; the two ways to be wrong are told apart."""
    assert str(parse_address(address(1))) == address(1)
    assert parse_signature("2" * 88) == "2" * 88
    for parse in (parse_address, parse_signature):
        for text, words in (("abc", "WrongSize"), ("0OIl", "Invalid"), ("1" * 200, "WrongSize")):
            with pytest.raises(RpcError, match=f"Invalid param: {words}"):
                parse(text)


def test_null_options_are_absent() -> None:
    """Libraries send every unset option as ``null``."""
    config = Config(dict.fromkeys(("commitment", "encoding", "limit", "dataSlice", "filters", "flag", "x")))
    assert config.commitment() == "finalized"
    assert config.text("encoding", ("json",)) is None
    assert config.integer("limit") is None
    assert config.data_slice() is None
    assert config.items("filters") == []
    assert config.flag("flag") is False
    assert config.flag("flag", default=True) is True
    assert config.get("x") is None


def test_options_are_read() -> None:
    """Each kind of option."""
    config = Config(
        {
            "commitment": "processed",
            "encoding": "json",
            "limit": 3,
            "dataSlice": {"offset": 1, "length": 2},
            "filters": [1],
            "flag": True,
            "minContextSlot": 5,
        }
    )
    assert config.commitment() == "processed"
    assert config.text("encoding", ("json",)) == "json"
    assert (config.integer("limit"), config.items("filters"), config.flag("flag")) == (3, [1], True)
    part = config.data_slice()
    assert part is not None
    assert (part.of(b"abcd"), part.of(b"a")) == (b"bc", b"")
    config.check_slot(5)
    with pytest.raises(RpcError) as error:
        config.check_slot(4)
    assert (error.value.rpc_code, error.value.data) == (-32016, {"contextSlot": 4})


@pytest.mark.parametrize(
    "options",
    [
        {"commitment": "max"},
        {"commitment": 1},
        {"encoding": "xml"},
        {"encoding": 1},
        {"limit": "3"},
        {"dataSlice": {"offset": 1}},
        {"dataSlice": 1},
        {"filters": {}},
        {"flag": "yes"},
        {"minContextSlot": -1},
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    """All with -32602."""
    config = Config(options)
    with pytest.raises(RpcError) as error:
        (
            config.commitment(),
            config.text("encoding", ("json",)),
            config.integer("limit"),
            config.data_slice(),
            config.items("filters"),
            config.flag("flag"),
            config.check_slot(9),
        )
    assert error.value.rpc_code == -32602


def test_only_confirmed_and_above() -> None:
    """Some methods refuse processed."""
    assert Config({"commitment": "confirmed"}).confirmed() == "confirmed"
    assert Config({}).confirmed() == "finalized"
    with pytest.raises(RpcError, match="does not support commitment below `confirmed`"):
        Config({"commitment": "processed"}).confirmed()


def test_positions() -> None:
    """Parameters by place; configuration may be just an encoding where that was once allowed."""
    params = Params(["text", 4, [1], address(1), {"encoding": "x"}, "json", None])
    assert (params.text(0), params.integer(1), params.items(2)) == ("text", 4, [1])
    assert str(params.address(3)) == address(1)
    assert params.config(4).get("encoding") == "x"
    assert params.encoding_or_config(5).get("encoding") == "json"
    assert params.encoding_or_config(4).get("encoding") == "x"
    assert params.config(6).get("encoding") is None
    assert params.at(99) is None
