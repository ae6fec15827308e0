"""The envelope of JSON-RPC: requests, batches, notifications, and whatever else arrives."""

from __future__ import annotations

import json
import logging
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sniperforge.localnet.rpc import dispatcher
from sniperforge.localnet.rpc.dispatcher import METHODS
from sniperforge.localnet.rpc.node import Method
from tests.localnet.kit import Bench, address

BENCH = Bench()


def answer(body: bytes) -> Any:
    reply = BENCH.dispatcher.dispatch(body)
    return msgspec.json.decode(reply) if reply else None


def one(**request: Any) -> Any:
    return answer(json.dumps({"jsonrpc": "2.0", "id": 1, **request}).encode())


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 50_000, b'{"a":1e999}'])
def test_what_is_no_json_is_a_parse_error(body: bytes) -> None:
    """-32700 with a null id."""
    assert answer(body) == {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": None}


@pytest.mark.parametrize(
    "body", [b"1", b'"x"', b"null", b"[]", b"{}", b'{"jsonrpc":"1.0","method":"getSlot"}']
)
def test_what_is_no_request_is_an_invalid_request(body: bytes) -> None:
    """-32600."""
    assert answer(body)["error"]["code"] == -32600


@pytest.mark.parametrize("identifier", [{}, [], True, 1.5])
def test_an_id_is_text_number_or_null(identifier: Any) -> None:
    """Others make the request invalid and come back as null."""
    reply = one(id=identifier, method="getHealth")
    assert (reply["error"]["code"], reply["id"]) == (-32600, None)


def test_ids_come_back_as_they_were() -> None:
    """Text, number and null."""
    assert [one(id=identifier, method="getHealth") for identifier in ("a", 0, None)] == [
        {"jsonrpc": "2.0", "result": "ok", "id": identifier} for identifier in ("a", 0, None)
    ]


def test_a_request_without_id_is_not_answered() -> None:
    """Neither alone nor in a batch."""
    silent = {"jsonrpc": "2.0", "method": "getHealth"}
    assert answer(json.dumps(silent).encode()) is None
    assert answer(json.dumps([silent]).encode()) is None
    both = answer(json.dumps([silent, {**silent, "id": 3}]).encode())
    assert [reply["id"] for reply in both] == [3]


def test_batches_are_answered_one_by_one() -> None:
    """Good and bad requests side by side."""
    batch = [
        {"jsonrpc": "2.0", "id": 1, "method": "getHealth"},
        {"jsonrpc": "2.0", "id": 2, "method": "nonsense"},
        7,
    ]
    replies = answer(json.dumps(batch).encode())
    assert [reply.get("result", reply.get("error", {}).get("code")) for reply in replies] == [
        "ok",
        -32601,
        -32600,
    ]


def test_parameters_are_an_array_of_the_right_length() -> None:
    """Too few, too many, and an object are -32602; trailing nulls do not count."""
    assert one(method="getBalance")["error"] == {
        "code": -32602,
        "message": "`params` should have at least 1 argument(s)",
    }
    assert "Got 2" in one(method="getSlot", params=[{}, 1])["error"]["message"]
    assert one(method="getSlot", params={})["error"]["code"] == -32602
    assert one(method="getHealth", params=[None, None])["result"] == "ok"
    assert one(method="getBalance", params=[address(9), None, None])["result"]["value"] == 0
    assert one(method="getHealth", params=None)["result"] == "ok"


def test_a_bug_costs_one_request(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A handler's exception, a Rust panic included, is -32603 and logged; the process goes on."""

    class PanicException(BaseException):
        """What pyo3 makes of a panic."""

    PanicException.__module__ = "pyo3_runtime"

    def broken(kind: type[BaseException]) -> Method:
        def handler(*_: Any) -> Any:
            raise kind("inside")

        return Method(handler, 0, 0)

    methods = {
        **METHODS,
        "bug": broken(ZeroDivisionError),
        "panic": broken(PanicException),
        "stop": broken(KeyboardInterrupt),
    }
    monkeypatch.setattr(dispatcher, "METHODS", methods)
    with caplog.at_level(logging.ERROR):
        for name in ("bug", "panic"):
            assert one(method=name)["error"] == {"code": -32603, "message": "Internal error"}
    assert caplog.text.count("inside") >= 2
    with pytest.raises(KeyboardInterrupt):
        one(method="stop")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=50)
    | st.just(address(1)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["encoding", "commitment", "filters", "mint", "programId", "limit", "accounts", "x"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(METHODS)), st.lists(JSON, max_size=3))
def test_no_parameters_break_a_method(method: str, params: list[Any]) -> None:
    """Whatever the parameters, the answer is a result or a client's error, never an internal one."""
    reply = one(method=method, params=params)
    assert "result" in reply or reply["error"]["code"] != -32603, reply


def test_a_batch_comes_in_pieces_and_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """One piece for each request; beyond the limit requests are refused, not worked on."""
    request = {"jsonrpc": "2.0", "method": "getHealth"}
    batch = json.dumps([{**request, "id": number} for number in range(3)]).encode()
    assert len(list(BENCH.dispatcher.pieces(batch))) == 4
    monkeypatch.setattr(dispatcher, "MAX_BATCH_BYTES", 10)
    mixed = json.dumps([{**request, "id": 1}, request, {**request, "id": 2}, 5]).encode()
    first, second, third = answer(mixed)
    assert first["result"] == "ok"
    assert (second["id"], second["error"]["code"], third["id"]) == (2, -32603, None)
