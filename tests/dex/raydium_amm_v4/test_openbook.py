"""Markets and open orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from solders.pubkey import Pubkey

from sniperforge.dex.raydium_amm_v4 import program
from sniperforge.dex.raydium_amm_v4.openbook import decode_market, decode_totals
from sniperforge.domain.chain import Account
from sniperforge.errors import DecodeError
from tests.dex.raydium_amm_v4.conftest import MARKET, OPENBOOK, OWNER, key, raw


def test_a_market(pool_accounts: Callable[..., Any]) -> None:
    """What a swap names of it."""
    made = pool_accounts()
    market = decode_market(made.pack()[MARKET])
    assert (market.address, market.program_id) == (MARKET, OPENBOOK)
    found = (market.coin_vault, market.pc_vault, market.event_queue, market.bids, market.asks)
    assert found == tuple(key(number) for number in range(1, 6))
    nonce = made.nonce.to_bytes(8, "little")
    signer = Pubkey.create_program_address((raw(MARKET), nonce), Pubkey.from_string(OPENBOOK))
    assert market.vault_signer == str(signer)


def test_totals(pool_accounts: Callable[..., Any]) -> None:
    """Only of the pool's own orders."""
    made = pool_accounts(book=(7, 8))
    orders = made.pack()[made.open_orders]
    assert decode_totals(orders, market=MARKET, owner=program.authority()) == (7, 8)
    with pytest.raises(DecodeError, match="another pool"):
        decode_totals(orders, market=MARKET, owner=OWNER)


def test_what_is_neither() -> None:
    """Refused as DecodeError; a nonce that gives no signer too."""
    for data in (b"", bytes(388), bytes(3_228)):
        with pytest.raises(DecodeError):
            decode_market(Account(MARKET, OPENBOOK, 1, data))
        with pytest.raises(DecodeError):
            decode_totals(Account(MARKET, OPENBOOK, 1, data), market="", owner="")


def test_a_nonce_without_a_signer(pool_accounts: Callable[..., Any]) -> None:
    """About half of all nonces give none."""
    refused = 0
    for nonce in range(30):
        try:
            decode_market(pool_accounts(nonce=nonce).pack()[MARKET])
        except DecodeError:
            refused += 1
    assert 0 < refused < 30
