"""What the Pump.fun program emits, as a self-call and as a ``Program data:`` line: layouts of any length."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.dex.anchor import event_discriminator
from sniperforge.dex.growing_layout import Fields, GrowingLayout, by_discriminator, read_events

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CREATE: Final = GrowingLayout(
    event_discriminator("CreateEvent"),
    (
        ("name", "text"),
        ("symbol", "text"),
        ("uri", "text"),
        ("mint", "key"),
        ("bonding_curve", "key"),
        ("user", "key"),
        ("creator", "key"),
        ("timestamp", "i64"),
        ("virtual_token_reserves", "u64"),
        ("virtual_sol_reserves", "u64"),
        ("real_token_reserves", "u64"),
        ("token_total_supply", "u64"),
        ("token_program", "key"),
        ("is_mayhem_mode", "bool"),
        ("is_cashback_enabled", "bool"),
        ("quote_mint", "key"),
        ("virtual_quote_reserves", "u64"),
        ("creator_fee_bps", "u64"),
        ("is_holder_reward", "bool"),
    ),
    least="user",
)
TRADE: Final = GrowingLayout(
    event_discriminator("TradeEvent"),
    (
        ("mint", "key"),
        ("sol_amount", "u64"),
        ("token_amount", "u64"),
        ("is_buy", "bool"),
        ("user", "key"),
        ("timestamp", "i64"),
        ("virtual_sol_reserves", "u64"),
        ("virtual_token_reserves", "u64"),
        ("real_sol_reserves", "u64"),
        ("real_token_reserves", "u64"),
        ("fee_recipient", "key"),
        ("fee_basis_points", "u64"),
        ("fee", "u64"),
        ("creator", "key"),
        ("creator_fee_basis_points", "u64"),
        ("creator_fee", "u64"),
        ("track_volume", "bool"),
        ("total_unclaimed_tokens", "u64"),
        ("total_claimed_tokens", "u64"),
        ("current_sol_volume", "u64"),
        ("last_update_timestamp", "i64"),
        ("ix_name", "text"),
        ("mayhem_mode", "bool"),
        ("cashback_fee_basis_points", "u64"),
        ("cashback", "u64"),
        ("buyback_fee_basis_points", "u64"),
        ("buyback_fee", "u64"),
        ("shareholders", "shares"),
        ("quote_mint", "key"),
        ("quote_amount", "u64"),
        ("virtual_quote_reserves", "u64"),
        ("real_quote_reserves", "u64"),
        ("holder_rewards_bps", "u64"),
        ("holder_rewards", "u64"),
        ("creator_fee_unclaimed", "u64"),
    ),
    least="virtual_token_reserves",
)
COMPLETE: Final = GrowingLayout(
    event_discriminator("CompleteEvent"),
    (
        ("user", "key"),
        ("mint", "key"),
        ("bonding_curve", "key"),
        ("timestamp", "i64"),
        ("quote_mint", "key"),
    ),
    least="bonding_curve",
)
POST_COMPLETE_BUY: Final = GrowingLayout(
    event_discriminator("PostCompleteBuyEvent"),
    (
        ("user", "key"),
        ("mint", "key"),
        ("bonding_curve", "key"),
        ("quote_mint", "key"),
        ("timestamp", "i64"),
        ("base_out", "u64"),
        ("quote_in", "u64"),
        ("fee_basis_points", "u64"),
        ("fee", "u64"),
        ("creator_fee_basis_points", "u64"),
        ("creator_fee", "u64"),
        ("buyback_fee", "u64"),
        ("pool_base_reserves_before", "u64"),
        ("pool_quote_reserves_before", "u64"),
        ("pool_base_reserves_after", "u64"),
        ("pool_quote_reserves_after", "u64"),
    ),
    least="creator_fee",
)
"""Of the buy that empties a curve, the part priced as in the pool to come (docs/SYNTHETIC_MIGRATION.md)."""
MIGRATION: Final = GrowingLayout(
    event_discriminator("CompletePumpAmmMigrationEvent"),
    (
        ("user", "key"),
        ("mint", "key"),
        ("mint_amount", "u64"),
        ("sol_amount", "u64"),
        ("pool_migration_fee", "u64"),
        ("bonding_curve", "key"),
        ("timestamp", "i64"),
        ("pool", "key"),
        ("quote_mint", "key"),
    ),
    least="pool",
)

LAYOUTS: Final = by_discriminator(CREATE, TRADE, COMPLETE, POST_COMPLETE_BUY, MIGRATION)


def told(payloads: Iterable[bytes]) -> Iterator[tuple[GrowingLayout, Fields]]:
    """The program's events among ``payloads``."""
    return read_events(payloads, LAYOUTS)
