"""What Meteora DLMM leaves in calls of itself: creations, swaps, and what positions take and give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.dex.anchor import event_discriminator
from sniperforge.dex.growing_layout import GrowingLayout, by_discriminator
from sniperforge.dex.invoke_stack import LOG_PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping

CREATION_LINES: Final = frozenset(
    LOG_PREFIX + "Instruction: " + name
    for name in (
        "InitializeLbPair",
        "InitializeLbPair2",
        "InitializeCustomizablePermissionlessLbPair",
        "InitializeCustomizablePermissionlessLbPair2",
        "InitializePermissionLbPair",
    )
)

CREATED: Final = GrowingLayout(
    event_discriminator("LbPairCreate"),
    (("pool", "key"), ("bin_step", "u16"), ("mint_x", "key"), ("mint_y", "key")),
    least="mint_y",
)
SWAP: Final = GrowingLayout(
    event_discriminator("Swap"),
    (
        ("pool", "key"),
        ("from", "key"),
        ("start_bin_id", "i32"),
        ("end_bin_id", "i32"),
        ("amount_in", "u64"),
        ("amount_out", "u64"),
        ("swap_for_y", "bool"),
        ("fee", "u64"),
        ("protocol_fee", "u64"),
        ("fee_bps", "u128"),
        ("host_fee", "u64"),
    ),
    least="fee",
)
SWAP_2: Final = GrowingLayout(
    event_discriminator("Swap2Evt"),
    (
        ("pool", "key"),
        ("from", "key"),
        ("start_bin_id", "i32"),
        ("end_bin_id", "i32"),
        ("swap_for_y", "bool"),
        ("fee_bps", "u128"),
        ("amount_in", "u64"),
        ("amount_left", "u64"),
        ("amount_out", "u64"),
        ("mm_fee", "u64"),
        ("protocol_fee", "u64"),
        ("limit_order_fee", "u64"),
        ("host_fee", "u64"),
        ("fees_on_input", "bool"),
        ("fees_on_token_x", "bool"),
    ),
    least="amount_out",
)
_CHANGE: Final = (
    ("pool", "key"),
    ("from", "key"),
    ("position", "key"),
    ("amount_x", "u64"),
    ("amount_y", "u64"),
    ("active_bin_id", "i32"),
)
ADDED: Final = GrowingLayout(event_discriminator("AddLiquidity"), _CHANGE, least="amount_y")
REMOVED: Final = GrowingLayout(event_discriminator("RemoveLiquidity"), _CHANGE, least="amount_y")
REBALANCED: Final = GrowingLayout(
    event_discriminator("Rebalancing"),
    (
        ("pool", "key"),
        ("position", "key"),
        ("owner", "key"),
        ("active_bin_id", "i32"),
        ("x_withdrawn_amount", "u64"),
        ("x_added_amount", "u64"),
        ("y_withdrawn_amount", "u64"),
        ("y_added_amount", "u64"),
        ("x_fee_amount", "u64"),
        ("y_fee_amount", "u64"),
    ),
    least="y_added_amount",
)

LAYOUTS: Final[Mapping[bytes, GrowingLayout]] = by_discriminator(
    CREATED, SWAP, SWAP_2, ADDED, REMOVED, REBALANCED
)
