"""What ``bots/lp-sniper.toml`` may say: which pools are bought, what is refused, when a position is sold."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from sniperforge.config.values import (
    Addresses,
    Gain,
    Ladder,
    Launchpads,
    Names,
    Percent,
    PositiveSol,
    Section,
    Sol,
    Texts,
    contradiction,
    require_order,
)
from sniperforge.domain.addresses import WSOL_MINT

Seconds = Annotated[int, Field(ge=1, le=31_536_000)]


class Filters(Section):
    """Which pools are looked at.

    Attributes:
        dexes: registry names.
        launchpads: when not empty, only coins that started there.
        names: when not empty, only coins with one of these texts in name or symbol, where the creation tells.
        quote_mints: quote sides that are bought with.
        min_quote_liquidity_sol, max_quote_liquidity_sol: quote side of the pool, in SOL.
        max_pool_age_seconds: older pools are not news.
        target_mints, target_creators: when either is not empty, nothing else is bought.
        watch_mints, watch_creators: judged and journalled, never bought.
        block_mints, block_creators: refused at once.
    """

    dexes: Names = ("raydium_cpmm",)
    launchpads: Launchpads = ()
    names: Texts = ()
    quote_mints: Addresses = (WSOL_MINT,)
    min_quote_liquidity_sol: Sol = Field(default="5", validate_default=True)
    max_quote_liquidity_sol: Sol = Field(default="100000", validate_default=True)
    max_pool_age_seconds: Seconds = 30
    target_mints: Addresses = ()
    target_creators: Addresses = ()
    watch_mints: Addresses = ()
    watch_creators: Addresses = ()
    block_mints: Addresses = ()
    block_creators: Addresses = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        require_order(self, "min_quote_liquidity_sol", "max_quote_liquidity_sol")
        for kind in ("mints", "creators"):
            lists = [f"{verb}_{kind}" for verb in ("target", "watch", "block")]
            seen: dict[str, str] = {}
            for key in lists:
                for address in getattr(self, key):
                    if seen.setdefault(address, key) != key:
                        raise contradiction(key, f"{address} is in {seen[address]} and in {key}")
        return self


class Risk(Section):
    """What a new token must prove. A fact that cannot be read is a refusal unless the check is named.

    Attributes:
        lp_locked_min_percent: share of LP tokens burned or locked.
        largest_holder_max_percent, top10_max_percent: of the supply, pool vaults left out.
        round_trip_max_loss_percent: of a simulated buy and sell of ``trade_sol``.
        allow_unknown: names of checks whose unknown outcome is accepted.
        recheck_seconds: how long a pool with unknown facts is asked again.
    """

    lp_locked_min_percent: Percent = Field(default=90, validate_default=True)
    largest_holder_max_percent: Percent = Field(default=20, validate_default=True)
    top10_max_percent: Percent = Field(default=40, validate_default=True)
    round_trip_max_loss_percent: Percent = Field(default=15, validate_default=True)
    allow_unknown: Names = ()
    recheck_seconds: Annotated[int, Field(ge=0, le=3_600)] = 5

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        require_order(self, "largest_holder_max_percent", "top10_max_percent")
        return self


class Exits(Section):
    """When a position is sold; the first rule that holds wins.

    Attributes:
        take_profit_percent, stop_loss_percent: against the cost, fees included.
        take_profit_ladder: ``[gain, share]`` in percent: at that gain, so much of what was bought is sold.
        trailing_percent: fall from the highest value seen, armed once the gain reaches
            ``trailing_activation_percent``.
        max_hold_seconds: sold after this long whatever the price.
        liquidity_pull_percent: fall of the pool's quote side since the buy that means it is being emptied.
        authority_change: sold when somebody gets a power over holders: to mint, freeze, tax, take, stop.
    """

    take_profit_percent: Gain = Field(default=50, validate_default=True)
    take_profit_ladder: Ladder = ()
    stop_loss_percent: Percent = Field(default=20, validate_default=True)
    trailing_percent: Percent = Field(default=15, validate_default=True)
    trailing_activation_percent: Gain = Field(default=20, validate_default=True)
    max_hold_seconds: Seconds = 60
    liquidity_pull_percent: Percent = Field(default=30, validate_default=True)
    authority_change: bool = True

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        require_order(self, "trailing_activation_percent", "take_profit_percent")
        for key in ("take_profit_percent", "stop_loss_percent", "liquidity_pull_percent"):
            if getattr(self, key) <= 0:
                raise contradiction(key, f"{key} must be above 0, or every position is sold at once")
        gains = [gain for gain, _share in self.take_profit_ladder]
        if gains != sorted(set(gains)) or (gains and gains[0] <= 0):
            raise contradiction("take_profit_ladder", "take_profit_ladder's gains do not rise from above 0")
        if any(share <= 0 for _gain, share in self.take_profit_ladder):
            raise contradiction("take_profit_ladder", "take_profit_ladder has a step that sells nothing")
        if sum(share for _gain, share in self.take_profit_ladder) > 100:
            raise contradiction("take_profit_ladder", "take_profit_ladder sells more than 100 percent")
        return self


class LpSniperConfig(Section):
    """The whole of ``bots/lp-sniper.toml``."""

    trade_sol: PositiveSol = Field(default="0.1", validate_default=True)
    filters: Filters = Filters()
    risk: Risk = Risk()
    exits: Exits = Exits()
