"""The liquidity sniper: judges every new pool, buys the ones that pass, and leaves the rest to the engine."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from sniperforge.config.lp_sniper import LpSniperConfig
from sniperforge.config.values import lamports_of
from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.errors import ConfigError
from sniperforge.plugin import (
    BotSpec,
    ExitPolicy,
    Judgement,
    LiquidityRange,
    NewPool,
    RiskPolicy,
    is_named,
    launchpad_of,
)

if TYPE_CHECKING:
    from sniperforge.plugin import BotContext

RECHECK_PAUSE_SECONDS: Final = 0.2


class LpSniper:
    """Buys ``trade_sol`` of each pool that passes all checks.

    A pool whose only obstacle is a fact that could not be read yet is judged again for
    ``recheck_seconds``; a pool that failed a check is not.
    """

    def __init__(self, config: LpSniperConfig) -> None:
        self._config = config

    async def run(self, context: BotContext) -> None:
        """Consider pools as they come, each beside the others, until cancelled."""
        async for pool in context.new_pools():
            if self._concerns(pool):
                context.spawn(self._consider(context, pool))

    def _concerns(self, pool: NewPool) -> bool:
        event, filters = pool.event, self._config.filters
        return (
            event.dex in filters.dexes
            and (not filters.launchpads or launchpad_of(event) in filters.launchpads)
            and (not filters.names or is_named(event, filters.names))
        )

    async def _consider(self, context: BotContext, pool: NewPool) -> None:
        judgement = await self._judge(context, pool)
        if judgement.verdict.accepted:
            await context.buy(judgement, trade(self._config), reason=judgement.verdict.summary)

    async def _judge(self, context: BotContext, pool: NewPool) -> Judgement:
        until = context.clock.monotonic() + self._config.risk.recheck_seconds
        judgement = await context.judge(pool)
        while judgement.verdict.pending and context.clock.monotonic() < until:
            await context.clock.sleep(RECHECK_PAUSE_SECONDS)
            judgement = await context.judge(pool)
        return judgement


def trade(config: LpSniperConfig) -> int:
    """Lamports of one buy."""
    return lamports_of(config.trade_sol)


def risk_policy(config: LpSniperConfig) -> RiskPolicy:
    """The checks that a pool must pass.

    Raises:
        ConfigError: a quote mint is named that nothing can be bought with yet.
    """
    filters, risk = config.filters, config.risk
    others = [mint for mint in filters.quote_mints if mint != WSOL_MINT]
    if others:
        raise ConfigError(
            f"filters.quote_mints names {others[0]}: only pools quoted in SOL can be traded",
            hint=f"leave only {WSOL_MINT}",
        )
    liquidity = LiquidityRange(
        lamports_of(filters.min_quote_liquidity_sol), lamports_of(filters.max_quote_liquidity_sol)
    )
    return RiskPolicy(
        quote_liquidity=dict.fromkeys(filters.quote_mints, liquidity),
        min_lp_locked_percent=risk.lp_locked_min_percent,
        max_single_holder_percent=risk.largest_holder_max_percent,
        max_top10_percent=risk.top10_max_percent,
        max_pool_age_seconds=filters.max_pool_age_seconds,
        min_round_trip_percent=Decimal(100) - risk.round_trip_max_loss_percent,
        target_mints=frozenset(filters.target_mints),
        target_creators=frozenset(filters.target_creators),
        watch_mints=frozenset(filters.watch_mints),
        watch_creators=frozenset(filters.watch_creators),
        block_mints=frozenset(filters.block_mints),
        block_creators=frozenset(filters.block_creators),
        allow_unknown=frozenset(risk.allow_unknown),
    )


def exit_policy(config: LpSniperConfig) -> ExitPolicy:
    """The exits that each position carries."""
    exits = config.exits
    return ExitPolicy(
        take_profit_percent=exits.take_profit_percent,
        take_profit_ladder=exits.take_profit_ladder,
        stop_loss_percent=exits.stop_loss_percent,
        trailing_percent=exits.trailing_percent or None,
        trailing_activation_percent=exits.trailing_activation_percent,
        max_hold_seconds=exits.max_hold_seconds,
        liquidity_drop_percent=exits.liquidity_pull_percent,
        authority_change=exits.authority_change,
    )


SPEC: Final = BotSpec(
    name="lp-sniper",
    summary="buy new pools that pass every check, guard and sell what was bought",
    config=LpSniperConfig,
    make=LpSniper,
    trade=trade,
    risk=risk_policy,
    exits=exit_policy,
    dexes=lambda config: config.filters.dexes,
)
