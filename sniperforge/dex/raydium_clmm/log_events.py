"""What Raydium CLMM writes into the logs: creations, swaps, and what positions take and give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.dex.anchor import event_discriminator
from sniperforge.dex.growing_layout import GrowingLayout, by_discriminator
from sniperforge.dex.invoke_stack import LOG_PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.dex.growing_layout import Fields

CREATION_LINES: Final = frozenset(
    LOG_PREFIX + "Instruction: " + name
    for name in ("CreatePool", "CreateCustomizablePool", "CreatePermissionedPool")
)

CREATED: Final = GrowingLayout(
    event_discriminator("PoolCreatedEvent"),
    (
        ("token_0_mint", "key"),
        ("token_1_mint", "key"),
        ("tick_spacing", "u16"),
        ("pool", "key"),
        ("sqrt_price_x64", "u128"),
        ("tick", "i32"),
        ("token_0_vault", "key"),
        ("token_1_vault", "key"),
    ),
    least="token_1_vault",
)
SWAP: Final = GrowingLayout(
    event_discriminator("SwapEvent"),
    (
        ("pool", "key"),
        ("sender", "key"),
        ("user_token_0", "key"),
        ("user_token_1", "key"),
        ("amount_0", "u64"),
        ("transfer_fee_0", "u64"),
        ("amount_1", "u64"),
        ("transfer_fee_1", "u64"),
        ("zero_for_one", "bool"),
        ("sqrt_price_x64", "u128"),
        ("liquidity", "u128"),
        ("tick", "i32"),
        ("trade_fee_0", "u64"),
        ("trade_fee_1", "u64"),
    ),
    least="tick",
)
"""Newer programs append the trade fees."""
OPENED: Final = GrowingLayout(
    event_discriminator("CreatePersonalPositionEvent"),
    (
        ("pool", "key"),
        ("minter", "key"),
        ("nft_owner", "key"),
        ("tick_lower_index", "i32"),
        ("tick_upper_index", "i32"),
        ("liquidity", "u128"),
        ("amount_0", "u64"),
        ("amount_1", "u64"),
        ("transfer_fee_0", "u64"),
        ("transfer_fee_1", "u64"),
    ),
    least="amount_1",
)
INCREASED: Final = GrowingLayout(
    event_discriminator("IncreaseLiquidityEvent"),
    (
        ("position_nft_mint", "key"),
        ("liquidity", "u128"),
        ("amount_0", "u64"),
        ("amount_1", "u64"),
        ("transfer_fee_0", "u64"),
        ("transfer_fee_1", "u64"),
    ),
    least="amount_1",
)
DECREASED: Final = GrowingLayout(
    event_discriminator("DecreaseLiquidityEvent"),
    (
        ("position_nft_mint", "key"),
        ("liquidity", "u128"),
        ("amount_0", "u64"),
        ("amount_1", "u64"),
        ("fee_amount_0", "u64"),
        ("fee_amount_1", "u64"),
        ("reward_amount_0", "u64"),
        ("reward_amount_1", "u64"),
        ("reward_amount_2", "u64"),
        ("transfer_fee_0", "u64"),
        ("transfer_fee_1", "u64"),
    ),
    least="amount_1",
)
"""Besides the liquidity, fees and rewards of the position are paid out."""
CHANGED: Final = GrowingLayout(
    event_discriminator("LiquidityChangeEvent"), (("pool", "key"), ("tick", "i32")), least="pool"
)
"""Tells which pool an increase or decrease is of."""

LAYOUTS: Final[Mapping[bytes, GrowingLayout]] = by_discriminator(
    CREATED, SWAP, OPENED, INCREASED, DECREASED, CHANGED
)


def swap_amounts(event: Fields) -> dict[str, int]:
    """The amounts of a SwapEvent: its own names, and the common ones of input and output.

    Of the input the event says what the pool got, of the output what the user got.
    """
    own = event.numbers
    given, taken = ("0", "1") if own["zero_for_one"] else ("1", "0")
    return own | {
        "amount_in": own[f"amount_{given}"] + own[f"transfer_fee_{given}"],
        "input_amount": own[f"amount_{given}"],
        "output_amount": own[f"amount_{taken}"] + own[f"transfer_fee_{taken}"],
        "amount_out": own[f"amount_{taken}"],
    }
