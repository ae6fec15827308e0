"""One client's requests."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from sniperforge.errors import RpcError
from sniperforge.localnet.pubsub import session
from tests.localnet.kit import Bench, Client, address


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_subscribing_and_leaving(bench: Bench) -> None:
    """Numbers are distinct; after leaving nothing arrives; leaving twice is refused."""
    client = Client(bench.hub)
    first, second = client.ask("slotSubscribe"), client.ask("rootSubscribe", None)
    assert first != second
    assert len(bench.hub) == 2
    assert client.ask("slotUnsubscribe", first) is True
    bench.ledger.advance()
    assert client.results() == []
    with pytest.raises(RpcError, match="Invalid subscription id"):
        client.ask("slotUnsubscribe", first)
    with pytest.raises(RpcError, match="expected u64"):
        client.ask("slotUnsubscribe")


def test_one_connection_cannot_have_them_all(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit it is told so, until it leaves one; others are not concerned."""
    monkeypatch.setattr(session, "MAX_SUBSCRIPTIONS", 2)
    client = Client(bench.hub)
    first = client.ask("slotSubscribe")
    client.ask("logsSubscribe", "all")
    with pytest.raises(
        RpcError, match=r"Subscription refused\. Connection subscription limit of 2"
    ) as caught:
        client.ask("rootSubscribe")
    assert caught.value.rpc_code == -32603
    assert len(bench.hub) == 2
    Client(bench.hub).ask("rootSubscribe")
    client.ask("slotUnsubscribe", first)
    client.ask("rootSubscribe")


def test_nobody_leaves_for_another(bench: Bench) -> None:
    """A number belongs to its client."""
    number = Client(bench.hub).ask("slotSubscribe")
    with pytest.raises(RpcError, match="Invalid subscription id"):
        Client(bench.hub).ask("slotUnsubscribe", number)
    assert len(bench.hub) == 1


def test_closing_drops_everything(bench: Bench) -> None:
    """What a client leaves behind is forgotten."""
    client = Client(bench.hub)
    client.ask("slotSubscribe")
    client.ask("accountSubscribe", address(1))
    client.session.close()
    client.session.close()
    assert len(bench.hub) == 0


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"{", -32700),
        (b"\xff\xfe", -32700),
        ("[" * 50_000, -32700),
        ("\ud800", -32700),
        ("7", -32600),
        ("{}", -32600),
        ('{"jsonrpc":"2.0","id":1,"method":"getSlot"}', -32601),
        ('{"jsonrpc":"2.0","id":1,"method":"voteSubscribe"}', -32601),
        ('{"jsonrpc":"2.0","id":1,"method":"slotSubscribe","params":{}}', -32602),
        ('{"jsonrpc":"2.0","id":1,"method":"accountSubscribe","params":[]}', -32602),
    ],
)
def test_wrong_frames_get_their_error(bench: Bench, frame: bytes | str, code: int) -> None:
    """As JSON-RPC errors, never as an exception."""
    client = Client(bench.hub)
    client.session.handle(frame)
    assert client.take()["error"]["code"] == code


def test_batches_and_silent_requests(bench: Bench) -> None:
    """An array is answered one by one; without an id nothing is answered (web3.js pings that way)."""
    client = Client(bench.hub)
    ping = {"jsonrpc": "2.0", "method": "ping", "params": []}
    batch: list[Any] = [ping, {"jsonrpc": "2.0", "id": "a", "method": "slotSubscribe"}]
    client.session.handle(json.dumps(ping).encode())
    client.session.handle(json.dumps(batch))
    assert client.take()["id"] == "a"
    assert client.take() is None


def test_a_bug_costs_one_request(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """-32603 and a log entry."""

    def broken(*_: Any) -> Any:
        raise ZeroDivisionError("inside")

    monkeypatch.setattr(session, "parse_interest", broken)
    with caplog.at_level(logging.ERROR), pytest.raises(RpcError, match="Internal error"):
        Client(bench.hub).ask("slotSubscribe")
    assert "inside" in caplog.text


def test_signatures_that_were_told_are_forgotten(bench: Bench) -> None:
    """The notification ends the subscription; leaving it then is refused, and nothing piles up."""
    client = Client(bench.hub)
    record = bench.pay(address(2))
    number = client.ask("signatureSubscribe", record.signature, {"commitment": "processed"})
    assert len(client.results()) == 1
    assert len(client.session._subscriptions) == 0
    with pytest.raises(RpcError, match="Invalid subscription id"):
        client.ask("signatureUnsubscribe", number)
