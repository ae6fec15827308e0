"""The engine's JSON-RPC, in process and over HTTP."""

from __future__ import annotations

import json

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from solders.hash import Hash
from solders.message import MessageV0
from solders.transaction import VersionedTransaction

from sniperforge.domain import base58
from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.domain.jito import TIP_ACCOUNTS, bundle_id
from sniperforge.localnet.block_engine.api import _PATHS, BlockEngine
from sniperforge.localnet.block_engine.auction import BundleState
from sniperforge.localnet.block_engine.bundle import make_bundle
from sniperforge.localnet.faults.plan import FaultPlan
from sniperforge.localnet.ledger.envelope import Envelope, open_envelope
from sniperforge.localnet.ledger.pace import INSTANT
from sniperforge.localnet.network import LocalNetwork
from tests.localnet.block_engine.scene import Scene
from tests.localnet.kit import SOL, base64_of, pay
from tests.localnet.market.test_sandwich import Scene as Pool


async def test_a_bundle_from_sending_to_final() -> None:
    """Base58 unless base64 is said; each path that has a method answers; statuses follow the chain."""
    scene = Scene()
    one, two = scene.transaction(), scene.transaction(amount=2)
    key = await scene.ask("sendBundle", [base58.encode(one.raw), base58.encode(two.raw)])
    assert key == bundle_id([one.signature, two.signature])
    assert await scene.inflight(key) == [("Pending", None)]
    assert (await scene.ask("getBundleStatuses", [key]))["value"] == []
    slot = scene.ledger.advance().slot
    for path in ("bundles", "getBundleStatuses", "getBundleStatuses/"):
        answered = await scene.ask("getBundleStatuses", [key, "unknown"], path=path)
        assert answered["context"] == {"slot": slot}
        (status,) = answered["value"]
        assert status == {
            "bundle_id": key,
            "transactions": [one.signature, two.signature],
            "slot": slot,
            "confirmation_status": "processed",
            "err": {"Ok": None},
        }
    assert await scene.inflight(key, "unknown") == [("Landed", slot), ("Invalid", None)]
    for blocks, reached in ((1, "confirmed"), (31, "finalized")):
        for _ in range(blocks):
            scene.ledger.advance()
        (status,) = (await scene.ask("getBundleStatuses", [key]))["value"]
        assert status["confirmation_status"] == reached
    assert await scene.ask("getTipAccounts", path="getTipAccounts") == list(TIP_ACCOUNTS)
    again = await scene.refused(one, two)
    assert again == "bundle contains an already processed transaction"


async def test_one_transaction_as_a_bundle() -> None:
    """With bundleOnly the id is in a header; it fails without effect, which alone would have cost a fee."""
    scene = Scene()
    good, bad = scene.transaction(), scene.transaction(amount=10**15)
    states = []
    for envelope in (good, bad):
        encoded = base64_of(envelope.raw)
        options = {"encoding": "base64"}
        reply = await scene.reply(
            "sendTransaction", encoded, options, path="transactions", query={"bundleOnly": "true"}
        )
        assert json.loads(reply.body)["result"] == envelope.signature
        scene.ledger.advance()
        states += await scene.inflight(reply.headers["x-bundle-id"])
    assert [state for state, _ in states] == ["Landed", "Failed"]
    assert scene.ledger.history.status(bad.signature) is None


async def test_one_transaction_alone() -> None:
    """Without bundleOnly it goes to the leader at once, without a check; it needs a tip account too."""
    scene = Scene()
    good, bad = scene.transaction(), scene.transaction(amount=10**15)
    for envelope in (good, bad, good):
        encoded = base64_of(envelope.raw)
        reply = await scene.reply("sendTransaction", encoded, {"encoding": "base64"}, path="transactions")
        assert (json.loads(reply.body)["result"], reply.headers) == (envelope.signature, {})
    landed = [scene.ledger.history.status(each.signature) for each in (good, bad)]
    assert [status is not None and status.err is None for status in landed] == [True, False]
    reply = await scene.reply(
        "sendTransaction", base58.encode(scene.transaction(tip=0, amount=7).raw), path="transactions"
    )
    assert (
        json.loads(reply.body)["error"]["message"] == "Transaction must write lock at least one tip account"
    )


