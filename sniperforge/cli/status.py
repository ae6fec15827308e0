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
    rows = [
        ("network", f"{network['name']} ({network['cluster']}), slot {network['slot']}, {network['health']}"),
        ("wallet", f"{wallet['name']} {wallet['pubkey']}"),
        ("balance", f"{wallet['balance_sol']} SOL"),
        ("held by", "nobody" if holder is None else _holder(holder)),
        ("entries", f"HALTED: {data['halted']}" if data["halted"] else "allowed"),
        ("positions", str(len(data["positions"]))),
        *(("", f"{each['mint']}  {each['state']}  {each['note']}") for each in data["positions"]),
        *(("unknown", f"{signature}  sent, outcome not known yet") for signature in data["unknown"]),
        *(
            ("foreign", f"{signature}  signed with this key, not by us")
            for signature in data["foreign_signatures"]
        ),
    ]
    if data["why_nothing"]:
        rows.append(("no buys", data["why_nothing"]))
    return "\n".join(f"{name:10} {text}".rstrip() for name, text in rows)


def _holder(holder: dict[str, Any]) -> str:
    what = holder["bot"] or holder["command"]
    return f"{what}, pid {holder['pid']} on {holder['host']}, since {holder['since']}, in {holder['folder']}"
