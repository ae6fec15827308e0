"""The sniper's decisions: what it buys, what it looks at again, and how its file becomes policies."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from sniperforge.bots.lp_sniper import (
    RECHECK_PAUSE_SECONDS,
    SPEC,
    LpSniper,
    exit_policy,
    risk_policy,
    trade,
)
from sniperforge.config.lp_sniper import LpSniperConfig
from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.domain.verdict import Outcome as CheckOutcome
from sniperforge.errors import ConfigError, RefusedError
from sniperforge.plugin import ExitPolicy, LiquidityRange, RiskPolicy
from sniperforge.testing.bots import FakeContext, make_judgement, make_pool

if TYPE_CHECKING:
    from sniperforge.plugin import Judgement, NewPool

CONFIG = LpSniperConfig()
LAUNCHLAB = "LanMV9sAd7wArD4vJFi2qDdfnVhFxYSUg6eADduJ3uj"


def config(**sections: object) -> LpSniperConfig:
    """The shipped configuration with changes."""
    return LpSniperConfig.model_validate(sections)


class TestDecisions:
    async def test_it_buys_what_passes(self) -> None:
        """For the configured amount, with the verdict as the reason; what fails is left alone."""
        good, bad = make_pool("good"), make_pool("bad")
        context = FakeContext(
            [good, bad], lambda pool: make_judgement(pool, "" if pool is good else "lp_locked")
        )
        await context.run(LpSniper(CONFIG))
        assert context.bought == [(good, 100_000_000, "accepted")]
        assert context.judged == [good, bad]

    async def test_it_looks_again_while_only_facts_are_missing(self) -> None:
        """Five times a second, until they are there."""
        pool = make_pool("a")
        answers = iter([make_judgement(pool, "round_trip", CheckOutcome.UNKNOWN)] * 4)
        context = FakeContext([pool], lambda pool: next(answers, make_judgement(pool)))
        await context.run(LpSniper(CONFIG))
        assert len(context.judged) == 5
        assert context.clock.monotonic() == pytest.approx(4 * RECHECK_PAUSE_SECONDS)
        assert len(context.bought) == 1

    async def test_it_gives_up_after_the_configured_time(self) -> None:
        """A fact that never comes refuses."""
        context = FakeContext(
            [make_pool("a")], lambda pool: make_judgement(pool, "round_trip", CheckOutcome.UNKNOWN)
        )
        await context.run(LpSniper(config(risk={"recheck_seconds": 2})))
        assert context.bought == []
        assert 2 <= context.clock.monotonic() <= 2 + RECHECK_PAUSE_SECONDS
        assert len(context.judged) >= 2 / RECHECK_PAUSE_SECONDS

    async def test_without_rechecks_once_is_enough(self) -> None:
        """``recheck_seconds = 0``."""
        context = FakeContext(
            [make_pool("a")], lambda pool: make_judgement(pool, "round_trip", CheckOutcome.UNKNOWN)
        )
        await context.run(LpSniper(config(risk={"recheck_seconds": 0})))
        assert len(context.judged) == 1

    async def test_a_failed_check_is_final(self) -> None:
        """It is not judged again, also when another fact is missing."""
        context = FakeContext([make_pool("a")], lambda pool: make_judgement(pool, "mint_authority"))
        await context.run(LpSniper(CONFIG))
        assert len(context.judged) == 1

    async def test_a_fact_that_comes_in_bad_ends_it(self) -> None:
        """Missing first, failed then: no third look."""
        pool = make_pool("a")
        answers = iter([make_judgement(pool, "round_trip", CheckOutcome.UNKNOWN)])
        context = FakeContext([pool], lambda pool: next(answers, make_judgement(pool, "round_trip")))
        await context.run(LpSniper(CONFIG))
        assert (len(context.judged), context.bought) == (2, [])

    async def test_other_venues_are_not_looked_at(self) -> None:
        """Only those that the file names."""
        context = FakeContext([make_pool("a", dex="elsewhere")])
        await context.run(LpSniper(CONFIG))
        assert context.judged == []

    async def test_other_launchpads_and_names_are_not_looked_at(self) -> None:
        """Where the file names some; a pool that does not tell is left out."""
        pool = make_pool("a")
        cat = replace(pool, event=replace(pool.event, facts={"name": "Cat", "caller": LAUNCHLAB}))
        for filters, judged in (
            ({"launchpads": ["raydium_launchlab"]}, [cat]),
            ({"launchpads": ["pumpfun"]}, []),
            ({"names": ["cat"]}, [cat]),
            ({"names": ["dog"]}, []),
        ):
            context = FakeContext([pool, cat], make_judgement)
            await context.run(LpSniper(config(filters=filters)))
            assert context.judged == judged

    async def test_one_slow_pool_does_not_hold_up_the_next(self) -> None:
        """Each is considered beside the others."""
        slow, quick = make_pool("slow"), make_pool("quick")
        bought_at: dict[str, float] = {}

        def judge(pool: NewPool) -> Judgement:
            waits = pool is slow and context.clock.monotonic() < 3
            return make_judgement(pool, "round_trip" if waits else "", CheckOutcome.UNKNOWN)

        context = FakeContext([slow, quick], judge)
        buy = context.buy

        async def timed(judgement: Judgement, lamports: int, *, reason: str) -> object:
            bought_at[judgement.pool.event.pool] = context.clock.monotonic()
            return await buy(judgement, lamports, reason=reason)

        context.buy = timed  # type: ignore[method-assign,assignment]
        await context.run(LpSniper(CONFIG))
        assert bought_at["quick"] == 0
        assert bought_at["slow"] == pytest.approx(3, abs=0.3)

    async def test_trouble_comes_out(self) -> None:
        """What to do about it is the engine's decision."""

        def broken(_pool: NewPool) -> Judgement:
            raise RefusedError("no")

        with pytest.raises(ExceptionGroup):
            await FakeContext([make_pool("a")], broken).run(LpSniper(CONFIG))


