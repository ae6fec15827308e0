"""Loading LaunchLab curves from accounts."""

from __future__ import annotations

import struct

import pytest

from sniperforge.dex.raydium_launchlab.loading import load_state, needed_by
from sniperforge.domain.addresses import SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM, WSOL_MINT
from sniperforge.errors import DecodeError, NotFoundError
from tests.dex.raydium_launchlab.made_curve import (
    BASE_VAULT,
    CONFIG,
    PLATFORM,
    POOL,
    QUOTE_VAULT,
    TOKEN,
    CurveAccounts,
    pool,
)

OLDER, NEWER = struct.pack("<QQH", 0, 10**15, 100), struct.pack("<QQH", 900, 10**15, 200)
TRANSFER_FEE = bytes(83) + b"\x01" + struct.pack("<HH", 1, 108) + bytes(72) + OLDER + NEWER


def test_a_curve_is_loaded_whole() -> None:
    """Rates from both configurations, programs from the mints."""
    state = load_state(POOL, CurveAccounts(pool()).pack(), epoch=1)
    assert state.pool == pool()
    assert tuple(state.rates) == (2_500, 10_000, 500, 0)
    assert (state.base_program, state.quote_program) == (TOKEN_2022_PROGRAM, TOKEN_PROGRAM)
    assert (state.base_fee, state.quote_fee) == (None, None)
    assert needed_by(pool()) == (CONFIG, PLATFORM, TOKEN, WSOL_MINT, BASE_VAULT, QUOTE_VAULT)


def test_the_epoch_chooses_the_transfer_fee() -> None:
    """Before the newer one's epoch the older one is in force."""
    accounts = CurveAccounts(pool(), base_extensions=TRANSFER_FEE).pack()
    rates = []
    for epoch in (1, 900):
        fee = load_state(POOL, accounts, epoch=epoch).base_fee
        assert fee is not None
        rates.append(fee.bps)
    assert rates == [100, 200]


def test_what_contradicts_the_curve_is_refused() -> None:
    """Other decimals, another program's configuration, somebody's vault, something missing."""
    with pytest.raises(DecodeError, match="contradicts"):
        load_state(POOL, CurveAccounts(pool(), base_decimals=9).pack(), epoch=1)
    with pytest.raises(DecodeError, match="another program"):
        load_state(POOL, CurveAccounts(pool(), config_owner=SYSTEM_PROGRAM).pack(), epoch=1)
    with pytest.raises(DecodeError, match="not a vault"):
        load_state(POOL, CurveAccounts(pool(), vault_owner=POOL).pack(), epoch=1)
    for missing in (POOL, *needed_by(pool())):
        accounts = CurveAccounts(pool()).pack()
        accounts[missing] = None
        with pytest.raises(NotFoundError):
            load_state(POOL, accounts, epoch=1)