@pytest.mark.parametrize("way", ["bundle", "alone", "another endpoint"])
async def test_a_sandwich_trader_sees_none_of_it(way: str) -> None:
    """A swap that he trades around elsewhere lands as quoted, sent as a bundle or alone."""
    scene = Pool()
    ledger, faults = scene.bench.ledger, scene.bench.node.faults
    faults.set(FaultPlan(sandwich=1.0))
    engine = BlockEngine(ledger, faults, timer=lambda: 0.0, per_second=0)
    tip = pay(scene.bench.payer, TIP_ACCOUNTS[3], 5_000)
    raw = scene.bench.sign([scene.buy(5 * SOL, 0.5), tip])
    quoted, before = scene.state.quote(WSOL_MINT, 5 * SOL).amount_out, tokens_of(scene)
    if way == "another endpoint":
        faults.submit(ledger, open_envelope(raw), verified=False)
    else:
        request = {"id": 1, "method": "sendTransaction", "params": [base64_of(raw), {"encoding": "base64"}]}
        query = {"bundleOnly": "true"} if way == "bundle" else {}
        body = json.dumps(request).encode()
        assert (await engine.handle("POST", "/api/v1/transactions", query, body=body)).status == 200
    ledger.advance()
    got = tokens_of(scene) - before
    assert got == quoted if way != "another endpoint" else 0 < got < quoted


async def test_who_saw_it_in_a_dropped_block_may_land_it_alone() -> None:
    """The bundle failed, and its transaction is on the chain, traded around: only its own slippage held."""
    scene = Pool()
    ledger, faults = scene.bench.ledger, scene.bench.node.faults
    engine = BlockEngine(ledger, faults, timer=lambda: 0.0, per_second=0)
    tip = pay(scene.bench.payer, TIP_ACCOUNTS[3], 5_000)
    envelope = open_envelope(scene.bench.sign([scene.buy(5 * SOL, 0.5), tip]))
    quoted, before = scene.state.quote(WSOL_MINT, 5 * SOL).amount_out, tokens_of(scene)
    bundle = make_bundle(ledger, [envelope])
    engine._auction.take(bundle)
    ledger.advance()
    assert tokens_of(scene) - before == quoted
    faults.set(FaultPlan(sandwich=1.0))
    ledger.rollback()
    assert engine._auction.state(bundle.id) == (BundleState.FAILED, None)
    assert ledger.history.status(envelope.signature) is not None
    assert quoted // 2 <= tokens_of(scene) - before < quoted


def tokens_of(scene: Pool) -> int:
    account = scene.bench.ledger.account(str(scene.tokens))
    assert account is not None
    return int.from_bytes(account.data[64:72], "little")


async def test_too_often() -> None:
    """One request a second by default, counted by caller; the 429 says how long to wait."""
    scene = Scene(per_second=1)
    assert (await scene.reply("getTipAccounts")).status == 200
    reply = await scene.reply("getTipAccounts")
    assert (reply.status, json.loads(reply.body)) == (
        429,
        {
            "jsonrpc": "2.0",
            "error": {
                "code": -32097,
                "message": "Rate limit exceeded. Limit: 1 per second for txn requests. "
                "Back-off triggered: Retry after 1000ms",
                "data": None,
            },
            "id": None,
        },
    )
    assert (await scene.reply("getTipAccounts", headers={"X-Jito-Auth": "u"})).status == 200
    assert (await scene.reply("getTipAccounts", query={"uuid": "u"})).status == 429
    scene.seconds = 1.0
    assert (await scene.reply("getTipAccounts")).status == 200


