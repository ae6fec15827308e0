"""The instructions of PumpSwap: which account plays which role, which arguments follow.

Source: ``idl`` and ``docs/instructions`` of pump-fun/pump-public-docs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sniperforge.dex.anchor import instruction_discriminator
from sniperforge.dex.growing_layout import GrowingLayout

if TYPE_CHECKING:
    from collections.abc import Mapping


class TradeForm(NamedTuple):
    """One way to trade in a pool.

    Attributes:
        name: of the instruction.
        buys: whether it pays the pool's quote.
        arguments: names of its two u64.
    """

    name: str
    buys: bool
    arguments: tuple[str, str]


TRADES: Final[Mapping[bytes, TradeForm]] = {
    instruction_discriminator(name + version): TradeForm(name + version, buys, arguments)
    for name, buys, arguments in (
        ("buy", True, ("base_amount_out", "max_quote_amount_in")),
        ("buy_exact_quote_in", True, ("spendable_quote_in", "min_base_amount_out")),
        ("sell", False, ("base_amount_in", "min_quote_amount_out")),
    )
    for version in ("", "_v2")
}
TRADE_ROLES: Final[Mapping[str, int]] = {
    "pool": 0,
    "user": 1,
    "base_mint": 3,
    "quote_mint": 4,
    "user_base": 5,
    "user_quote": 6,
    "base_vault": 7,
    "quote_vault": 8,
}
"""The same in all forms."""

CREATE_POOL: Final = instruction_discriminator("create_pool")
CREATION_ROLES: Final[Mapping[str, int]] = {
    "pool": 0,
    "creator": 2,
    "base_mint": 3,
    "quote_mint": 4,
    "lp_mint": 5,
    "base_vault": 9,
    "quote_vault": 10,
    "base_program": 13,
    "quote_program": 14,
}
CREATION_ARGUMENTS: Final = GrowingLayout(
    CREATE_POOL,
    (
        ("index", "u16"),
        ("base_amount_in", "u64"),
        ("quote_amount_in", "u64"),
        ("coin_creator", "key"),
        ("is_mayhem_mode", "bool"),
        ("is_cashback_coin", "bool"),
        ("creator_fee_bps", "u64"),
        ("can_edit_creator_fee", "bool"),
        ("is_holder_reward", "bool"),
    ),
    least="quote_amount_in",
)

DEPOSIT: Final = instruction_discriminator("deposit")
WITHDRAW: Final = instruction_discriminator("withdraw")
LIQUIDITY_ROLES: Final[Mapping[str, int]] = {
    "pool": 0,
    "user": 2,
    "base_mint": 3,
    "quote_mint": 4,
    "lp_mint": 5,
    "base_vault": 9,
    "quote_vault": 10,
}
LIQUIDITY_ARGUMENTS: Final[Mapping[bytes, tuple[str, str, str]]] = {
    DEPOSIT: ("lp_token_amount_out", "max_base_amount_in", "max_quote_amount_in"),
    WITHDRAW: ("lp_token_amount_in", "min_base_amount_out", "min_quote_amount_out"),
}

MULTI_HOP: Final = instruction_discriminator("multi_hop_swap")
MULTI_HOP_START: Final = 16
"""Accounts before the first of its groups of five: mints, pool or curve, its accounts of both."""
MULTI_HOP_USER, MULTI_HOP_INPUT, MULTI_HOP_OUTPUT = 0, 1, 2

SILENT: Final = frozenset(
    instruction_discriminator(name)
    for name in (
        "admin_cto_pool",
        "admin_set_coin_creator",
        "admin_set_coin_creator_fee_editable",
        "admin_update_token_incentives",
        "boost_buy_and_burn",
        "claim_cashback",
        "claim_token_incentives",
        "close_user_volume_accumulator",
        "collect_coin_creator_fee",
        "create_config",
        "disable",
        "extend_account",
        "init_boost",
        "init_user_volume_accumulator",
        "migrate_pool_coin_creator",
        "set_boost_authority",
        "set_coin_creator",
        "set_coin_creator_fee_bps",
        "set_reserved_fee_recipients",
        "sweep_creator_fee",
        "sweep_protocol_fee",
        "sync_user_volume_accumulator",
        "toggle_boost",
        "toggle_cashback_enabled",
        "toggle_mayhem_mode",
        "transfer_creator_fees_to_pump",
        "transfer_creator_fees_to_pump_v2",
        "update_admin",
        "update_buyback_config",
        "update_creator_fee_config",
        "update_fee_config",
    )
)
"""Instructions by which nobody trades, creates a pool or changes its liquidity."""
