"""From fetched accounts to a state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sniperforge.dex.pumpswap import program
from sniperforge.dex.pumpswap.accounts import decode_pool
from sniperforge.dex.pumpswap.loading import load_state, needed_by
from sniperforge.domain.addresses import SYSTEM_PROGRAM, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.errors import DecodeError, NotFoundError
from tests.dex.pumpfun.conftest import MINT, made_up, transfer_fee


def test_what_a_pool_needs(pool_accounts: Callable[..., Any]) -> None:
    """Vaults, mints, LP mint, rules and schedules: all that is packed but itself."""
    made = pool_accounts()
    assert {made.pool, *needed_by(decode_pool(made.pool_account()))} == made.pack().keys()


def test_a_pool_is_loaded(pool_accounts: Callable[..., Any]) -> None:
    """Both sides with what their mints say."""
    made = pool_accounts(base_tail=transfer_fee(100))
    state = load_state(made.pool, made.pack(), epoch=5)
    assert (state.base.vault, state.quote_of.vault) == (made.base_amount, made.quote_amount)
    assert (state.base.decimals, state.quote_of.decimals) == (6, 9)
    assert state.base.transfer_fee is not None
    assert (state.base.transfer_fee.bps, state.quote_of.transfer_fee) == (100, None)
    assert state.canonical
    free = pool_accounts(base_tail=transfer_fee(0))
    assert load_state(free.pool, free.pack(), epoch=5).base.transfer_fee is None


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"vault_owner": made_up(1)}, DecodeError),
        ({"fees_kept": (10**12, 0)}, DecodeError),
        ({"virtual_quote": -(10**12)}, DecodeError),
        ({"replaced": {program.GLOBAL_CONFIG: None}}, NotFoundError),
        ({"replaced": {WSOL_MINT: None}}, NotFoundError),
        ({"replaced": {MINT: Account(MINT, SYSTEM_PROGRAM, 1, b"")}}, DecodeError),
    ],
    ids=[
        "another's vault",
        "fees above the vault",
        "reserves below zero",
        "no rules",
        "no mint",
        "no mint's bytes",
    ],
)
def test_what_is_not_as_it_should_be(
    changes: dict[str, Any], error: type[Exception], pool_accounts: Callable[..., Any]
) -> None:
    """Nothing is guessed."""
    made = pool_accounts(**changes)
    with pytest.raises(error):
        load_state(made.pool, made.pack(), epoch=5)
