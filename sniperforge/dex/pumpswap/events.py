"""What PumpSwap emits, as a self-call and as a ``Program data:`` line: layouts of any length."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.dex.anchor import event_discriminator
from sniperforge.dex.growing_layout import Fields, GrowingLayout, by_discriminator, read_events

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TRADERS: Final = (
    ("pool", "key"),
    ("user", "key"),
    ("user_base_token_account", "key"),
    ("user_quote_token_account", "key"),
    ("protocol_fee_recipient", "key"),
    ("protocol_fee_recipient_token_account", "passed key"),
    ("coin_creator", "key"),
    ("coin_creator_fee_basis_points", "u64"),
    ("coin_creator_fee", "u64"),
)
_FEES: Final = (
    ("lp_fee_basis_points", "u64"),
    ("lp_fee", "u64"),
    ("protocol_fee_basis_points", "u64"),
    ("protocol_fee", "u64"),
)
_RESERVES: Final = (
    ("user_base_token_reserves", "u64"),
    ("user_quote_token_reserves", "u64"),
    ("pool_base_token_reserves", "u64"),
    ("pool_quote_token_reserves", "u64"),
)
_TAIL: Final = (
    ("cashback_fee_basis_points", "u64"),
    ("cashback", "u64"),
    ("buyback_fee_basis_points", "u64"),
    ("buyback_fee", "u64"),
    ("virtual_quote_reserves", "i128"),
    ("can_boost", "bool"),
    ("base_supply", "u64"),
    ("holder_rewards_bps", "u64"),
    ("holder_rewards", "u64"),
    ("creator_fee_unclaimed", "u64"),
)
BUY: Final = GrowingLayout(
    event_discriminator("BuyEvent"),
    (
        ("timestamp", "i64"),
        ("base_amount_out", "u64"),
        ("max_quote_amount_in", "u64"),
        *_RESERVES,
        ("quote_amount_in", "u64"),
        *_FEES,
        ("quote_amount_in_with_lp_fee", "u64"),
        ("user_quote_amount_in", "u64"),
        *_TRADERS,
        ("track_volume", "bool"),
        ("total_unclaimed_tokens", "u64"),
        ("total_claimed_tokens", "u64"),
        ("current_sol_volume", "u64"),
        ("last_update_timestamp", "i64"),
        ("min_base_amount_out", "u64"),
        ("ix_name", "text"),
        *_TAIL,
    ),
    least="user_quote_token_account",
)
SELL: Final = GrowingLayout(
    event_discriminator("SellEvent"),
    (
        ("timestamp", "i64"),
        ("base_amount_in", "u64"),
        ("min_quote_amount_out", "u64"),
        *_RESERVES,
        ("quote_amount_out", "u64"),
        *_FEES,
        ("quote_amount_out_without_lp_fee", "u64"),
        ("user_quote_amount_out", "u64"),
        *_TRADERS,
        *_TAIL,
    ),
    least="user_quote_token_account",
)
CREATE_POOL: Final = GrowingLayout(
    event_discriminator("CreatePoolEvent"),
    (
        ("timestamp", "i64"),
        ("index", "u16"),
        ("creator", "key"),
        ("base_mint", "key"),
        ("quote_mint", "key"),
        ("base_mint_decimals", "u8"),
        ("quote_mint_decimals", "u8"),
        ("base_amount_in", "u64"),
        ("quote_amount_in", "u64"),
        ("pool_base_amount", "u64"),
        ("pool_quote_amount", "u64"),
        ("minimum_liquidity", "u64"),
        ("initial_liquidity", "u64"),
        ("lp_token_amount_out", "u64"),
        ("pool_bump", "u8"),
        ("pool", "key"),
        ("lp_mint", "key"),
        ("user_base_token_account", "passed key"),
        ("user_quote_token_account", "passed key"),
        ("coin_creator", "key"),
        ("is_mayhem_mode", "bool"),
        ("creator_fee_bps", "u64"),
        ("can_edit_creator_fee", "bool"),
        ("is_holder_reward", "bool"),
    ),
    least="lp_mint",
)
INIT_BOOST: Final = GrowingLayout(
    event_discriminator("InitBoostEvent"),
    (
        ("timestamp", "i64"),
        ("mint", "key"),
        ("bonding_curve", "key"),
        ("pool", "key"),
        ("virtual_quote_reserves", "i128"),
        ("real_quote_reserves_after", "u64"),
    ),
    least="real_quote_reserves_after",
)
"""A migration moves a part of the quote out of the new pool; the price goes on as if it were there."""
_LIQUIDITY_TAIL: Final = (("lp_mint_supply", "u64"), ("pool", "key"), ("user", "key"))
DEPOSIT: Final = GrowingLayout(
    event_discriminator("DepositEvent"),
    (
        ("timestamp", "i64"),
        ("lp_token_amount_out", "u64"),
        ("max_base_amount_in", "u64"),
        ("max_quote_amount_in", "u64"),
        *_RESERVES,
        ("base_amount_in", "u64"),
        ("quote_amount_in", "u64"),
        *_LIQUIDITY_TAIL,
    ),
    least="pool",
)
WITHDRAW: Final = GrowingLayout(
    event_discriminator("WithdrawEvent"),
    (
        ("timestamp", "i64"),
        ("lp_token_amount_in", "u64"),
        ("min_base_amount_out", "u64"),
        ("min_quote_amount_out", "u64"),
        *_RESERVES,
        ("base_amount_out", "u64"),
        ("quote_amount_out", "u64"),
        *_LIQUIDITY_TAIL,
    ),
    least="pool",
)

LAYOUTS: Final = by_discriminator(BUY, SELL, CREATE_POOL, INIT_BOOST, DEPOSIT, WITHDRAW)


def told(payloads: Iterable[bytes]) -> Iterator[tuple[GrowingLayout, Fields]]:
    """The program's events among ``payloads``."""
    return read_events(payloads, LAYOUTS)
