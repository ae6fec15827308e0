"""What is asked of a node, and how each answer is judged."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from sniperforge.app import network_checks
from sniperforge.app.check_run import CheckRun, CheckStatus
from sniperforge.app.network_checks import endpoint_line, solana_checks
from sniperforge.app.node import Node, open_node
from sniperforge.chain.clock import SystemClock
from sniperforge.chain.rpc import RpcClient
from sniperforge.chain.rpc_endpoint import EndpointReport, RpcEndpoint
from sniperforge.chain.rpc_pool import RpcPool
from sniperforge.errors import RpcError, UnavailableError
from sniperforge.localnet.genesis import Genesis
from sniperforge.localnet.ledger.pace import FAST
from sniperforge.localnet.network import LocalNetwork
from sniperforge.testing.rpc import FakeRpc
from tests.app.place import SEED, on, settings_in


@pytest.fixture
async def network() -> AsyncIterator[LocalNetwork]:
    async with LocalNetwork(Genesis(SEED), profile=FAST, block_engine_rate=0) as running:
        yield running


@pytest.fixture
async def node(network: LocalNetwork, tmp_path: Path) -> AsyncIterator[Node]:
    async with open_node(on(settings_in(tmp_path), network)) as opened:
        yield opened


async def rows(node: Node) -> dict[str, tuple[CheckStatus, str]]:
    run = CheckRun(node.settings, node, SystemClock())
    await solana_checks(run)
    return {row.name: (row.status, row.message) for row in run.rows}


async def test_a_healthy_node(node: Node) -> None:
    """Six rows, all ok; slots move and are notified of."""
    found = await rows(node)
    assert {status for status, _ in found.values()} == {CheckStatus.OK}
    assert list(found) == ["version", "health", "blockhash", "slots", "websocket", "endpoints"]
    assert found["slots"][1].endswith("moving")
    assert found["websocket"][1].startswith("notified of slot")
    assert found["endpoints"][1].startswith("http://127.0.0.1:")


async def test_a_node_that_stands_still(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slots that do not move are a failure, whatever the node says of its health."""
    monkeypatch.setattr(network_checks, "MOVING_SECONDS", 0.15)
    at = {"context": {"slot": 5}, "value": {"blockhash": "h", "lastValidBlockHeight": 150}}
    answers = {
        "getVersion": {"solana-core": "9"},
        "getHealth": RpcError("Node is behind by 42 slots", rpc_code=-32005, data={}),
        "getLatestBlockhash": at,
        "getBlockHeight": 5,
        "getSlot": 5,
    }
    stuck = replace(node, rpc=RpcClient(FakeRpc(answers), node.clock))
    found = await rows(stuck)
    assert found["health"] == (
        CheckStatus.WARN,
        "the node says it is behind: getHealth: Node is behind by 42 slots",
    )
    assert found["blockhash"] == (CheckStatus.OK, "h, good for 145 blocks")
    assert found["slots"][0] is CheckStatus.FAIL
    assert "has not moved" in found["slots"][1]


async def test_a_websocket_that_is_silent(
    node: Node, network: LocalNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Subscriptions are their own service: the reason of the failure is told."""
    monkeypatch.setattr(network_checks, "MOVING_SECONDS", 0.2)
    endpoints = node.settings.network.model_copy(update={"ws_url": "ws://127.0.0.1:9"})
    deaf = replace(node, settings=replace(node.settings, network=endpoints))
    run = CheckRun(deaf.settings, deaf, SystemClock())
    await solana_checks(run)
    last = run.rows[-2]
    assert (last.name, last.status) == ("websocket", CheckStatus.FAIL)
    assert isinstance(last.error, UnavailableError)
    assert "no notification within" in last.message


async def test_endpoints_that_are_not_well_are_named(node: Node) -> None:
    """Each with its state and its reason; one of them is enough for a warning."""
    bad = RpcEndpoint(FakeRpc({"getGenesisHash": "other"}), node.clock, name="https://bad.example/…")
    bad.expect(node.genesis_hash)
    found = await rows(replace(node, pool=RpcPool([*node.pool.endpoints, bad], node.clock)))
    status, message = found["endpoints"]
    assert status is CheckStatus.WARN
    assert "https://bad.example/… distrusted" in message
    assert "it serves another chain" in message


def test_a_lagging_endpoint_says_how_far() -> None:
    """Slots and time of its answers, when there are some."""
    report = EndpointReport("http://a", ("read",), "lagging", 10, 30, 1.25, None, 4, 0, "")
    assert endpoint_line(report) == "http://a lagging, 30 slots behind, answers in 1.2 ms"


async def test_block_engines_are_asked_where_trades_go_there(
    network: LocalNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each answers with the tip accounts that we know; others, and none at all, are told."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    settings = on(settings_in(tmp_path, {"SNIPERFORGE_EXECUTION__MEV": "bundle"}), network)
    none = settings.network.model_copy(update={"block_engine_urls": ()})
    both = none.model_copy(update={"block_engine_urls": (network.jito_url, "http://127.0.0.1:9/?uuid=key")})
    one = none.model_copy(update={"block_engine_urls": (network.jito_url,)})
    found = {}
    for name, chosen in (("none", none), ("both", both), ("one", one)):
        async with open_node(replace(settings, network=chosen)) as opened:
            found[name] = (await rows(opened))["jito"]
    assert found["one"] == (CheckStatus.OK, f"{network.jito_url} answers")
    assert found["none"][0] is CheckStatus.FAIL
    assert "has no block engine" in found["none"][1]
    assert found["both"][0] is CheckStatus.WARN
    assert "no connection" in found["both"][1]
    assert "key" not in found["both"][1]
    monkeypatch.setattr(network_checks, "TIP_ACCOUNTS", ("another",))
    async with open_node(replace(settings, network=one)) as opened:
        status, message = (await rows(opened))["jito"]
    assert (status, "other accounts" in message) == (CheckStatus.WARN, True)
