"""Fixed and derived addresses of the program."""

from __future__ import annotations

from sniperforge.dex import pump_fees
from sniperforge.dex.derive import derived
from sniperforge.dex.pumpfun import program
from sniperforge.domain.addresses import SYSTEM_PROGRAM, USDC_MINT, WSOL_MINT


def test_fixed_addresses_are_derived() -> None:
    """What is written down is what the seeds give."""
    assert derived(program.PROGRAM, b"global") == program.GLOBAL
    assert derived(program.PROGRAM, b"__event_authority") == program.EVENT_AUTHORITY
    assert derived(program.PROGRAM, b"global_volume_accumulator") == program.GLOBAL_VOLUME_ACCUMULATOR
    assert pump_fees.fee_config_address(program.PROGRAM) == program.FEE_CONFIG


def test_addresses_of_a_recorded_coin() -> None:
    """As a recorded migration names them."""
    mint = "4nBz25Nk2J1M4JMjdjE6VQYi66yJBtducUQTNCzSpump"
    assert program.curve_address(mint) == "3pvWeAPDiXJtA2XcSRMW4qXgnLsKKVgoRWtWHzWqUuMq"
    assert program.pool_authority(mint) == "2pY7RfGbEgLhKAzvBTb62zgqpKZ1nUHq1ueN2Y1q3ZPc"


def test_the_zero_key_means_sol() -> None:
    """A missing quote mint too, in events from before there were others."""
    assert [program.quote_of(mint) for mint in ("", SYSTEM_PROGRAM, WSOL_MINT)] == [WSOL_MINT] * 3
    assert program.quote_of(USDC_MINT) == USDC_MINT