class TestPolicies:
    def test_the_shipped_file(self) -> None:
        """Its defaults, in the engine's units."""
        policy = risk_policy(CONFIG)
        assert policy.quote_liquidity[WSOL_MINT].min_raw == 5 * 10**9
        assert policy.quote_liquidity[WSOL_MINT].max_raw == 100_000 * 10**9
        assert (policy.min_lp_locked_percent, policy.max_single_holder_percent) == (90, 20)
        assert (policy.max_top10_percent, policy.min_round_trip_percent) == (40, Decimal(85))
        assert policy.max_pool_age_seconds == 30
        assert trade(CONFIG) == 100_000_000

    def test_every_value_of_the_file_is_kept(self) -> None:
        """Values that are no default anywhere come out unchanged: none is dropped, none swapped."""
        changed = config(
            trade_sol="0.123456789",
            filters={
                "min_quote_liquidity_sol": "1.5",
                "max_quote_liquidity_sol": "77.000000001",
                "max_pool_age_seconds": 91,
            },
            risk={
                "lp_locked_min_percent": 61,
                "largest_holder_max_percent": 11,
                "top10_max_percent": 33,
                "round_trip_max_loss_percent": Decimal("7.5"),
            },
            exits={
                "take_profit_percent": 201,
                "stop_loss_percent": 31,
                "trailing_percent": 12,
                "trailing_activation_percent": 17,
                "max_hold_seconds": 444,
                "liquidity_pull_percent": 41,
                "authority_change": False,
            },
        )
        assert trade(changed) == 123_456_789
        assert risk_policy(changed) == RiskPolicy(
            quote_liquidity={WSOL_MINT: LiquidityRange(1_500_000_000, 77_000_000_001)},
            min_lp_locked_percent=Decimal(61),
            max_single_holder_percent=Decimal(11),
            max_top10_percent=Decimal(33),
            max_pool_age_seconds=91,
            min_round_trip_percent=Decimal("92.5"),
        )
        assert exit_policy(changed) == ExitPolicy(
            take_profit_percent=Decimal(201),
            stop_loss_percent=Decimal(31),
            trailing_percent=Decimal(12),
            trailing_activation_percent=Decimal(17),
            max_hold_seconds=444,
            liquidity_drop_percent=Decimal(41),
            authority_change=False,
        )

    def test_lists_reach_the_checks(self) -> None:
        """Each under its own name."""
        keys = [f"{kind}_{what}" for kind in ("target", "watch", "block") for what in ("mints", "creators")]
        addresses = {key: (str(_address(number)),) for number, key in enumerate(keys)}
        policy = risk_policy(config(filters=addresses, risk={"allow_unknown": ["lp_locked"]}))
        for key in keys:
            assert getattr(policy, key) == frozenset(addresses[key]), key
        assert policy.allow_unknown == {"lp_locked"}

    def test_a_quote_that_cannot_be_spent_is_refused(self) -> None:
        """With the mint and what to leave."""
        with pytest.raises(ConfigError, match="only pools quoted in SOL") as caught:
            risk_policy(config(filters={"quote_mints": [WSOL_MINT, USDC_MINT]}))
        assert USDC_MINT in caught.value.message
        assert WSOL_MINT in caught.value.hint

    def test_exits(self) -> None:
        """Every rule of the file; a trailing stop of 0 is none."""
        policy = exit_policy(CONFIG)
        assert (policy.take_profit_percent, policy.stop_loss_percent) == (50, 20)
        assert (policy.trailing_percent, policy.trailing_activation_percent) == (15, 20)
        assert (policy.max_hold_seconds, policy.liquidity_drop_percent) == (60, 30)
        assert exit_policy(config(exits={"trailing_percent": 0})).trailing_percent is None

    def test_the_spec_ties_them_together(self) -> None:
        """What ``start --bot lp-sniper`` finds."""
        assert SPEC.name == "lp-sniper"
        assert SPEC.config is LpSniperConfig
        assert isinstance(SPEC.make(CONFIG), LpSniper)
        assert SPEC.trade(CONFIG) == trade(CONFIG)
        assert SPEC.risk(CONFIG) == risk_policy(CONFIG)
        assert SPEC.exits(CONFIG) == exit_policy(CONFIG)


def _address(number: int) -> object:
    from solders.pubkey import Pubkey

    return Pubkey(bytes([number + 1]) * 32)
