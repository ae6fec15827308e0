"""Fixed and derived addresses of the program."""

from __future__ import annotations

from sniperforge.dex import pump_fees
from sniperforge.dex.derive import derived
from sniperforge.dex.pumpfun.program import pool_authority
from sniperforge.dex.pumpswap import program
from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from tests.dex.pumpfun.conftest import made_up

MINT = "4nBz25Nk2J1M4JMjdjE6VQYi66yJBtducUQTNCzSpump"
POOL = "7vUJ4nx2sBhi5yKVxqgGqeE6uB9QJBw2Ku9LFz4qqZjp"


def test_fixed_addresses_are_derived() -> None:
    """What is written down is what the seeds give."""
    assert derived(program.PROGRAM, b"global_config") == program.GLOBAL_CONFIG
    assert derived(program.PROGRAM, b"__event_authority") == program.EVENT_AUTHORITY
    assert derived(program.PROGRAM, b"global_volume_accumulator") == program.GLOBAL_VOLUME_ACCUMULATOR
    assert pump_fees.fee_config_address(program.PROGRAM) == program.FEE_CONFIG


def test_the_pool_of_a_recorded_migration_is_the_coins_own() -> None:
    """By its index, its creator and its address; anything else is a look-alike."""
    authority = pool_authority(MINT)
    assert program.is_canonical(POOL, 0, authority, MINT, WSOL_MINT)
    assert program.lp_mint_address(POOL) == "FyZ6ZZG5zV4R8F7pxQnFWm5j4kTq8yc8H2MMd4Q9C8za"
    assert not program.is_canonical(POOL, 1, authority, MINT, WSOL_MINT)
    assert not program.is_canonical(POOL, 0, made_up(1), MINT, WSOL_MINT)
    assert not program.is_canonical(POOL, 0, authority, MINT, USDC_MINT)
    other = program.pool_address(0, made_up(1), MINT, WSOL_MINT)
    assert not program.is_canonical(other, 0, authority, MINT, WSOL_MINT)
