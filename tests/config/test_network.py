from __future__ import annotations

import pytest
from pydantic import ValidationError

from sniperforge.config.genesis import GENESIS_HASHES
from sniperforge.config.network import NetworkConfig

GOOD = {
    "chain": "devnet",
    "rpc_url": "https://node.example/?api-key=hunter2",
    "ws_url": "wss://node.example/hunter2",
}


def test_urls_with_keys_stay_out_of_the_text_form() -> None:
    """Neither ``repr`` nor ``str`` shows a URL."""
    network = NetworkConfig.model_validate(GOOD | {"read_urls": ["http://other.example/hunter2"]})
    assert "hunter2" not in f"{network!r} {network}"
    assert network.read_urls == ("http://other.example/hunter2",)


@pytest.mark.parametrize(
    "change",
    [
        {"rpc_url": "node.example"},
        {"rpc_url": "ws://node.example"},
        {"rpc_url": "https://node.example:port"},
        {"rpc_url": "https://"},
        {"ws_url": "https://node.example"},
        {"read_urls": ["ftp://node.example"]},
        {"read_urls": "https://node.example"},
        {"chain": "moon"},
        {"feed_commitment": "finalized"},
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
