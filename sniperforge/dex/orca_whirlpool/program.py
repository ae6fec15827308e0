"""Program id, known configurations and derived addresses of Orca Whirlpools."""

from __future__ import annotations

from typing import Final

from sniperforge.dex.derive import derived, key_bytes

NAME: Final = "orca_whirlpool"
MAINNET: Final = "whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc"
PROGRAMS: Final = {"mainnet": MAINNET, "devnet": MAINNET}

CONFIGS: Final = frozenset(
    {
        "2LecshUwdy9xi7meFgHtFJQNSKk4KdTrcpvaB56dP2NQ",
        "FcrweFY1G9HJAHG5inkGB6pKg1HZ6x9UC2WioAfWrGkR",
    }
)
"""Orca's own configurations, of mainnet and of devnet. Anybody may make another, with fees of their own."""


def pool_address(config: str, mint_a: str, mint_b: str, fee_tier_index: int) -> str:
    """The pool of two mints under one configuration and fee tier; ``mint_a`` is the smaller by bytes.

    The index is the tick spacing, but for pools with adaptive fees.
    """
    index = fee_tier_index.to_bytes(2, "little")
    return derived(MAINNET, b"whirlpool", key_bytes(config), key_bytes(mint_a), key_bytes(mint_b), index)


def fee_tier_address(config: str, fee_tier_index: int) -> str:
    """The fee tier of a configuration."""
    return derived(MAINNET, b"fee_tier", key_bytes(config), fee_tier_index.to_bytes(2, "little"))


def oracle_address(pool: str) -> str:
    """What a pool with adaptive fees keeps beside itself; other pools name it without having it."""
    return derived(MAINNET, b"oracle", key_bytes(pool))
