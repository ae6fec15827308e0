"""The user's lists of mints and creators: only these, look but do not buy, never."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.risk.findings import failed, passed, unknown
from sniperforge.risk.policy import Check

if TYPE_CHECKING:
    from sniperforge.domain.verdict import CheckResult
    from sniperforge.risk.facts import PoolFacts
    from sniperforge.risk.policy import RiskPolicy


def block_list(facts: PoolFacts, policy: RiskPolicy) -> CheckResult:
    """Neither mint nor creator is on the block list."""
    return _absent(Check.BLOCK_LIST, facts, policy.block_mints, policy.block_creators)


def watch_list(facts: PoolFacts, policy: RiskPolicy) -> CheckResult:
    """Neither mint nor creator is only to be watched."""
    return _absent(Check.WATCH_LIST, facts, policy.watch_mints, policy.watch_creators)


def target_list(facts: PoolFacts, policy: RiskPolicy) -> CheckResult:
    """When there are targets, mint or creator is one of them."""
    check, mints, creators = Check.TARGET_LIST, policy.target_mints, policy.target_creators
    if not mints and not creators:
        return passed(check, "no targets set")
    listed = _listed(facts, mints, creators)
    if listed is not None:
        return passed(check, f"{listed} is a target", listed=listed)
    if creators and facts.creator is None:
        return unknown(check, f"creator not known{facts.why_missing('creator')}")
    return failed(check, "neither mint nor creator is a target", mint=facts.mint)


def _absent(check: Check, facts: PoolFacts, mints: frozenset[str], creators: frozenset[str]) -> CheckResult:
    listed = _listed(facts, mints, creators)
    if listed is not None:
        return failed(check, f"{listed} is on the list", listed=listed)
    if creators and facts.creator is None:
        return unknown(check, f"creator not known{facts.why_missing('creator')}")
    return passed(check, "not on the list")


def _listed(facts: PoolFacts, mints: frozenset[str], creators: frozenset[str]) -> str | None:
    if facts.mint in mints:
        return facts.mint
    return facts.creator if facts.creator in creators else None
