"""Fee schedules: which rates hold, and accounts of any age."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniperforge.dex import pump_fees
from sniperforge.dex.anchor import account_discriminator
from sniperforge.dex.pump_fees import (
    FeeConfig,
    Fees,
    Tier,
    decode_fee_config,
    fee_on,
    gross_for,
    is_custom_pair,
)
from sniperforge.domain.addresses import SYSTEM_PROGRAM, USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.errors import DecodeError

XSTOCK = "Xsc9qvGR1efVDFGLrVsmkzv3qi45LTBjeUKSPmx9qEh"
FLAT, LOW, HIGH, STABLE = Fees(25, 5, 0), Fees(2, 93, 30), Fees(20, 5, 95), Fees(1, 2, 3)
TIERS = (Tier(10, LOW), Tier(420, HIGH))
CONFIG = FeeConfig("x", FLAT, TIERS, (Tier(0, STABLE),))


def packed(fees: Fees) -> bytes:
    return struct.pack("<3Q", *fees)


def listed(*tiers: Tier) -> bytes:
    body = b"".join(tier.threshold.to_bytes(16, "little") + packed(tier.fees) for tier in tiers)
    return struct.pack("<I", len(tiers)) + body


def account(*parts: bytes, owner: str = pump_fees.PROGRAM) -> Account:
    data = account_discriminator("FeeConfig") + bytes(33) + b"".join(parts)
    return Account("x", owner, 1, data)


def test_market_cap_chooses_the_tier() -> None:
    """The last one reached; below the first, the first."""
    found = [CONFIG.fees(WSOL_MINT, cap) for cap in (0, 10, 419, 420, 10**20)]
    assert found == [LOW, LOW, LOW, HIGH, HIGH]


def test_the_quote_chooses_the_schedule() -> None:
    """SOL in any form, USDC, anything else; pools that no migration created are flat."""
    assert CONFIG.fees(SYSTEM_PROGRAM, 420) == HIGH
    assert CONFIG.fees(USDC_MINT, 420) == STABLE
    assert CONFIG.fees(XSTOCK, 420) == FLAT
    assert FeeConfig("x", FLAT, TIERS, (), Fees(1, 1, 1)).fees(XSTOCK, 420) == Fees(1, 1, 1)
    assert FeeConfig("x", FLAT, TIERS).fees(USDC_MINT, 420) == HIGH
    assert CONFIG.fees(WSOL_MINT, 420, canonical=False) == FLAT
    assert [is_custom_pair(mint) for mint in (WSOL_MINT, USDC_MINT, XSTOCK)] == [False, False, True]


def test_accounts_of_every_age() -> None:
    """Without stable tiers, without exotic fees, with everything and more behind it."""
    head = (packed(FLAT), listed(*TIERS))
    assert decode_fee_config(account(*head)) == FeeConfig("x", FLAT, TIERS)
    stable = listed(Tier(0, STABLE))
    assert decode_fee_config(account(*head, stable)) == CONFIG
    whole = decode_fee_config(account(*head, stable, packed(LOW), bytes(100)))
    assert whole.exotic == LOW


@pytest.mark.parametrize(
    "wrong",
    [
        account(packed(FLAT), listed(*TIERS), owner=SYSTEM_PROGRAM),
        Account("x", pump_fees.PROGRAM, 1, b"12345678" + bytes(200)),
        account(packed(FLAT), listed()),
        account(packed(FLAT), struct.pack("<I", 1000)),
        account(packed(FLAT)[:20]),
        account(packed(Fees(5_000, 4_000, 1_000)), listed(*TIERS)),
        account(packed(FLAT), listed(Tier(0, Fees(10_000, 0, 0)))),
    ],
    ids=["owner", "contents", "no tiers", "too many tiers", "too short", "flat rates", "tier rates"],
)
def test_other_accounts_are_refused(wrong: Account) -> None:
    """With DecodeError, and nothing else."""
    with pytest.raises(DecodeError):
        decode_fee_config(wrong)


@given(
    net=st.integers(1, 10**15), rates=st.tuples(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
)
def test_gross_is_the_smallest_that_leaves_enough(net: int, rates: tuple[int, int, int]) -> None:
    """One unit less leaves less."""

    def left(gross: int) -> int:
        return gross - sum(fee_on(gross, bps) for bps in rates)

    gross = gross_for(net, rates)
    assert left(gross) >= net > left(gross - 1)
