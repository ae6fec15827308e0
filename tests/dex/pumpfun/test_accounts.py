"""Curve and Global accounts of any age."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sniperforge.dex.pumpfun import program
from sniperforge.dex.pumpfun.accounts import decode_curve, decode_global
from sniperforge.domain.addresses import SYSTEM_PROGRAM, USDC_MINT, WSOL_MINT
from sniperforge.errors import DecodeError
from tests.dex.pumpfun.conftest import CREATOR, RECIPIENTS, global_account


def test_every_field_of_a_curve(curve_accounts: Callable[..., Any]) -> None:
    """Each from its own place."""
    made = curve_accounts(
        virtual_token=5,
        virtual_quote=6,
        real_token=7,
        real_quote=8,
        mayhem=True,
        quote_mint=USDC_MINT,
        creator_fee_bps=9,
    )
    curve = decode_curve(made.curve_account())
    assert (curve.virtual_token, curve.virtual_quote, curve.real_token, curve.real_quote) == (5, 6, 7, 8)
    assert (curve.supply, curve.complete, curve.creator) == (10**15, False, CREATOR)
    assert (curve.mayhem, curve.cashback, curve.quote_mint) == (True, False, USDC_MINT)
    assert (curve.creator_fee_bps, curve.holder_reward) == (9, True)
    assert (curve.creator_fee_kept, curve.protocol_fees_kept) == (11, 22)


@pytest.mark.parametrize("size", [49, 81, 82, 115, 125, 141, 150, 151, 166, 200])
def test_curves_of_every_length(size: int, curve_accounts: Callable[..., Any]) -> None:
    """A missing tail reads as zero: SOL, no creator, no fees."""
    curve = decode_curve(curve_accounts(size=size, complete=True).curve_account())
    assert curve.complete
    assert not curve.tradable
    assert curve.creator == (CREATOR if size >= 81 else SYSTEM_PROGRAM)
    assert curve.quote_mint == WSOL_MINT
    assert curve.creator_fee_kept == (11 if size >= 133 else 0)


def test_other_accounts_are_no_curves(curve_accounts: Callable[..., Any]) -> None:
    """Another owner, other contents, too short."""
    account = curve_accounts().curve_account()
    for wrong in (
        replace(account, owner=SYSTEM_PROGRAM),
        replace(account, data=b"12345678" + account.data[8:]),
        replace(account, data=account.data[:48]),
    ):
        with pytest.raises(DecodeError):
            decode_curve(wrong)


def test_the_global_account() -> None:
    """Recipients in their lists, empty places left out."""
    rules = decode_global(global_account(creator_fee_configurable=True))
    assert rules.fee_recipients == RECIPIENTS[:8]
    assert rules.reserved_fee_recipients == RECIPIENTS[8:16]
    assert rules.buyback_fee_recipients == RECIPIENTS[16:24]
    assert (rules.fee_bps, rules.creator_fee_bps, rules.creator_fee_configurable) == (100, 0, True)
    old = decode_global(replace(global_account(), data=global_account().data[:113]))
    assert (old.fee_recipients, old.buyback_fee_recipients) == (RECIPIENTS[:1], ())


def test_impossible_rates_are_refused() -> None:
    """Nothing would be left of a trade."""
    account = global_account()
    data = bytearray(account.data)
    data[105:113] = (10_000).to_bytes(8, "little")
    with pytest.raises(DecodeError, match="rates"):
        decode_global(replace(account, data=bytes(data)))
    with pytest.raises(DecodeError, match=program.GLOBAL):
        decode_global(replace(account, owner=SYSTEM_PROGRAM))
