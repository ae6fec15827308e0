"""``sniperforge why``: what was decided about a pool or a token, and on which facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sniperforge.cli.command import command_app
from sniperforge.cli.result import Result

if TYPE_CHECKING:
    from sniperforge.config.load import Settings
    from sniperforge.store.shared import DecisionRow

app = command_app("Say why a pool or a token was bought or refused.")


@app.command()
def why(
    ctx: typer.Context,
    address: Annotated[str, typer.Argument(help="A pool or a mint.")],
    last: Annotated[int, typer.Option(min=1, max=1000, help="How many verdicts, newest first.")] = 5,
) -> Result:
    """Print every check of the journalled verdicts on a pool or a token, with the facts they rest on."""
    from sniperforge.cli.settings import load_settings
    from sniperforge.cli.signals import run_async

    return run_async(_why(load_settings(ctx.obj), address, last))


async def _why(settings: Settings, address: str, last: int) -> Result:
    from sniperforge.app.records import open_records
    from sniperforge.errors import NotFoundError

    async with open_records(settings) as records:
        found = records.shared.decisions_on(address, last) if records.shared else []
        if not found:
            raise NotFoundError(
                f"no verdict on {address} in this chain's record",
                hint="only pools that a bot saw are on record: `sniperforge start` runs one",
            )
        return Result(
            {"decisions": [decision.to_json() for decision in found]},
            lambda: "\n\n".join(_text(decision) for decision in found),
            network=settings.network_name,
            chain=settings.network.chain,
            mode=records.node.mode,
            wallet=records.wallet.pubkey,
        )


def _text(decision: DecisionRow) -> str:
    from datetime import UTC, datetime

    at = datetime.fromtimestamp(decision.at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    head = f"{at}  {decision.bot}  {decision.dex}\npool {decision.pool}\nmint {decision.mint}"
    results: list[dict[str, Any]] = list(decision.verdict["results"])
    width = max(len(result["name"]) for result in results)
    lines = [f"  {result['outcome']:7}  {result['name']:{width}}  {result['reason']}" for result in results]
    return "\n".join([head, f"=> {decision.verdict['summary']}", *lines])
