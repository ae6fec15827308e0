"""The loopback WebSocket node, seen by an independent client."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from sniperforge.testing.clock import eventually
from sniperforge.testing.pubsub_server import ScriptedPubSub, scripted_pubsub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def node() -> AsyncIterator[ScriptedPubSub]:
    """A running node."""
    async with scripted_pubsub() as running:
        yield running


async def ask(socket: ClientConnection, method: str, params: Any = ()) -> Any:
    """The next message after a request."""
    await socket.send(json.dumps({"jsonrpc": "2.0", "id": 5, "method": method, "params": params}))
    return json.loads(await socket.recv())


async def test_subscriptions_are_answered_notified_and_ended(node: ScriptedPubSub) -> None:
    """Ids are the node's; an unknown id is not unsubscribed."""
    async with connect(node.url, compression=None) as socket:
        answer = await ask(socket, "logsSubscribe", ["p"])
        assert answer == {"jsonrpc": "2.0", "id": 5, "result": node.ids("logsSubscribe")[0]}
        await node.notify("logsSubscribe", {"v": 1})
        note = json.loads(await socket.recv())
        assert note["method"] == "logsNotification"
        assert note["params"] == {"result": {"v": 1}, "subscription": answer["result"]}
        assert (await ask(socket, "logsUnsubscribe", [answer["result"]]))["result"] is True
        assert (await ask(socket, "logsUnsubscribe", [1]))["result"] is False
        assert [request["params"] for request in node.asked("logsSubscribe")] == [["p"]]


async def test_refusals_and_early_notifications(node: ScriptedPubSub) -> None:
    """An error member, and a notification that overtakes its answer."""
    async with connect(node.url, compression=None) as socket:
        assert (await ask(socket, "bogusSubscribe"))["error"]["code"] == -32601
        node.before_answer = "early"
        assert (await ask(socket, "logsSubscribe"))["params"]["result"] == "early"
        assert "result" in json.loads(await socket.recv())


async def test_a_mute_node_records_only(node: ScriptedPubSub) -> None:
    """The request arrives, nothing comes back; the connection can be cut."""
    node.mute = True
    async with connect(node.url, compression=None) as socket:
        await socket.send('{"id":1,"method":"logsSubscribe"}')
        await eventually(lambda: node.requests)
        node.cut()
        with pytest.raises(ConnectionClosed):
            await socket.recv()


async def test_it_can_close_with_a_code(node: ScriptedPubSub) -> None:
    """As a node that shuts down does."""
    async with connect(node.url, compression=None) as socket:
        await node.send(b"x")
        assert await socket.recv() == "x"
        await node.pong()
        await node.close(1012)
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert (socket.close_code, node.connections) == (1012, 1)
