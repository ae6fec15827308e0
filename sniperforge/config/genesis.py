"""Which chain a node serves, told by its genesis hash and by nothing else. Pure."""

from __future__ import annotations

from typing import Final

from sniperforge.errors import ConfigError

GENESIS_HASHES: Final = {
    "mainnet": "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d",
    "devnet": "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG",
    "testnet": "4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY",
}
"""Genesis hashes of the public clusters, as ``getGenesisHash`` answers on each."""

_CLUSTERS: Final = {genesis: name for name, genesis in GENESIS_HASHES.items()}


def cluster_of(genesis_hash: str) -> str:
    """``mainnet``, ``devnet`` or ``testnet`` for a known hash, else ``local-`` and its first 8 letters."""
    return _CLUSTERS.get(genesis_hash, f"local-{genesis_hash[:8]}")


def check_chain(chain: str, expected: str | None, genesis_hash: str) -> str:
    """The cluster that ``genesis_hash`` belongs to, after proving that it is the one configured.

    Call it before a key is unlocked.

    Args:
        chain, expected: ``chain`` and ``genesis_hash`` of the network's file.
        genesis_hash: what the node answers.

    Raises:
        ConfigError: the node serves another chain than the network file says.
    """
    cluster = cluster_of(genesis_hash)
    served = "localnet" if cluster.startswith("local-") else cluster
    if served == chain and expected in (None, genesis_hash):
        return cluster
    wanted = chain if expected is None else f"{chain} ({expected})"
    raise ConfigError(
        f"wrong chain: the network file says {wanted}, the node serves {served} ({genesis_hash})",
        hint="correct `chain` or the URLs in the network file; nothing was unlocked or sent",
        details={"expected_chain": chain, "chain": served, "genesis_hash": genesis_hash},
    )
