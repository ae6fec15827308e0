from __future__ import annotations

import tomllib

import pytest
from pydantic import ValidationError

from sniperforge.config.genesis import GENESIS_HASHES
from sniperforge.config.network import ROLES, NetworkConfig
from sniperforge.config.packaged import default_text

GOOD = {
    "chain": "devnet",
    "rpc_url": "https://node.example/?api-key=hunter2",
    "ws_url": "wss://node.example/hunter2",
}
OTHER = {"rpc_url": "http://other.example/hunter2", "roles": ["read", "history"]}


def test_urls_with_keys_stay_out_of_the_text_form() -> None:
    """Neither ``repr`` nor ``str`` shows a URL."""
    network = NetworkConfig.model_validate(GOOD | {"endpoints": [OTHER]})
    assert "hunter2" not in f"{network!r} {network} {network.all_endpoints}"


def test_the_plain_urls_are_the_first_endpoint() -> None:
    """It plays every role unless told; further ones follow in their order, each with its own."""
    plain = NetworkConfig.model_validate(GOOD)
    assert [each.roles for each in plain.all_endpoints] == [ROLES]
    network = NetworkConfig.model_validate(
        GOOD | {"endpoints": [OTHER, OTHER | {"roles": ["send"]}], "roles": ["read", "send", "subscribe"]}
    )
    assert [each.rpc_url for each in network.all_endpoints] == [GOOD["rpc_url"], *[OTHER["rpc_url"]] * 2]
    assert [each.roles for each in network.all_endpoints] == [
        ("read", "send", "subscribe"),
        ("read", "history"),
        ("send",),
    ]


@pytest.mark.parametrize("role", ROLES)
def test_every_role_needs_an_endpoint(role: str) -> None:
    """Without one the first trade would fail; the configuration fails instead."""
    rest = [each for each in ROLES if each != role]
    with pytest.raises(ValidationError, match=f"no endpoint has the role {role}"):
        NetworkConfig.model_validate(GOOD | {"roles": rest})


@pytest.mark.parametrize(
    "change",
    [
        {"rpc_url": "node.example"},
        {"rpc_url": "ws://node.example"},
        {"rpc_url": "https://node.example:port"},
        {"rpc_url": "https://"},
        {"ws_url": "https://node.example"},
        {"roles": []},
        {"roles": ["read", "send", "subscribe", "history", "mine"]},
        {"endpoints": [OTHER | {"rpc_url": "ftp://node.example"}]},
        {"endpoints": [OTHER | {"roles": ["read", "subscribe"]}]},
        {"endpoints": [{"rpc_url": "https://node.example"}]},
        {"endpoints": "https://node.example"},
        {"endpoints": ["https://node.example"]},
        {"block_engine_urls": ["ws://engine.example"]},
        {"block_engine_urls": ["https://engine.example/api/v1/bundles"]},
        {"block_engine_urls": "https://engine.example"},
        {"chain": "moon"},
        {"feed_commitment": "finalized"},
        {"feed_sources": []},
        {"feed_sources": ["logs"]},
        {"feed_sources": ["logsSubscribe", "logsSubscribe"]},
        {"genesis_hash": "short"},
        {"request_timeout_ms": 0},
    ],
)
def test_wrong_endpoints_are_refused(change: dict[str, object]) -> None:
    """A URL has the right scheme and a host; other values are within their bounds."""
    with pytest.raises(ValidationError):
        NetworkConfig.model_validate(GOOD | change)


@pytest.mark.parametrize(
    ("chain", "genesis"), [("devnet", GENESIS_HASHES["mainnet"]), ("localnet", GENESIS_HASHES["devnet"])]
)
def test_the_genesis_hash_must_fit_the_chain(chain: str, genesis: str) -> None:
    """A file cannot claim one chain and another's genesis hash."""
    with pytest.raises(ValidationError, match="genesis hash"):
        NetworkConfig.model_validate(GOOD | {"chain": chain, "genesis_hash": genesis})


def test_a_local_chain_may_pin_its_own_genesis_hash() -> None:
    """An unknown hash belongs to a local chain."""
    own = "11111111111111111111111111111112"
    assert NetworkConfig.model_validate(GOOD | {"chain": "localnet", "genesis_hash": own}).genesis_hash == own


def test_block_engines_are_given_by_their_base_url() -> None:
    """Their keys are in the query, so that they stay out of the text form too; mainnet's file has one."""
    urls = ["https://engine.example/?uuid=hunter2", "http://127.0.0.1:8898"]
    network = NetworkConfig.model_validate(GOOD | {"block_engine_urls": urls})
    assert network.block_engine_urls == tuple(urls)
    assert "hunter2" not in f"{network!r}"
    table = tomllib.loads(default_text("networks/mainnet.toml") or "")
    assert table["block_engine_urls"] == ["https://mainnet.block-engine.jito.wtf"]
