"""Checks on who may create or freeze tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.risk.findings import failed, passed, unknown
from sniperforge.risk.policy import Check

if TYPE_CHECKING:
    from sniperforge.domain.verdict import CheckResult
    from sniperforge.risk.facts import PoolFacts
    from sniperforge.risk.policy import RiskPolicy


def mint_authority(facts: PoolFacts, policy: RiskPolicy) -> CheckResult:
    """Nobody, or only a trusted launchpad, can create more tokens."""
    if facts.token is None:
        return unknown(Check.MINT_AUTHORITY, f"mint account not known{facts.why_missing('token')}")
    return _authority(Check.MINT_AUTHORITY, facts.token.mint_authority, "create tokens", policy)


def freeze_authority(facts: PoolFacts, policy: RiskPolicy) -> CheckResult:
    """Nobody, or only a trusted launchpad, can freeze token accounts."""
    if facts.token is None:
        return unknown(Check.FREEZE_AUTHORITY, f"mint account not known{facts.why_missing('token')}")
    return _authority(Check.FREEZE_AUTHORITY, facts.token.freeze_authority, "freeze accounts", policy)


def _authority(check: Check, authority: str | None, power: str, policy: RiskPolicy) -> CheckResult:
    if authority is None:
        return passed(check, f"nobody can {power}")
    if authority in policy.trusted_authorities:
        return passed(check, f"only the trusted {authority} can {power}", authority=authority)
    return failed(check, f"{authority} can {power}", authority=authority)
