"""Program ids, fixed accounts and derived addresses of the Pump.fun bonding curve."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from sniperforge.dex import pump_fees
from sniperforge.dex.derive import derived, key_bytes
from sniperforge.domain.addresses import SYSTEM_PROGRAM, WSOL_MINT

NAME: Final = "pumpfun"
PROGRAM: Final = "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P"
PROGRAMS: Final = {"mainnet": PROGRAM, "devnet": PROGRAM}

GLOBAL: Final = "4wTV1YmiEkRvAtNtsSGPtUrqRYQMe5SKy2uB4Jjaxnjf"
EVENT_AUTHORITY: Final = "Ce6TQqeHC9p8KetsN6JsjHK7UTZk7nasjjnr7XxXp9F1"
GLOBAL_VOLUME_ACCUMULATOR: Final = "Hq2wp8uJ9jCPsYgNHex8RtqdvMPfVGoYwjvF1ATiwn2Y"
FEE_CONFIG: Final = "8Wf5TiAheLUqBrKXeYg2JtAFFMWtKdG2BSFgqUcPVwTt"

NO_KEY: Final = SYSTEM_PROGRAM
"""The zero key: a curve quoted in SOL has it as its quote mint."""


@lru_cache(maxsize=4_096)
def curve_address(mint: str) -> str:
    """The curve of a coin; remembered, for each trade of it asks."""
    return derived(PROGRAM, b"bonding-curve", key_bytes(mint))


def curve_v2_address(mint: str) -> str:
    """An account that the oldest trade instructions name after all others."""
    return derived(PROGRAM, b"bonding-curve-v2", key_bytes(mint))


def creator_vault(creator: str) -> str:
    """Where a creator's fees in SOL wait."""
    return derived(PROGRAM, b"creator-vault", key_bytes(creator))


def user_volume_accumulator(user: str) -> str:
    """What a trader traded."""
    return derived(PROGRAM, b"user_volume_accumulator", key_bytes(user))


@lru_cache(maxsize=1_024)
def pool_authority(mint: str) -> str:
    """Who creates the pool that a coin migrates to; nobody else can sign as it."""
    return derived(PROGRAM, b"pool-authority", key_bytes(mint))


def sharing_config(mint: str) -> str:
    """Who shares a coin's creator fee."""
    return derived(pump_fees.PROGRAM, b"sharing-config", key_bytes(mint))


def quote_of(quote_mint: str) -> str:
    """The mint in which a curve is quoted: wrapped SOL where the program stores the zero key."""
    return WSOL_MINT if quote_mint in ("", NO_KEY) else quote_mint
