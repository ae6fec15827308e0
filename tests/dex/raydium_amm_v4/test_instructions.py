"""Account lists; tests/dex/recorded.py compares them with every recorded swap."""

from __future__ import annotations

import pytest

from sniperforge.dex.raydium_amm_v4 import program
from sniperforge.dex.raydium_amm_v4.accounts import decode_pool
from sniperforge.dex.raydium_amm_v4.instructions import swap_base_in
from sniperforge.dex.raydium_amm_v4.openbook import decode_market
from sniperforge.domain.addresses import TOKEN_PROGRAM
from sniperforge.errors import DecodeError, RefusedError
from tests.dex.raydium_amm_v4.conftest import MARKET, OWNER, PoolAccounts, key

MADE = PoolAccounts()
ACCOUNTS = MADE.pack()
POOL = decode_pool(ACCOUNTS[MADE.pool])  # type: ignore[arg-type]
USER = {"user": OWNER, "user_input": key(8), "user_output": key(9)}


def test_without_orders() -> None:
    """17 accounts, the pool in the places of the order book; data is tag and two amounts."""
    made = swap_base_in(POOL, None, amount_in=5, minimum_out=6, **USER)
    names = [str(meta.pubkey) for meta in made.accounts]
    assert names[:6] == [TOKEN_PROGRAM, MADE.pool, program.authority(), MADE.pool, *MADE.vaults]
    assert names[6:] == [MADE.pool] * 8 + [key(8), key(9), OWNER]
    assert [meta.is_signer for meta in made.accounts] == [False] * 16 + [True]
    assert not made.accounts[0].is_writable
    assert bytes(made.data) == b"\x09" + (5).to_bytes(8, "little") + (6).to_bytes(8, "little")
    assert str(made.program_id) == program.MAINNET


def test_with_orders() -> None:
    """18 accounts: target orders, and everything of the market."""
    market = decode_market(ACCOUNTS[MARKET])  # type: ignore[arg-type]
    made = swap_base_in(POOL, market, amount_in=5, minimum_out=6, **USER)
    names = [str(meta.pubkey) for meta in made.accounts]
    assert len(names) == 18
    assert names[3:5] == [POOL.open_orders, POOL.target_orders]
    assert names[7:15] == [
        market.program_id,
        MARKET,
        market.bids,
        market.asks,
        market.event_queue,
        market.coin_vault,
        market.pc_vault,
        market.vault_signer,
    ]


def test_what_cannot_be_built() -> None:
    """Amounts beyond a u64, and texts that are no addresses."""
    for amounts in ({"amount_in": 2**64, "minimum_out": 0}, {"amount_in": 1, "minimum_out": -1}):
        with pytest.raises(RefusedError):
            swap_base_in(POOL, None, **amounts, **USER)
    with pytest.raises(DecodeError):
        swap_base_in(POOL, None, amount_in=1, minimum_out=1, **(USER | {"user": "x"}))
