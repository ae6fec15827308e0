"""Error bodies."""

from __future__ import annotations

from sniperforge.localnet.jupiter_api import faults


def test_bodies_are_those_of_the_service() -> None:
    """Text and code, or the gateway's pair."""
    assert faults.not_tradable("M").body == {
        "error": "The token M is not tradable",
        "errorCode": "TOKEN_NOT_TRADABLE",
    }
    assert faults.no_routes().body["errorCode"] == "NO_ROUTES_FOUND"
    assert faults.no_route().body["errorCode"] == "COULD_NOT_FIND_ANY_ROUTE"
    assert faults.bad_request("x").body == {"error": "x"}
    assert faults.unsupported("payer").status == 400
    limited = faults.gateway(429, "[API Gateway] Too many requests")
    assert (limited.status, limited.body["code"], limited.message) == (429, 429, limited.body["message"])
