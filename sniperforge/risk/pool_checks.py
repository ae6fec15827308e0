"""Checks on the pool itself: its quote side, its address, its times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.domain.amounts import format_sol
from sniperforge.risk.findings import failed, passed, unknown
from sniperforge.risk.policy import Check

if TYPE_CHECKING:
    from sniperforge.domain.verdict import CheckResult
    from sniperforge.risk.facts import PoolFacts
    from sniperforge.risk.policy import RiskPolicy


def quote_mint(facts: PoolFacts, policy: RiskPolicy) -> CheckResult:
    """The pool trades against a quote token that the policy accepts."""
    check, quote = Check.QUOTE_MINT, facts.quote_mint
    if quote is None:
        return unknown(check, f"quote mint not known{facts.why_missing('quote_mint')}")
    if quote not in policy.quote_liquidity:
        return failed(check, f"quote token {quote} is not accepted", quote_mint=quote)
    return passed(check, f"quote token {quote} is accepted", quote_mint=quote)


def quote_liquidity(facts: PoolFacts, policy: RiskPolicy) -> CheckResult:
    """The quote side holds at least the least, and at most the most, that the policy sets for its token."""
    check, held = Check.QUOTE_LIQUIDITY, facts.quote_liquidity
    if held is None:
        return unknown(check, f"liquidity not known{facts.why_missing('quote_liquidity')}")
    limits = None if facts.quote_mint is None else policy.quote_liquidity.get(facts.quote_mint)
    if limits is None:
        return unknown(check, "no limits for this quote token", quote_raw=held)
    if held < limits.min_raw:
        return failed(
            check,
            f"{_quote(facts, held)}, least is {_quote(facts, limits.min_raw)}",
            quote_raw=held,
            min_raw=limits.min_raw,
        )
    if limits.max_raw is not None and held > limits.max_raw:
        return failed(
            check,
            f"{_quote(facts, held)}, most is {_quote(facts, limits.max_raw)}",
            quote_raw=held,
            max_raw=limits.max_raw,
        )
    return passed(check, _quote(facts, held), quote_raw=held, min_raw=limits.min_raw)


def _quote(facts: PoolFacts, raw: int) -> str:
    return f"{format_sol(raw)} SOL" if facts.quote_mint == WSOL_MINT else f"{raw} raw quote units"


def canonical_pool(facts: PoolFacts, _policy: RiskPolicy) -> CheckResult:
    """The pool's address is the one that its program derives; look-alikes are not."""
    check = Check.CANONICAL_POOL
    if facts.canonical is None:
        return unknown(check, f"pool address not verified{facts.why_missing('canonical')}")
    if not facts.canonical:
        return failed(check, "not the address that the program derives for this pool", pool=facts.pool)
    return passed(check, "the address that the program derives", pool=facts.pool)


def open_time(facts: PoolFacts, policy: RiskPolicy) -> CheckResult:
    """Swaps are open, or open within the policy's delay."""
    check = Check.OPEN_TIME
    if facts.open_time is None:
        return unknown(check, f"open time not known{facts.why_missing('open_time')}")
    wait, limit = facts.open_time - facts.now, policy.max_open_delay_seconds
    if wait > limit:
        return failed(
            check, f"opens in {wait} s, most is {limit} s", open_time=facts.open_time, wait_seconds=wait
        )
    return passed(check, "open" if wait <= 0 else f"opens in {wait} s", open_time=facts.open_time)


def pool_age(facts: PoolFacts, policy: RiskPolicy) -> CheckResult:
    """The pool is neither younger nor older than the policy wants; a clock behind the chain's counts as 0."""
    check = Check.POOL_AGE
    if facts.created_at is None:
        return unknown(check, f"time of creation not known{facts.why_missing('created_at')}")
    age = max(facts.now - facts.created_at, 0)
    if age < policy.min_pool_age_seconds:
        least = policy.min_pool_age_seconds
        return failed(check, f"{age} s old, least is {least} s", age_seconds=age, min_seconds=least)
    if policy.max_pool_age_seconds is not None and age > policy.max_pool_age_seconds:
        most = policy.max_pool_age_seconds
        return failed(check, f"{age} s old, most is {most} s", age_seconds=age, max_seconds=most)
    return passed(check, f"{age} s old", age_seconds=age)
