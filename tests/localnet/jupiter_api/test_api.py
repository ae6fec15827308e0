"""The table of endpoints and what surrounds every answer."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from tests.localnet.jupiter_api.bench import KEY, Bench


async def test_limits_have_headers_and_a_body() -> None:
    """Five requests without a key, then 429; an error carries no limits, everything an id."""
    api = Bench().api
    replies = [await api.handle("GET", "/price/v3", {"ids": WSOL_MINT}) for _ in range(6)]
    assert [reply.status for reply in replies] == [200] * 5 + [429]
    assert json.loads(replies[5].body) == {"code": 429, "message": "[API Gateway] Too many requests"}
    for reply in replies:
        assert reply.headers.keys() == {
            *("x-api-gateway-request-id", "x-ratelimit-remaining", "x-ratelimit-current", "x-ratelimit-reset")
        }
    wrong = await api.handle("GET", "/swap/v1/quote", headers={"X-Api-Key": "jup_k"})
    assert (wrong.status, wrong.headers.keys()) == (400, {"x-api-gateway-request-id"})
    assert (await api.handle("GET", "/price/v3", headers={"x-api-key": "stolen"})).status == 401


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/swap/v9/quote", b"", 404),
        ("POST", "/swap/v1/quote", b"{}", 404),
        ("POST", "/swap/v1/swap", b"not json", 400),
        ("POST", "/swap/v1/swap", b"[]", 400),
        ("POST", "/swap/v1/swap", b"", 400),
        ("GET", "/price/v3", b"", 400),
    ],
)
async def test_wrong_requests(method: str, path: str, body: bytes, status: int) -> None:
    """JSON, whatever came."""
    reply = await Bench().api.handle(method, path, headers=KEY, body=body)
    assert reply.status == status
    assert json.loads(reply.body)


async def test_a_bug_costs_one_request(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """500 in the service's words; the log has the rest."""
    bench = Bench()

    def broken(_mints: object) -> None:
        raise ZeroDivisionError

    bench.api._context.prices.document = broken  # type: ignore[method-assign,assignment]
    assert await bench.get("/price/v3", code=500, ids="x") == {"error": "Something unexpected occurred"}
    assert "the Jupiter API failed: GET /price/v3" in caplog.text
    assert (await bench.quote(WSOL_MINT, USDC_MINT, 10**9))["outAmount"]


async def test_search() -> None:
    """With and without a query."""
    bench = Bench()
    assert [token["symbol"] for token in await bench.get("/tokens/v2/search", query="SOL")] == ["SOL"]
    assert len(await bench.get("/tokens/v2/search")) > 2


def test_every_endpoint_is_documented() -> None:
    """``docs/localnet.md`` lists those of the code, and no others."""
    page = (Path(__file__).parents[3] / "docs" / "localnet.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(GET|POST) (/\S+)` \|", page, re.MULTILINE)
    assert set(listed) == set(Bench().api._endpoints)
