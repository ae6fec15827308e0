"""The fake node's HTTP side."""

from __future__ import annotations

import msgspec
import pytest

from sniperforge.errors import RpcError, UnavailableError
from sniperforge.testing.rpc import Call, FakeRpc, Raw


async def ask(node: FakeRpc, method: str, params: object = ()) -> object:
    """The decoded reply to one request."""
    request = {"jsonrpc": "2.0", "id": 3, "method": method, "params": params}
    return msgspec.json.decode(await node.post(msgspec.json.encode(request)))


async def test_answers_are_results_errors_or_bytes() -> None:
    """Every form of an answer."""

    async def later(params: object) -> object:
        return params

    node = FakeRpc(
        {
            "value": [1],
            "error": RpcError("no", rpc_code=-1, data={"a": 1}),
            "raw": Raw(b'"raw"'),
            "called": later,
        }
    )
    assert await ask(node, "value") == {"jsonrpc": "2.0", "id": 3, "result": [1]}
    assert await ask(node, "error") == {
        "jsonrpc": "2.0",
        "id": 3,
        "error": {"code": -1, "message": "no", "data": {"a": 1}},
    }
    assert await ask(node, "raw") == "raw"
    assert await ask(node, "called", [5]) == {"jsonrpc": "2.0", "id": 3, "result": [5]}
    assert await ask(node, "other") == {
        "jsonrpc": "2.0",
        "id": 3,
        "error": {"code": -32601, "message": "Method not found"},
    }
    assert node.calls[-2:] == [Call("called", [5]), Call("other", [])]


async def test_answers_come_one_after_the_other() -> None:
    """The last one stays; exceptions are raised in their turn."""
    node = FakeRpc()
    node.answer("m", 1, UnavailableError("cut"), 2)
    assert (await ask(node, "m"))["result"] == 1  # type: ignore[index]
    with pytest.raises(UnavailableError):
        await ask(node, "m")
    assert [(await ask(node, "m"))["result"] for _ in range(2)] == [2, 2]  # type: ignore[index]
    assert (node.count("m"), node.params("m")) == (4, [[], [], [], []])
