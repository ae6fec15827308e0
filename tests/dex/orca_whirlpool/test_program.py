"""Addresses that Whirlpools derive, held against a recorded creation (3KTysNKZ...)."""

from __future__ import annotations

import pytest

from sniperforge.dex.orca_whirlpool import program
from sniperforge.testing.fixtures import read_recording, recordings

SHARED = recordings("orca_whirlpool")
needs_shared = pytest.mark.skipif(
    "ix_initialize_pool" not in SHARED, reason="the shared fixtures are absent: set SNIPERFORGE_FIXTURES"
)


def test_the_fee_tier_of_a_creation() -> None:
    """Three facts of the transaction 3KTysNKZ...: configuration, tick spacing, and where its fee tier lies."""
    assert (
        program.fee_tier_address("2LecshUwdy9xi7meFgHtFJQNSKk4KdTrcpvaB56dP2NQ", 32896)
        == "zVmMsL5qGh7txhTHFgGZcFQpSsxSx6DBLJ3u113PBer"
    )


@needs_shared
def test_addresses_of_recorded_pools() -> None:
    """Pool and fee tier of a creation, oracle of a swap."""
    (created,) = read_recording(SHARED["ix_initialize_pool"])["decoded"]
    roles, spacing = created["accounts"], created["args"]["tick_spacing"]
    config = roles["whirlpools_config"]
    assert config in program.CONFIGS
    pool = program.pool_address(config, roles["token_mint_a"], roles["token_mint_b"], spacing)
    assert pool == roles["whirlpool"]
    assert program.fee_tier_address(config, spacing) == roles["fee_tier"]
    (swapped,) = read_recording(SHARED["ix_swap_v2"])["decoded"]
    assert program.oracle_address(swapped["accounts"]["whirlpool"]) == swapped["accounts"]["oracle"]
