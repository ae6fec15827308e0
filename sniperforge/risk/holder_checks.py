"""Checks on who holds the LP tokens and who holds the token."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sniperforge.risk.findings import above, below, failed, passed, percent_text, share_bps, unknown
from sniperforge.risk.policy import BURN_OWNERS, Check

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sniperforge.domain.verdict import CheckResult
    from sniperforge.risk.facts import Holder, PoolFacts
    from sniperforge.risk.policy import RiskPolicy

TOP = 10


def lp_locked(facts: PoolFacts, policy: RiskPolicy) -> CheckResult:
    """Enough of the liquidity can never be withdrawn: its LP tokens are burned or in lock programs.

    Burned is ``lp_pool_supply - lp_mint_supply`` plus what unusable owners hold. Accounts that the holder
    list leaves out count as free.
    """
    check, total, minted = Check.LP_LOCKED, facts.lp_pool_supply, facts.lp_mint_supply
    if total is None or minted is None:
        name = "lp_pool_supply" if total is None else "lp_mint_supply"
        return unknown(check, f"{name} not known{facts.why_missing(name)}")
    if total <= 0 or minted > total:
        return unknown(check, "LP supplies contradict each other", pool_supply=total, mint_supply=minted)
    locked = total - minted
    if facts.lp_holders is not None:
        locked += min(_held(facts.lp_holders, policy.lock_owners), minted)
    elif below(locked, total, policy.min_lp_locked_percent):
        return unknown(check, f"LP holders not known{facts.why_missing('lp_holders')}", pool_supply=total)
    return _judge_lock(facts, policy, locked, total)


def _judge_lock(facts: PoolFacts, policy: RiskPolicy, locked: int, total: int) -> CheckResult:
    check, least = Check.LP_LOCKED, policy.min_lp_locked_percent
    text = f"{percent_text(locked, total)} of the LP supply is burned or locked"
    numbers = {"locked_raw": locked, "pool_supply": total, "locked_bps": share_bps(locked, total)}
    if not below(locked, total, least):
        return passed(check, text, **numbers)
    ownerless = sum(holder.raw for holder in facts.lp_holders or () if holder.owner is None)
    if not below(locked + ownerless, total, least):
        return unknown(check, f"{text}; owners of LP accounts not known", ownerless_raw=ownerless, **numbers)
    return failed(check, f"{text}, least is {least} %", **numbers)


def holder_concentration(facts: PoolFacts, policy: RiskPolicy) -> CheckResult:
    """Neither one holder nor the ten largest hold too much of the supply that is not burned.

    The pool's own vault, unusable owners and lock programs are no holders; accounts of one owner count
    together.
    """
    check = Check.HOLDER_CONCENTRATION
    for name in ("token", "holders", "base_vault"):
        if getattr(facts, name) is None:
            return unknown(check, f"{name} not known{facts.why_missing(name)}")
    assert facts.token is not None
    assert facts.holders is not None
    supply = facts.token.supply - _held(facts.holders, frozenset())
    if supply <= 0:
        return unknown(check, "the supply is zero or changed while it was read", supply=facts.token.supply)
    counted = [
        holder
        for holder in facts.holders
        if holder.account != facts.base_vault and not _is_out_of_reach(holder, policy.lock_owners)
    ]
    return _judge_concentration(counted, supply, policy)


def _judge_concentration(counted: list[Holder], supply: int, policy: RiskPolicy) -> CheckResult:
    check = Check.HOLDER_CONCENTRATION
    single, top = _largest(counted)
    numbers = {
        "supply": supply,
        "largest_raw": single,
        "largest_bps": share_bps(single, supply),
        "top10_raw": top,
        "top10_bps": share_bps(top, supply),
    }
    text = f"largest holder {percent_text(single, supply)}, ten largest {percent_text(top, supply)}"
    limits = f"most is {policy.max_single_holder_percent} % and {policy.max_top10_percent} %"
    if not _too_much(single, top, supply, policy):
        return passed(check, text, **numbers)
    known_single, known_top = _largest([holder for holder in counted if holder.owner is not None])
    if _too_much(known_single, known_top, supply, policy):
        return failed(check, f"{text}; {limits}", **numbers)
    return unknown(check, f"{text}, but not all owners are known; {limits}", **numbers)


def _too_much(single: int, top: int, supply: int, policy: RiskPolicy) -> bool:
    return above(single, supply, policy.max_single_holder_percent) or above(
        top, supply, policy.max_top10_percent
    )


def _largest(holders: Iterable[Holder]) -> tuple[int, int]:
    by_owner: Counter[str] = Counter()
    for holder in holders:
        by_owner[holder.owner or holder.account] += holder.raw
    largest = [raw for _, raw in by_owner.most_common(TOP)]
    return (largest[0] if largest else 0), sum(largest)


def _held(holders: Iterable[Holder], lock_owners: frozenset[str]) -> int:
    return sum(holder.raw for holder in holders if _is_out_of_reach(holder, lock_owners))


def _is_out_of_reach(holder: Holder, lock_owners: frozenset[str]) -> bool:
    # Burn owners count by address only: the program that owns an ordinary wallet is the system program too.
    if holder.owner in BURN_OWNERS:
        return True
    return holder.owner in lock_owners or holder.owner_program in lock_owners
