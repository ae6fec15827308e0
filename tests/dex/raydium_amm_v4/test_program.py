"""Derived addresses against a recorded creation."""

from __future__ import annotations

import pytest

from sniperforge.dex.raydium_amm_v4 import program
from sniperforge.testing.fixtures import read_recording, recordings

FILES = recordings("raydium_amm_v4")


@pytest.mark.skipif(not FILES, reason="no recordings of AMM v4 here")
def test_all_addresses_follow_from_the_market() -> None:
    """Every recorded creation, look-alikes included: their markets differ, not the derivation."""
    matched = 0
    for path in FILES.values():
        for entry in read_recording(path)["decoded"]:
            if entry["name"] != "initialize2":
                continue
            roles = entry["accounts"]
            market = roles["market"]
            assert program.pool_address(market) == roles["amm"]
            assert program.authority() == roles["amm_authority"]
            assert program.open_orders_address(market) == roles["amm_open_orders"]
            assert program.target_orders_address(market) == roles["amm_target_orders"]
            assert program.lp_mint_address(market) == roles["lp_mint"]
            assert program.coin_vault_address(market) == roles["pool_coin_token_account"]
            assert program.pc_vault_address(market) == roles["pool_pc_token_account"]
            matched += 1
    print(f"derived addresses: matched {matched} of {matched}")
    assert matched >= 10
