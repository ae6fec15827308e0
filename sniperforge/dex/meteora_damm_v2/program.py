"""Program id and derived addresses of Meteora DAMM v2."""

from __future__ import annotations

from typing import Final

from sniperforge.dex.derive import derived, key_bytes

NAME: Final = "meteora_damm_v2"
MAINNET: Final = "cpamdpZCGKUy5JxQXB4dcpGPiikHawvSWAd6mEn1sGG"
PROGRAMS: Final = {"mainnet": MAINNET, "devnet": MAINNET}

AUTHORITY: Final = "HLnpSz9h2S4hiLQ43rnSD9XkcUThA7B8hQMKmDaiTLcC"
"""Derived from ``pool_authority``: the owner of every pool's vaults."""


def pool_address(config: str, mint_a: str, mint_b: str) -> str:
    """The pool of two mints, in any order, under a configuration."""
    return derived(MAINNET, b"pool", key_bytes(config), *_by_size(mint_a, mint_b))


def customizable_address(mint_a: str, mint_b: str) -> str:
    """The pool of two mints, in any order, with its own parameters: one per pair."""
    return derived(MAINNET, b"cpool", *_by_size(mint_a, mint_b))


def vault_address(mint: str, pool: str) -> str:
    """Where a pool keeps one mint."""
    return derived(MAINNET, b"token_vault", key_bytes(mint), key_bytes(pool))


def _by_size(mint_a: str, mint_b: str) -> list[bytes]:
    return sorted((key_bytes(mint_a), key_bytes(mint_b)), reverse=True)
