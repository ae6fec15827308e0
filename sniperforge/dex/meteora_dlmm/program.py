"""Program id and derived addresses of Meteora DLMM."""

from __future__ import annotations

from typing import Final

from sniperforge.dex.derive import derived, key_bytes

NAME: Final = "meteora_dlmm"
MAINNET: Final = "LBUZKhRxPF3XUpBCjp4YzTKgLccjZhTSDM9YuVaPwxo"
PROGRAMS: Final = {"mainnet": MAINNET, "devnet": MAINNET}

CUSTOMIZABLE_SEED: Final = "MFGQxwAmB91SwuYX36okv2Qmdc9aMuHTwWGUrp4AtB1"
"""Stands for the creator in the address of a pool with its own parameters: one per pair of mints."""


def reserve_address(pool: str, mint: str) -> str:
    """Where a pool keeps one mint."""
    return derived(MAINNET, key_bytes(pool), key_bytes(mint))


def oracle_address(pool: str) -> str:
    """Where a pool keeps its price history."""
    return derived(MAINNET, b"oracle", key_bytes(pool))


def old_preset_address(bin_step: int, base_factor: int) -> str:
    """The parameters of a bin step and base factor, before they were numbered."""
    factors = (bin_step.to_bytes(2, "little"), base_factor.to_bytes(2, "little"))
    return derived(MAINNET, b"preset_parameter", *factors)


def pool_address(preset: str, mint_a: str, mint_b: str) -> str:
    """The pool of two mints, in any order, under a preset or :data:`CUSTOMIZABLE_SEED`."""
    return derived(MAINNET, key_bytes(preset), *sorted((key_bytes(mint_a), key_bytes(mint_b))))


def permissioned_address(base_key: str, mint_a: str, mint_b: str, bin_step: int) -> str:
    """The pool that the operators opened with a key of their choice."""
    mints = sorted((key_bytes(mint_a), key_bytes(mint_b)))
    return derived(MAINNET, key_bytes(base_key), *mints, bin_step.to_bytes(2, "little"))


def old_pool_address(mint_a: str, mint_b: str, bin_step: int, base_factor: int | None = None) -> str:
    """The pool of two mints and a bin step; the oldest ones had no base factor in their address."""
    seeds = [*sorted((key_bytes(mint_a), key_bytes(mint_b))), bin_step.to_bytes(2, "little")]
    if base_factor is not None:
        seeds.append(base_factor.to_bytes(2, "little"))
    return derived(MAINNET, *seeds)
