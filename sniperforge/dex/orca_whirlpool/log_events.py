"""What Orca Whirlpools writes into the logs: creations, swaps, and what positions take and give."""

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
    for name in ("InitializePool", "InitializePoolV2", "InitializePoolWithAdaptiveFee")
)

CREATED: Final = GrowingLayout(
    event_discriminator("PoolInitialized"),
    (
        ("pool", "key"),
        ("config", "key"),
        ("mint_a", "key"),
        ("mint_b", "key"),
        ("tick_spacing", "u16"),
        ("token_program_a", "key"),
        ("token_program_b", "key"),
        ("decimals_a", "u8"),
        ("decimals_b", "u8"),
        ("initial_sqrt_price", "u128"),
    ),
    least="mint_b",
)
TRADED: Final = GrowingLayout(
    event_discriminator("Traded"),
    (
        ("pool", "key"),
        ("a_to_b", "bool"),
        ("pre_sqrt_price", "u128"),
        ("post_sqrt_price", "u128"),
        ("input_amount", "u64"),
        ("output_amount", "u64"),
        ("input_transfer_fee", "u64"),
        ("output_transfer_fee", "u64"),
        ("lp_fee", "u64"),
        ("protocol_fee", "u64"),
    ),
    least="output_transfer_fee",
)
_CHANGE: Final = (
    ("pool", "key"),
    ("position", "key"),
    ("tick_lower_index", "i32"),
    ("tick_upper_index", "i32"),
    ("liquidity", "u128"),
    ("token_a_amount", "u64"),
    ("token_b_amount", "u64"),
    ("token_a_transfer_fee", "u64"),
    ("token_b_transfer_fee", "u64"),
)
INCREASED: Final = GrowingLayout(
    event_discriminator("LiquidityIncreased"), _CHANGE, least="token_b_transfer_fee"
)
DECREASED: Final = GrowingLayout(
    event_discriminator("LiquidityDecreased"), _CHANGE, least="token_b_transfer_fee"
)

LAYOUTS: Final[Mapping[bytes, GrowingLayout]] = by_discriminator(CREATED, TRADED, INCREASED, DECREASED)


def swap_amounts(event: Fields) -> dict[str, int]:
    """The amounts of a Traded event under the common names, and the rest of it.

    It says what the user sent and what the pool sent; transfer fees are within both. ``input_amount`` is
    here, as for every venue, what the pool got.
    """
    own = event.numbers
    return own | {
        "amount_in": own["input_amount"],
        "input_amount": own["input_amount"] - own["input_transfer_fee"],
        "amount_out": own["output_amount"] - own["output_transfer_fee"],
    }


def change_amounts(event: Fields, *, added: bool) -> dict[str, int]:
    """The amounts of a liquidity event, and what the vaults got or gave.

    What comes in is told with its transfer fee, which the vault does not get.
    """
    own = event.numbers
    return own | {
        f"vault_{side}_amount": own[f"token_{side}_amount"]
        - (own[f"token_{side}_transfer_fee"] if added else 0)
        for side in ("a", "b")
    }