async def test_requests_that_are_none() -> None:
    """Malformed bodies, unknown methods and paths, wrong parameters: an error with a reason each."""
    scene = Scene()
    bad = "AAAA"
    for method, params, code, said in (
        ("sendBundle", [], -32602, "expected a sequence"),
        ("sendBundle", [[]], -32602, "at least one"),
        ("sendBundle", [[bad, bad], {"encoding": "base64"}], -32602, "transaction #0 could not be decoded"),
        ("sendBundle", [["!"], {"encoding": "base64"}], -32602, "#0 could not be decoded"),
        ("sendBundle", [["0"]], -32602, "#0 could not be decoded"),
        ("sendBundle", [["a"], {"encoding": "hex"}], -32602, "unknown variant"),
        ("getBundleStatuses", [["x"] * 6], -32602, "at most 5"),
        ("getBundleStatuses", [[1]], -32602, "expected a string"),
        ("sendTransaction", ["x"], -32601, "Method not found"),
        ("getSlot", [], -32601, "Method not found"),
    ):
        reply = await scene.reply(method, *params)
        error = json.loads(reply.body)["error"]
        assert (reply.status, error["code"]) == (400, code)
        assert said in error["message"]
    for body, code in ((b"{", -32700), (b"[]", -32600), (b"\xff", -32700), (b'{"id":{},"method":1}', -32601)):
        reply = await scene.engine.handle("POST", "/api/v1/bundles", body=body)
        document = json.loads(reply.body)
        assert (reply.status, document["error"]["code"], document["id"]) == (400, code, None)
    assert (await scene.reply("getTipAccounts", path="nothing")).status == 400
    assert (await scene.engine.handle("GET", "/api/v1/bundles")).status == 405


async def test_a_bug_costs_one_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes wrong inside is a 500, and the next request is answered."""
    scene = Scene()

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("sniperforge.localnet.block_engine.api._ids", broken)
        assert (await scene.reply("getBundleStatuses", ["x"])).status == 500
    assert await scene.inflight("x") == [("Invalid", None)]


async def test_on_a_network_over_http() -> None:
    """On the Jupiter API's port, beside it: with its rate limit, which the network may lift."""
    async with LocalNetwork(profile=INSTANT, block_engine_rate=0) as network:
        envelope = _paid(network)
        async with aiohttp.ClientSession(network.jito_url) as http:
            request = {
                "jsonrpc": "2.0",
                "id": 1,
                "method": "sendTransaction",
                "params": [base64_of(envelope.raw), {"encoding": "base64"}],
            }
            async with http.post("/api/v1/transactions?bundleOnly=true", json=request) as reply:
                key = reply.headers["x-bundle-id"]
                assert (await reply.json())["result"] == envelope.signature
            request |= {"method": "getInflightBundleStatuses", "params": [[key]]}
            async with http.post("/api/v1/getInflightBundleStatuses", json=request) as reply:
                (value,) = (await reply.json())["result"]["value"]
                assert value["status"] == "Landed"
            async with http.get("/price/v3?ids=x") as reply:
                assert reply.status == 200
    async with LocalNetwork(profile=INSTANT) as network, aiohttp.ClientSession(network.jito_url) as http:
        request = {"id": 1, "method": "getTipAccounts"}
        statuses = []
        for _ in range(2):
            async with http.post("/api/v1/bundles", json=request) as reply:
                statuses.append(reply.status)
        assert statuses == [200, 429]


def _paid(network: LocalNetwork) -> Envelope:
    tip = pay(network.payer, TIP_ACCOUNTS[0], 1_000)
    recent = Hash.from_string(network.ledger.chain.tip.blockhash)
    message = MessageV0.try_compile(network.payer.pubkey(), [tip], [], recent)
    return open_envelope(bytes(VersionedTransaction(message, [network.payer])))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=12,
)
METHODS = (
    "sendBundle",
    "sendTransaction",
    "getBundleStatuses",
    "getInflightBundleStatuses",
    "getTipAccounts",
)


@given(path=st.sampled_from(sorted(_PATHS)), method=st.sampled_from(METHODS) | JSON, params=JSON, name=JSON)
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_request_gets_an_answer(
    any_scene: Scene, path: str, method: object, params: object, name: object
) -> None:
    """A result or an error with a reason, never a failure inside, whatever is in the body."""
    body = json.dumps({"jsonrpc": "2.0", "id": name, "method": method, "params": params}).encode()
    reply = await any_scene.engine.handle("POST", f"/api/v1/{path}", body=body)
    assert reply.status in (200, 400), reply.body
    assert len({"result", "error"} & json.loads(reply.body).keys()) == 1


@pytest.fixture(scope="module")
def any_scene() -> Scene:
    """An engine for whatever comes."""
    return Scene()
