"""One screen of everything, read-only: the facts behind ``sniperforge status``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sniperforge.app.holding import lock_file
from sniperforge.coordination.wallet_lock import read_holder
from sniperforge.domain.amounts import format_sol
from sniperforge.engine.door import HALTED

if TYPE_CHECKING:
    from sniperforge.app.records import Records

HOUR_SECONDS: Final = 3_600


async def status_of(records: Records) -> dict[str, Any]:
    """The status document of a wallet on its chain.

    Raises:
        UnavailableError: the node does not answer.
    """
    node, wallet, journal = records.node, records.wallet.pubkey, records.journal
    holder = read_holder(lock_file(node, wallet))
    held = journal.positions() if journal else []
    unknown = [attempt.signature for _, attempt in journal.unresolved()] if journal else []
    return {
        "network": {
            "name": node.settings.network_name,
            "cluster": node.cluster,
            "genesis_hash": node.genesis_hash,
            "slot": await node.rpc.slot("processed"),
            "health": await node.rpc.health(),
        },
        "wallet": {
            "name": records.wallet.name,
            "pubkey": wallet,
            "balance_sol": format_sol(await node.rpc.balance(wallet, "processed")),
        },
        "holder": None if holder is None else _holder(holder),
        "session": _session(records),
        "halted": journal.flag(HALTED) if journal else "",
        "positions": [position.to_json() for position in held],
        "unknown": unknown,
        "foreign_signatures": journal.foreign_signed() if journal else [],
        "last_hour": _last_hour(records),
        "why_nothing": why_nothing(records),
    }


def why_nothing(records: Records) -> str:
    """One line: why nothing was bought in the last hour; empty when something was."""
    hour, session = _last_hour(records), _session(records)
    if hour["bought"]:
        return ""
    if session is None:
        return "no bot has run on this wallet and chain"
    if session["ended_at"] is not None:
        return "no bot is running on this wallet"
    if not hour["judged"]:
        feed = session["health"].get("feed", {})
        age = feed.get("age_seconds")
        return f"no new pool in the last hour; the feed was last heard {age} s ago"
    top = ", ".join(f"{name} {count}" for name, count in list(hour["refusals_by_check"].items())[:3])
    return f"{hour['judged']} pools judged in the last hour, refused by: {top or 'limits'}"


def _last_hour(records: Records) -> dict[str, Any]:
    since, wallet = records.node.clock.now() - HOUR_SECONDS, records.wallet.pubkey
    counts = records.shared.counts_since(since, wallet) if records.shared else {}
    refusals = records.shared.refusals_since(since, wallet) if records.shared else {}
    fills = records.journal.fills(since=since) if records.journal else []
    bought = sum(fill.kind == "buy" and fill.settlement.err is None for fill in fills)
    return {"judged": sum(counts.values()), "bought": bought, "refusals_by_check": refusals}


def _session(records: Records) -> dict[str, Any] | None:
    row = records.shared.session(records.wallet.pubkey) if records.shared else None
    if row is None:
        return None
    return {
        "pid": row.pid,
        "bot": row.bot,
        "started_at": row.started_at,
        "updated_at": row.updated_at,
        "ended_at": row.ended_at,
        "health": dict(row.health),
    }


def _holder(holder: Any) -> dict[str, Any]:
    return {name: getattr(holder, name) for name in ("pid", "host", "bot", "command", "folder", "since")}
