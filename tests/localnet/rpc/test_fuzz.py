"""A hostile client: whatever it sends, every answer is well formed, none is an internal error, none is slow."""

from __future__ import annotations

import time
from typing import Any

import msgspec
import pytest

from tests.localnet.kit import SOL, Bench, Client, address
from tests.localnet.rpc.hostile_requests import ACCOUNTS, HostileRequests

LONGEST_SECONDS = 0.4
"""Of processor time for one body: a slot."""

SHORT, LONG = 3_000, 100_000


def check_reply(body: bytes, reply: bytes) -> None:
    """A reply is nothing, one response or several; each has a result or a client's error."""
    if not reply:
        return
    found = msgspec.json.decode(reply)
    for response in found if isinstance(found, list) else [found]:
        assert response["jsonrpc"] == "2.0", body
        assert ("result" in response) != ("error" in response), body
        error: dict[str, Any] = response.get("error", {"code": 0, "message": "-"})
        assert error["code"] != -32603, body
        assert error["message"], body


def attack(count: int, seed: int) -> None:
    """Send ``count`` bodies to the dispatcher, and as frames to a session; then use the network as ever."""
    bench = Bench(accounts=ACCOUNTS, keep_records=500)
    client = Client(bench.hub)
    hostile = HostileRequests(bench, seed)
    slowest, culprit, useful = 0.0, b"", 0
    for number, body in enumerate(hostile.bodies(count)):
        start = time.process_time()
        reply = bench.dispatcher.dispatch(body)
        check_reply(body, reply)
        useful += b'"result":' in reply
        if (took := time.process_time() - start) > slowest:
            slowest, culprit = took, body
        client.session.handle(body)
        while (message := client.outbox.take()) is not None:
            if b'"params":{"result"' not in message:
                check_reply(body, message)
        if number % 50 == 0:
            bench.ledger.advance()
    assert useful > count // 10  # it gets past the front door, too
    assert not client.outbox.cut
    assert slowest < LONGEST_SECONDS, culprit[:300]
    before = bench.value("getBalance", address(9))
    bench.pay(address(9), SOL)
    assert bench.value("getBalance", address(9), {"commitment": "processed"}) == before + SOL
    client.session.close()
    assert len(bench.hub) == 0


def test_a_short_attack() -> None:
    """The short form, the same every time."""
    attack(SHORT, seed=1)


@pytest.mark.soak
@pytest.mark.timeout(1_800)
def test_a_long_attack() -> None:
    """The long form: a hundred thousand bodies."""
    attack(LONG, seed=2)


@pytest.mark.parametrize(
    "body",
    [
        b'{"jsonrpc":"2.0","id":1,"method":"getHealth","params":[]}' + b" " * 10_000_000,
        b'{"jsonrpc":"2.0","id":1,"method":"getBalance","params":["' + b"1" * 5_000_000 + b'"]}',
        b'{"jsonrpc":"2.0","id":1,"method":"getMultipleAccounts","params":[[' + b'"1",' * 500_000 + b'"1"]]}',
        b'{"jsonrpc":"2.0","id":1,"method":"sendTransaction","params":["' + b"z" * 5_000_000 + b'"]}',
        b'{"jsonrpc":"2.0","id":1,"method":"getSlot","params":[' + b"9" * 100_000 + b"]}",
    ],
    ids=["padded", "long address", "many addresses", "long transaction", "long number"],
)
def test_oversized_bodies_cost_little(body: bytes) -> None:
    """Even where nothing bounds them before, they are answered at once."""
    bench = Bench()
    start = time.process_time()
    check_reply(body, bench.dispatcher.dispatch(body))
    assert time.process_time() - start < LONGEST_SECONDS
