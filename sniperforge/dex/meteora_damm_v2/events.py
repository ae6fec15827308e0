"""What Meteora DAMM v2 leaves in calls of itself: creations, swaps, and what positions take and give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.dex.anchor import DISCRIMINATOR_SIZE, event_discriminator
from sniperforge.dex.byte_reader import ByteReader
from sniperforge.dex.growing_layout import GrowingLayout, by_discriminator
from sniperforge.dex.invoke_stack import LOG_PREFIX
from sniperforge.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Mapping

CREATION_LINES: Final = frozenset(
    LOG_PREFIX + "Instruction: " + name
    for name in ("InitializePool", "InitializePoolWithDynamicConfig", "InitializeCustomizablePool")
)

SWAP_2: Final = GrowingLayout(
    event_discriminator("EvtSwap2"),
    (
        ("pool", "key"),
        ("trade_direction", "u8"),
        ("collect_fee_mode", "u8"),
        ("has_referral", "bool"),
        ("amount_0", "u64"),
        ("amount_1", "u64"),
        ("swap_mode", "u8"),
        ("included_fee_input_amount", "u64"),
        ("excluded_fee_input_amount", "u64"),
        ("amount_left", "u64"),
        ("output_amount", "u64"),
        ("next_sqrt_price", "u128"),
        ("claiming_fee", "u64"),
        ("protocol_fee", "u64"),
        ("compounding_fee", "u64"),
        ("referral_fee", "u64"),
        ("included_transfer_fee_amount_in", "u64"),
        ("included_transfer_fee_amount_out", "u64"),
        ("excluded_transfer_fee_amount_out", "u64"),
        ("current_timestamp", "u64"),
        ("reserve_a_amount", "u64"),
        ("reserve_b_amount", "u64"),
    ),
    least="excluded_transfer_fee_amount_out",
)
SWAP: Final = GrowingLayout(
    event_discriminator("EvtSwap"),
    (
        ("pool", "key"),
        ("trade_direction", "u8"),
        ("has_referral", "bool"),
        ("amount_in", "u64"),
        ("minimum_amount_out", "u64"),
        ("output_amount", "u64"),
        ("next_sqrt_price", "u128"),
        ("lp_fee", "u64"),
        ("protocol_fee", "u64"),
        ("partner_fee", "u64"),
        ("referral_fee", "u64"),
        ("actual_amount_in", "u64"),
        ("current_timestamp", "u64"),
    ),
    least="actual_amount_in",
)
CHANGED: Final = GrowingLayout(
    event_discriminator("EvtLiquidityChange"),
    (
        ("pool", "key"),
        ("position", "key"),
        ("owner", "key"),
        ("token_a_amount", "u64"),
        ("token_b_amount", "u64"),
        ("transfer_fee_included_token_a_amount", "u64"),
        ("transfer_fee_included_token_b_amount", "u64"),
        ("reserve_a_amount", "u64"),
        ("reserve_b_amount", "u64"),
        ("liquidity_delta", "u128"),
        ("token_a_amount_threshold", "u64"),
        ("token_b_amount_threshold", "u64"),
        ("change_type", "u8"),
    ),
    least="change_type",
)
_OLD_CHANGE: Final = (
    ("pool", "key"),
    ("position", "key"),
    ("owner", "key"),
    ("liquidity_delta", "u128"),
    ("token_a_amount_threshold", "u64"),
    ("token_b_amount_threshold", "u64"),
    ("token_a_amount", "u64"),
    ("token_b_amount", "u64"),
)
ADDED: Final = GrowingLayout(event_discriminator("EvtAddLiquidity"), _OLD_CHANGE, least="token_b_amount")
REMOVED: Final = GrowingLayout(event_discriminator("EvtRemoveLiquidity"), _OLD_CHANGE, least="token_b_amount")

SWAPS: Final[Mapping[bytes, GrowingLayout]] = by_discriminator(SWAP_2, SWAP)
CHANGES: Final[Mapping[bytes, GrowingLayout]] = by_discriminator(CHANGED, ADDED, REMOVED)

_CREATED: Final = event_discriminator("EvtInitializePool")
_ADDRESSES: Final = 6
"""Pool, two mints, creator, payer, alpha vault."""
_BASE_FEE_SIZE: Final = 27
_DYNAMIC_FEE_SIZE: Final = 32


def pool_fees(data: ByteReader) -> dict[str, int]:
    """``PoolFeeParameters``: the fee when trading opens, parts per 1,000,000,000; the rest is passed over.

    Raises:
        DecodeError: there is too little.
    """
    start = data.at
    found = {"cliff_fee_numerator": data.u64()}
    data.take(_BASE_FEE_SIZE + 3 - (data.at - start))
    data.option(lambda: data.take(_DYNAMIC_FEE_SIZE))
    return found


def created(payload: bytes) -> dict[str, int] | None:
    """The numbers of an ``EvtInitializePool``, discriminator first; ``None`` for other or shorter data."""
    if payload[:DISCRIMINATOR_SIZE] != _CREATED:
        return None
    data = ByteReader(payload, DISCRIMINATOR_SIZE, "EvtInitializePool")
    try:
        data.take(32 * _ADDRESSES)
        found = pool_fees(data)
        found |= {"sqrt_min_price": data.u128(), "sqrt_max_price": data.u128()}
        found |= {"activation_type": data.u8(), "collect_fee_mode": data.u8()}
        found |= {"liquidity": data.u128(), "sqrt_price": data.u128(), "activation_point": data.u64()}
        found |= {"token_a_flag": data.u8(), "token_b_flag": data.u8()}
        found |= {"token_a_amount": data.u64(), "token_b_amount": data.u64()}
        found |= {"total_amount_a": data.u64(), "total_amount_b": data.u64()}
    except DecodeError:
        return None
    return found | ({"pool_type": data.u8()} if data.left else {})
