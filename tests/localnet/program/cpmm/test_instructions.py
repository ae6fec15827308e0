"""Addresses and account metas of the instruction builders."""

from __future__ import annotations

import pytest
from solders.pubkey import Pubkey

from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.localnet.program.cpmm import instructions as amm
from tests.localnet.program.svm_bench import key


def test_known_addresses() -> None:
    """Authority and config 0 are the mainnet addresses (pools.md section 2)."""
    assert str(amm.AUTHORITY) == "GpMZbSM2GgvTKHJirzeGfMFoaZ8UR2X7F4v8vHTvxFbL"
    assert str(amm.CONFIG_0) == "D4FPEruKEHrG5TenZ2mpDGEfu1iUvTiqBxvpU8HLBvC2"
    assert amm.config_address(1) != amm.CONFIG_0


def test_recorded_pool_addresses() -> None:
    """The addresses of a recorded pool come out of its mints in either order."""
    mint = Pubkey.from_string("Ca4LSzcHKRB6jqFTiz2NHx7AeQtsztpyeyWfUgi1JUKX")
    at = amm.pool_addresses(mint, Pubkey.from_string(WSOL_MINT))
    assert at == amm.pool_addresses(Pubkey.from_string(WSOL_MINT), mint)
    assert str(at.pool) == "39cNgTyzsDdxcfrFowjEgmmH1LPpgS4cqEqE4geBu6dq"
    assert str(at.lp_mint) == "5179DhrFyr8EBK66DH9zGDhkbgsbACaombXxzMibG36D"
    assert str(at.vault_0) == "3dXKdZqGPmmSBJdcv4dgCDqsEmYmo31jRmmxKEneuXjf"
    assert str(at.vault_1) == "BR9BJ5ycbUNhBY79yhWorGSJ5VksE8TL7GgjqqbYV8B7"
    assert str(at.observation) == "5Hwj8oU5HB3bWtxTbDSQt5quefMgAVUEViiLNnGWpcFb"


def test_programs_follow_their_mints() -> None:
    """Token programs are swapped together with the mints, and an own pool key is kept."""
    first, second = sorted((key("x"), key("y")), key=bytes)
    at = amm.pool_addresses(second, first, program_a=amm.TOKEN_2022, pool=key("own"))
    assert (at.mint_0, at.program_0, at.mint_1, at.program_1) == (first, amm.TOKEN, second, amm.TOKEN_2022)
    assert at.pool == key("own")
    assert at.vault_0 != amm.pool_addresses(first, second).vault_0


def test_side_of_a_foreign_mint() -> None:
    """A mint that the pool does not hold is an error, not a side."""
    at = amm.pool_addresses(key("x"), key("y"))
    assert at.side_of(at.mint_1) == 1
    with pytest.raises(ValueError, match="not in tuple"):
        at.side_of(key("z"))
