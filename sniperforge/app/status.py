"""One screen of everything, read-only: the facts behind ``sniperforge status``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from sniperforge.app.holding import lock_file
from sniperforge.app.limits import limit_usage, limits_of
from sniperforge.coordination.wallet_lock import read_holder
from sniperforge.domain.amounts import format_sol, parse_sol
from sniperforge.domain.trade import IntentKind
from sniperforge.engine.exposure import DAY_SECONDS, HOUR_SECONDS
from sniperforge.engine.kill_switch import KillSwitch

if TYPE_CHECKING:
    from sniperforge.app.records import Records
    from sniperforge.coordination.wallet_lock import Holder
    from sniperforge.domain.trade import Position

_TOP: Final = 3


async def status_of(records: Records) -> dict[str, Any]:
    """The status document of a wallet on its chain.

    Raises:
        UnavailableError: the node does not answer.
    """
    node, wallet, journal = records.node, records.wallet.pubkey, records.journal
    holder, now = read_holder(lock_file(node, wallet)), node.clock.now()
    session = _session(records, holder)
    balance = await node.rpc.balance(wallet, "processed")
    switch = KillSwitch(journal, node.settings.kill_file)
    halted, limits = switch.why(), limits_of(node.settings.config)
    values = session["health"].get("values_sol", {}) if session and session["running"] else {}
    return {
        "network": {
            "name": node.settings.network_name,
            "cluster": node.cluster,
            "genesis_hash": node.genesis_hash,
            "slot": await node.rpc.slot("processed"),
            "health": await node.rpc.health(),
            "endpoints": [asdict(report) for report in await node.survey()],
        },
        "wallet": {
            "name": records.wallet.name,
            "pubkey": wallet,
            "balance_sol": format_sol(balance),
        },
        "holder": None if holder is None else _holder(holder),
        "session": session,
        "halted": halted,
        "limits": limit_usage(limits, journal, switch, now=now, balance=balance),
        "positions": [_position(each, values) for each in journal.positions()] if journal else [],
        "realized_today_sol": format_sol(journal.realized_since(now - now % DAY_SECONDS) if journal else 0),
        "unknown": [attempt.signature for _, attempt in journal.unresolved()] if journal else [],
        "foreign_tokens": [each.to_json() for each in journal.foreign_tokens()] if journal else [],
        "foreign_signatures": journal.foreign_signed() if journal else [],
        "last_hour": (hour := _last_hour(records)),
        "why_nothing": why_nothing(hour, session, halted),
    }


def why_nothing(hour: dict[str, Any], session: dict[str, Any] | None, halted: str) -> str:
    """One line: why nothing was bought in the last hour; empty when something was.

    Args:
        hour: ``judged``, ``accepted``, ``bought``, ``refusals_by_check`` of the last hour.
        session: the wallet's last bot; ``None`` when none ever ran.
        halted: why entries are halted, empty when they are not.
    """
    if hour["bought"]:
        return ""
    if halted:
        return f"entries are halted: {halted}"
    if session is None:
        return "no bot has run on this wallet and chain"
    if not session["running"]:
        return "no bot is running on this wallet"
    heard = f"the feed was last heard {_age(session['health'])}"
    if not hour["judged"]:
        return f"no new pool in the last hour; {heard}"
    reasons = dict(hour["refusals_by_check"])
    limits = session["health"].get("refusals_by_check", {})
    reasons |= {name: limits[name] for name in ("limits", "execution") if name in limits}
    top = sorted(reasons.items(), key=lambda item: -item[1])[:_TOP]
    refused = ", ".join(f"{name} {count}" for name, count in top) or "nothing yet"
    judged = f"{hour['judged']} pool{'' if hour['judged'] == 1 else 's'}"
    return f"{judged} judged in the last hour, refused by {refused}; {heard}"


def _age(health: dict[str, Any]) -> str:
    age = health.get("feed", {}).get("age_seconds")
    return "never" if age is None else f"{age} s ago"


def _last_hour(records: Records) -> dict[str, Any]:
    since, wallet = records.node.clock.now() - HOUR_SECONDS, records.wallet.pubkey
    counts = records.shared.counts_since(since, wallet) if records.shared else {}
    fills = records.journal.fills(since=since) if records.journal else []
    return {
        "judged": sum(counts.values()),
        "accepted": counts.get("accepted", 0),
        "bought": sum(fill.kind is IntentKind.BUY and fill.settlement.err is None for fill in fills),
        "refusals_by_check": records.shared.refusals_since(since, wallet) if records.shared else {},
    }


def _session(records: Records, holder: Holder | None) -> dict[str, Any] | None:
    row = records.shared.session(records.wallet.pubkey) if records.shared else None
    if row is None:
        return None
    return {
        "pid": row.pid,
        "bot": row.bot,
        "running": row.ended_at is None and holder is not None and holder.pid == row.pid,
        "started_at": row.started_at,
        "updated_at": row.updated_at,
        "ended_at": row.ended_at,
        "health": dict(row.health),
    }


def _position(position: Position, values: dict[str, str]) -> dict[str, Any]:
    """With what it would bring now and the gain that makes, when a running bot says so."""
    value = values.get(position.id)
    gain = None
    if value is not None:
        gain = format_sol(parse_sol(value) + position.proceeds - position.cost - position.fees)
    return {**position.to_json(), "value_sol": value, "unrealized_pnl_sol": gain}


def _holder(holder: Holder) -> dict[str, Any]:
    return {name: value for name, value in asdict(holder).items() if name != "identity"}
