"""``sniperforge status``: one screen of everything; changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from sniperforge.cli.command import command_app
from sniperforge.cli.result import Result

if TYPE_CHECKING:
    from sniperforge.config.load import Settings

app = command_app("Show network, wallet, bot, positions and why nothing was bought.")


@app.command()
def status(ctx: typer.Context) -> Result:
    """One screen: chain, wallet, who holds it, positions, unknown transactions, refusals of the last hour."""
    from sniperforge.cli.settings import load_settings
    from sniperforge.cli.signals import run_async

    return run_async(_status(load_settings(ctx.obj)))


async def _status(settings: Settings) -> Result:
    from sniperforge.app.records import open_records
    from sniperforge.app.status import status_of

    async with open_records(settings) as records:
        data = await status_of(records)
        return Result(
            data,
            lambda: _text(data),
            network=settings.network_name,
            chain=settings.network.chain,
            mode=records.node.mode,
            wallet=records.wallet.pubkey,
        )


def _text(data: dict[str, Any]) -> str:
    network, wallet, holder = data["network"], data["wallet"], data["holder"]
    held = data["positions"]
    rows = [
        ("network", f"{network['name']} ({network['cluster']}), slot {network['slot']}, {network['health']}"),
        *_endpoint_rows(network["endpoints"]),
        ("wallet", f"{wallet['pubkey']}  {wallet['name']}"),
        ("balance", f"{wallet['balance_sol']} SOL"),
        ("today", f"{data['realized_today_sol']} SOL realised, net of fees and rent"),
        *_holder_rows(holder),
        *_session_rows(data["session"]),
        ("entries", f"HALTED: {data['halted']}" if data["halted"] else "allowed"),
        *_limit_rows(data["limits"]),
        ("positions", f"{len(held)} held" if held else "none held"),
        *(("", _position(each)) for each in held),
        *(("unknown", f"{signature[:16]}  sent, outcome not known yet") for signature in data["unknown"]),
        *(
            ("foreign", f"{signature[:16]}  signed with this key, but not by this journal")
            for signature in data["foreign_signatures"]
        ),
        *(("foreign", f"{each['mint'][:8]}  {each['reason']}") for each in data["foreign_tokens"]),
    ]
    if data["why_nothing"]:
        rows.append(("no buys", data["why_nothing"]))
    return "\n".join(f"{name:10} {text}".rstrip() for name, text in rows)


def _endpoint_rows(endpoints: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Each endpoint, unless the only one is well: the network's row says so already."""
    if len(endpoints) == 1 and endpoints[0]["state"] == "ok":
        return []
    return [("endpoint", _endpoint(each)) for each in endpoints]


def _endpoint(each: dict[str, Any]) -> str:
    late = f", {each['lag']} slots behind" if each["lag"] else ""
    quick = "" if each["latency_ms"] is None else f", answers in {each['latency_ms']:.1f} ms"
    why = f": {each['last_error']}" if each["last_error"] and each["state"] != "ok" else ""
    return f"{each['name']} {each['state']} ({', '.join(each['roles'])}){late}{quick}{why}"


def _holder_rows(holder: dict[str, Any] | None) -> list[tuple[str, str]]:
    if holder is None:
        return [("held by", "nobody")]
    what = holder["bot"] or f"`sniperforge {holder['command']}`"
    return [
        ("held by", f"{what}, pid {holder['pid']} on {holder['host']}, since {holder['since']}"),
        ("", f"in {holder['folder']}"),
    ]


def _session_rows(session: dict[str, Any] | None) -> list[tuple[str, str]]:
    if session is None or not session["running"]:
        return []
    health = session["health"]
    age = health.get("feed", {}).get("age_seconds")
    heard = "not heard yet" if age is None else f"heard {age} s ago"
    counts = ", ".join(
        f"{health[key]} {word}"
        for key, word in (("pools_seen", "pools seen"), ("bought", "bought"), ("refused", "refused"))
        if key in health
    )
    return [("feed", ", ".join(part for part in (heard, counts) if part))]


def _limit_rows(limits: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """One line per limit that counts something; what a single trade may do is in the configuration."""
    counted = [each for each in limits if each["used"] is not None]
    return [
        ("limits" if number == 0 else "", f"{each['name']:22} {each['used']} of {each['limit']}")
        for number, each in enumerate(counted)
    ]


def _position(position: dict[str, Any]) -> str:
    value, gain = position["value_sol"], position["unrealized_pnl_sol"]
    worth = f"cost {position['cost_sol']} SOL" if value is None else f"worth {value}, {_signed(gain)} SOL"
    note = f"  ({position['note']})" if position["note"] else ""
    return f"{position['mint'][:8]}  {position['state']:7}  {worth}{note}"


def _signed(amount: str) -> str:
    return amount if amount.startswith("-") else f"+{amount}"
