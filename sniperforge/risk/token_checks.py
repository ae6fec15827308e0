"""All checks of a new pool in one table, and the verdict that follows from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.domain.verdict import Decided, Outcome, Verdict
from sniperforge.risk import (
    authority_checks,
    extension_checks,
    holder_checks,
    list_checks,
    pool_checks,
    trade_checks,
)
from sniperforge.risk.policy import Check

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sniperforge.domain.verdict import CheckResult
    from sniperforge.risk.facts import PoolFacts
    from sniperforge.risk.policy import RiskPolicy

CHECKS: Final[Mapping[str, Callable[[PoolFacts, RiskPolicy], CheckResult]]] = {
    Check.BLOCK_LIST: list_checks.block_list,
    Check.WATCH_LIST: list_checks.watch_list,
    Check.TARGET_LIST: list_checks.target_list,
    Check.CANONICAL_POOL: pool_checks.canonical_pool,
    Check.QUOTE_MINT: pool_checks.quote_mint,
    Check.QUOTE_LIQUIDITY: pool_checks.quote_liquidity,
    Check.OPEN_TIME: pool_checks.open_time,
    Check.POOL_AGE: pool_checks.pool_age,
    Check.MINT_AUTHORITY: authority_checks.mint_authority,
    Check.FREEZE_AUTHORITY: authority_checks.freeze_authority,
    Check.TOKEN_EXTENSIONS: extension_checks.token_extensions,
    Check.LP_LOCKED: holder_checks.lp_locked,
    Check.HOLDER_CONCENTRATION: holder_checks.holder_concentration,
    Check.ROUND_TRIP: trade_checks.round_trip,
}
"""Name -> check, in the order of verdicts: the user's own lists first, the simulation last."""

_UNWANTED: Final = (
    (Check.WATCH_LIST, Decided.WATCHED),
    (Check.TARGET_LIST, Decided.SKIPPED),
)


def evaluate(facts: PoolFacts, policy: RiskPolicy) -> Verdict:
    """Run every check, whatever the others say, and decide.

    A failed check refuses; so does one without data, unless ``policy.allow_unknown`` names it. A watched
    pool is ``watched`` and one that is no target ``skipped``; a blocked one is always ``refused``.
    """
    results = tuple(check(facts, policy) for check in CHECKS.values())
    refusals = tuple(result.name for result in results if _refuses(result, policy))
    return Verdict(facts.pool, facts.mint, results, _decide(results, refusals), refusals)


def _refuses(result: CheckResult, policy: RiskPolicy) -> bool:
    if result.outcome is Outcome.UNKNOWN:
        return result.name not in policy.allow_unknown
    return result.outcome is Outcome.FAIL


def _decide(results: tuple[CheckResult, ...], refusals: tuple[str, ...]) -> Decided:
    if not refusals:
        return Decided.ACCEPTED
    failures = {result.name for result in results if result.outcome is Outcome.FAIL}
    if Check.BLOCK_LIST in failures:
        return Decided.REFUSED
    return next((decided for check, decided in _UNWANTED if check in failures), Decided.REFUSED)
