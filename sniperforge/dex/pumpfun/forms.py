"""The instructions of the Pump.fun program: which account plays which role, which arguments follow.

Source: ``idl`` and ``docs/instructions`` of pump-fun/pump-public-docs. Roles that decoding does not need are
in ``instructions``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sniperforge.dex.anchor import instruction_discriminator
from sniperforge.dex.growing_layout import GrowingLayout, by_discriminator

if TYPE_CHECKING:
    from collections.abc import Mapping


class TradeForm(NamedTuple):
    """One way to trade on a curve.

    Attributes:
        name: of the instruction.
        buys: whether it pays the quote.
        arguments: names of its two u64.
        roles: account index by role; forms without ``quote_mint`` trade SOL pairs only.
    """

    name: str
    buys: bool
    arguments: tuple[str, str]
    roles: Mapping[str, int]


_FIRST: Final = {"base_mint": 2, "curve": 3, "base_vault": 4, "user_base": 5, "user": 6}
FEE_RECIPIENT: Final = 1
"""In the first form."""
_SECOND: Final = {
    "base_mint": 1,
    "quote_mint": 2,
    "curve": 10,
    "base_vault": 11,
    "quote_vault": 12,
    "user": 13,
    "user_base": 14,
    "user_quote": 15,
}
_THIRD: Final = {
    "base_mint": 1,
    "quote_mint": 2,
    "curve": 5,
    "base_vault": 6,
    "quote_vault": 7,
    "user": 8,
    "user_base": 9,
    "user_quote": 10,
}
_BUY: Final = ("amount", "max_sol_cost")
_SELL: Final = ("amount", "min_sol_output")

TRADES: Final[Mapping[bytes, TradeForm]] = {
    instruction_discriminator(form.name): form
    for form in (
        TradeForm("buy", True, _BUY, _FIRST),
        TradeForm("buy_exact_sol_in", True, ("spendable_sol_in", "min_tokens_out"), _FIRST),
        TradeForm("sell", False, _SELL, _FIRST),
        TradeForm("buy_v2", True, _BUY, _SECOND),
        TradeForm("buy_exact_quote_in_v2", True, ("spendable_quote_in", "min_tokens_out"), _SECOND),
        TradeForm("sell_v2", False, _SELL, _SECOND),
        TradeForm("buy_v3", True, _BUY, _THIRD),
        TradeForm("buy_exact_quote_in_v3", True, ("spendable_quote_in", "min_tokens_out"), _THIRD),
        TradeForm("sell_v3", False, _SELL, _THIRD),
    )
}

CREATE: Final = instruction_discriminator("create")
CREATE_V2: Final = instruction_discriminator("create_v2")
CREATION_ROLES: Final[Mapping[bytes, Mapping[str, int]]] = {
    CREATE: {"mint": 0, "curve": 2, "base_vault": 3, "user": 7, "base_program": 9},
    CREATE_V2: {"mint": 0, "curve": 2, "base_vault": 3, "user": 5, "base_program": 7},
}
_CREATE_ARGUMENTS: Final = (("name", "text"), ("symbol", "text"), ("uri", "text"), ("creator", "key"))
CREATION_ARGUMENTS: Final[Mapping[bytes, GrowingLayout]] = by_discriminator(
    GrowingLayout(CREATE, _CREATE_ARGUMENTS, least="uri"),
    GrowingLayout(
        CREATE_V2,
        (
            *_CREATE_ARGUMENTS,
            ("is_mayhem_mode", "bool"),
            ("is_cashback_enabled", "bool"),
            ("creator_fee_bps", "u64"),
            ("is_holder_reward", "bool"),
        ),
        least="uri",
    ),
)
QUOTE_TAIL: Final = 16
"""Where ``create_v2`` names quote mint, the curve's account of it and its token program, unless it is SOL."""

MIGRATE: Final = instruction_discriminator("migrate")
MIGRATE_V2: Final = instruction_discriminator("migrate_v2")
MIGRATION_ROLES: Final[Mapping[bytes, Mapping[str, int]]] = {
    MIGRATE: {
        "mint": 2,
        "curve": 3,
        "base_vault": 4,
        "user": 5,
        "new_program": 8,
        "new_pool": 9,
        "pool_authority": 10,
        "quote_mint": 14,
        "new_lp_mint": 15,
        "new_base_vault": 17,
        "new_quote_vault": 18,
    },
    MIGRATE_V2: {
        "mint": 2,
        "quote_mint": 3,
        "curve": 4,
        "base_vault": 5,
        "quote_vault": 6,
        "user": 7,
        "new_program": 9,
        "new_pool": 10,
        "pool_authority": 11,
        "new_lp_mint": 15,
        "new_base_vault": 17,
        "new_quote_vault": 18,
    },
}
WITHDRAW: Final = instruction_discriminator("withdraw")
"""Until March 2025: takes a complete curve's reserves out for a Raydium pool, made by another transaction."""

MULTI_HOP: Final = instruction_discriminator("multi_hop_curve_swap")
MULTI_HOP_START: Final = 13
"""Accounts before the first of its groups of five: mints, curve, its accounts of both."""
MULTI_HOP_USER, MULTI_HOP_INPUT, MULTI_HOP_OUTPUT = 3, 5, 6

SILENT: Final = frozenset(
    instruction_discriminator(name)
    for name in (
        "add_quote_control_mint",
        "add_quote_mint",
        "admin_cto",
        "admin_set_creator",
        "admin_set_creator_fee_editable",
        "admin_set_idl_authority",
        "admin_update_token_incentives",
        "claim_cashback",
        "claim_cashback_v2",
        "claim_token_incentives",
        "close_user_volume_accumulator",
        "collect_creator_fee",
        "collect_creator_fee_v2",
        "distribute_creator_fees",
        "distribute_creator_fees_v2",
        "distribute_fee_to_holders",
        "extend_account",
        "get_minimum_distributable_fee",
        "init_user_volume_accumulator",
        "initialize",
        "initialize_quote_control",
        "migrate_bonding_curve_creator",
        "remove_quote_control_mint",
        "remove_quote_mint",
        "set_creator",
        "set_creator_fee_bps",
        "set_mayhem_virtual_params",
        "set_metaplex_creator",
        "set_params",
        "set_quote_control_admin",
        "set_reserved_fee_recipients",
        "set_virtual_quote_reserves",
        "sweep_creator_fee",
        "sweep_protocol_fee",
        "sync_user_volume_accumulator",
        "toggle_cashback_enabled",
        "toggle_create_v2",
        "toggle_mayhem_mode",
        "update_buyback_config",
        "update_creator_fee_config",
        "update_global_authority",
        "update_holder_reward_config",
    )
)
"""Instructions that trade nothing, create no coin and migrate none."""
