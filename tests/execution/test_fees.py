"""Fees: never above a cap, never falling with urgency or attempts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from sniperforge.domain.trade import Urgency
from sniperforge.errors import ConfigError
from sniperforge.execution.fees import MAX_ACCOUNTS, FeeRules, competed_for, fee_plan, percentile_of

RULES = FeeRules(floor_micro_lamports=1_000, max_fee=10_000_000)
RECENT = tuple(range(0, 100_000, 1_000))
U64 = st.integers(0, 2**63)


def test_what_is_written_and_not_ours_is_competed_for() -> None:
    """In order, once each, no more than a node answers for; what is only read has no price."""
    keys = [Pubkey.from_bytes(number.to_bytes(32, "little")) for number in range(140)]
    metas = [
        AccountMeta(keys[0], True, True),
        AccountMeta(keys[1], False, True),
        AccountMeta(keys[2], False, False),
    ]
    one, many = (
        Instruction(keys[3], b"", metas),
        Instruction(keys[3], b"", [AccountMeta(key, False, True) for key in keys]),
    )
    assert competed_for([one, one], {str(keys[0])}) == (str(keys[1]),)
    assert competed_for([one, many], ()) == tuple(map(str, keys[:MAX_ACCOUNTS]))


def test_the_percentile_goes_by_urgency() -> None:
    """Half, three quarters, nine tenths of what recent slots took."""
    prices = [fee_plan(RULES, 200_000, urgency=each, recent=RECENT).micro_lamports for each in Urgency]
    assert prices == [49_000, 74_000, 89_000]


def test_nobody_knows() -> None:
    """The least is offered; also when others pay nothing."""
    assert fee_plan(RULES, 200_000).micro_lamports == 1_000
    assert fee_plan(RULES, 200_000, urgency=Urgency.URGENT, recent=(0, 0)).micro_lamports == 1_000


def test_each_attempt_offers_half_as_much_more() -> None:
    """Up to the caps."""
    prices = [fee_plan(RULES, 200_000, number=number).micro_lamports for number in range(1, 5)]
    assert prices == [1_000, 1_500, 2_250, 3_375]
    assert fee_plan(RULES, 200_000, number=10**9).lamports <= RULES.max_fee


def test_a_small_trade_pays_little() -> None:
    """Five percent of a million lamports, its signature's fee included."""
    rules = FeeRules(floor_micro_lamports=10**9, max_fee=10_000_000, max_share_bps=500)
    assert 49_000 < fee_plan(rules, 200_000, trade=1_000_000).lamports <= 50_000
    assert fee_plan(rules, 200_000, trade=1_000).lamports == 5_000, "what every transaction costs"
    assert fee_plan(rules, 200_000).lamports > 9_000_000


@pytest.mark.parametrize(
    ("percentile", "expected"), [(0, 1), (1, 1), (33, 1), (34, 2), (50, 2), (67, 3), (100, 3)]
)
def test_percentiles(percentile: int, expected: int) -> None:
    """The nearest rank."""
    assert percentile_of((1, 2, 3), percentile) == expected
    assert percentile_of((), percentile) == 0


@pytest.mark.parametrize("values", [(60, 50, 90), (50, 95, 90), (-1, 50, 90), (50, 75, 101)])
def test_percentiles_that_fall_are_refused(values: tuple[int, int, int]) -> None:
    """So are those outside of 0..100."""
    normal, fast, urgent = values
    with pytest.raises(ConfigError, match="percentiles"):
        FeeRules(
            floor_micro_lamports=1,
            max_fee=1,
            normal_percentile=normal,
            fast_percentile=fast,
            urgent_percentile=urgent,
        )


@given(
    floor=U64,
    most=st.integers(0, 10**10),
    share=st.integers(0, 10_000),
    units=st.integers(0, 1_400_000),
    recent=st.lists(U64, max_size=20).map(sorted),
    trade=st.none() | st.integers(0, 10**12),
    number=st.integers(1, 50),
    salt=st.integers(0, 10**6),
)
def test_no_offer_passes_a_cap(
    floor: int,
    most: int,
    share: int,
    units: int,
    recent: list[int],
    trade: int | None,
    number: int,
    salt: int,
) -> None:
    """Whatever others pay; and a more urgent or later attempt never offers less."""
    rules = FeeRules(floor_micro_lamports=floor, max_fee=most, max_share_bps=share)
    offers = [
        fee_plan(rules, units, urgency=urgency, number=each, recent=recent, trade=trade)
        for urgency in Urgency
        for each in (number, number + 1)
    ]
    cap = most if trade is None else min(most, trade * share // 10_000)
    for offer in offers:
        assert offer.distinct(salt).lamports <= max(cap, 5_000)
    assert [each.micro_lamports for each in offers[::2]] == sorted(
        each.micro_lamports for each in offers[::2]
    )
    for first, second in zip(offers[::2], offers[1::2], strict=True):
        assert first.micro_lamports <= second.micro_lamports
