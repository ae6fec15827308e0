from __future__ import annotations

import pytest

from sniperforge.config.genesis import GENESIS_HASHES, check_chain, cluster_of
from sniperforge.domain.base58 import is_address
from sniperforge.errors import ConfigError

LOCAL = "HWdeCUjBvPP1HJ5oCJt7aNsvMWpWoDgiejUWvfFX6T7R"


def test_the_known_hashes_are_well_formed() -> None:
    """Each is 32 bytes in base58."""
    assert all(is_address(genesis) for genesis in GENESIS_HASHES.values())


def test_clusters_are_named_by_genesis_hash() -> None:
    """The public clusters have their names; anything else is a local chain of its own."""
    assert {name: cluster_of(genesis) for name, genesis in GENESIS_HASHES.items()} == {
        name: name for name in GENESIS_HASHES
    }
    assert cluster_of(LOCAL) == "local-HWdeCUjB"


@pytest.mark.parametrize("chain", [*GENESIS_HASHES, "localnet"])
def test_the_right_chain_passes(chain: str) -> None:
    """The node serves what the file says: the answer is the cluster."""
    genesis = GENESIS_HASHES.get(chain, LOCAL)
    assert check_chain(chain, None, genesis) == cluster_of(genesis)


@pytest.mark.parametrize(
    ("chain", "pinned", "served"),
    [
        ("devnet", None, GENESIS_HASHES["mainnet"]),
        ("localnet", None, GENESIS_HASHES["mainnet"]),
        ("mainnet", GENESIS_HASHES["mainnet"], LOCAL),
        ("localnet", "11111111111111111111111111111112", LOCAL),
    ],
)
def test_another_chain_is_refused(chain: str, pinned: str | None, served: str) -> None:
    """A node of another chain is a configuration error that names both."""
    with pytest.raises(ConfigError, match="wrong chain") as caught:
        check_chain(chain, pinned, served)
    assert caught.value.exit_code == 3
    assert served in caught.value.message
    assert chain in caught.value.message
