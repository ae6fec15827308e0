"""``sniperforge why``: what was decided about a pool or a token, and on which facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sniperforge.cli.command import command_app
from sniperforge.cli.result import Result

if TYPE_CHECKING:
    from sniperforge.app.records import Records
    from sniperforge.config.load import Settings
    from sniperforge.store.shared import DecisionRow

SHORTEST = 6
"""Letters from which on the beginning of an address is enough."""

app = command_app("Say why a pool or a token was bought or refused.")


@app.command()
def why(
    ctx: typer.Context,
    address: Annotated[str, typer.Argument(help="A pool or a mint, or its first letters.")],
    last: Annotated[
        int, typer.Option(min=1, max=1000, metavar="N", help="How many verdicts, newest first.")
    ] = 5,
) -> Result:
    """Print every check of the journalled verdicts on a pool or a token, with the facts they rest on."""
    from sniperforge.cli.settings import load_settings
    from sniperforge.cli.signals import run_async

    return run_async(_why(load_settings(ctx.obj), address, last))


async def _why(settings: Settings, address: str, last: int) -> Result:
    from sniperforge.app.records import open_records
    from sniperforge.errors import NotFoundError

    async with open_records(settings) as records:
        found = _decisions(records, address, last)
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


def _decisions(records: Records, name: str, last: int) -> list[DecisionRow]:
    """Verdicts on an address, or on the only one on record that begins so."""
    from sniperforge.errors import NotFoundError

    if records.shared is None:
        return []
    found = records.shared.decisions_on(name, last)
    if found or len(name) < SHORTEST:
        return found
    begin = records.shared.addresses(name)
    if len(begin) > 1:
        raise NotFoundError(
            f"several addresses on record begin with {name}: {', '.join(begin)}", hint="write more of it"
        )
    return records.shared.decisions_on(begin[0], last) if begin else []


def _text(decision: DecisionRow) -> str:
    from sniperforge.cli.moments import full_time

    results: list[dict[str, Any]] = list(decision.verdict["results"])
    width = max((len(result["name"]) for result in results), default=0)
    lines = [f"  {result['outcome']:7}  {result['name']:{width}}  {result['reason']}" for result in results]
    head = [
        f"{full_time(decision.at)}, {decision.bot}: {decision.verdict['summary']}",
        f"token {decision.mint}",
        f"pool  {decision.pool} ({decision.dex})",
    ]
    return "\n".join([*head, *lines])
