"""``sniperforge positions``: what is held, and the ways out: sell, abandon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sniperforge.cli.command import command_app
from sniperforge.cli.result import Result

if TYPE_CHECKING:
    from sniperforge.cli.options import Options
    from sniperforge.config.load import Settings
    from sniperforge.domain.trade import Position

DEFAULT = "list"

app = command_app("Show held positions; sell them, or give up a worthless one.")


@app.command(name="list")
def list_(
    ctx: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Closed and worthless ones too.")] = False,
) -> Result:
    """Positions that are held: open, exiting or stuck."""
    from sniperforge.cli.settings import load_settings
    from sniperforge.cli.signals import run_async

    return run_async(_list(load_settings(ctx.obj), every))


@app.command()
def sell(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Position id, mint or pool.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Sell every held position: the panic button.")] = False,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from stdin.")
    ] = False,
) -> Result:
    """Sell one position, or all; through the process that holds the wallet when one runs."""
    from sniperforge.cli.prompt import confirm
    from sniperforge.cli.settings import load_settings
    from sniperforge.cli.signals import run_async
    from sniperforge.errors import UsageError

    if bool(name) == every:
        raise UsageError("name one position, or give --all")
    options: Options = ctx.obj
    if every:
        confirm("sell every held position?", options)
    return run_async(_sell(load_settings(options), name or None, password_stdin))


@app.command()
def abandon(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Position id, mint or pool.")],
) -> Result:
    """Write a position off: it is not guarded any more and counts as a loss of what it cost."""
    from sniperforge.cli.prompt import confirm
    from sniperforge.cli.settings import load_settings
    from sniperforge.cli.signals import run_async

    options: Options = ctx.obj
    confirm(f"write {name} off as worthless?", options)
    return run_async(_abandon(load_settings(options), name))


async def _list(settings: Settings, every: bool) -> Result:
    from sniperforge.app.records import open_records
    from sniperforge.domain.trade import HELD_STATES, PositionState

    async with open_records(settings) as records:
        states = tuple(PositionState) if every else HELD_STATES
        found = records.journal.positions(states) if records.journal else []
        return Result(
            {"positions": [position.to_json() for position in found]},
            lambda: _table(found) if found else "no positions held",
            network=settings.network_name,
            chain=settings.network.chain,
            mode=records.node.mode,
            wallet=records.wallet.pubkey,
        )


async def _sell(settings: Settings, name: str | None, password_stdin: bool) -> Result:
    from sniperforge.cli.sell import sell_positions

    return await sell_positions(settings, name, {"percent": 100}, password_stdin=password_stdin)


async def _abandon(settings: Settings, name: str) -> Result:
    from sniperforge.app.desk import ask_or_do
    from sniperforge.engine.requests import ABANDON

    answer, node, wallet = await ask_or_do(settings, ABANDON, {"position": name}, command="positions abandon")
    return Result(
        answer,
        lambda: f"written off: {answer['abandoned']}",
        network=settings.network_name,
        chain=settings.network.chain,
        mode=node.mode,
        wallet=wallet.pubkey,
    )


def _table(positions: list[Position]) -> Any:
    from datetime import UTC, datetime

    from rich.table import Table

    from sniperforge.domain.amounts import format_sol, format_units

    table = Table(box=None, pad_edge=False)
    for name in ("opened (UTC)", "state", "mint", "tokens", "cost", "realised", "note"):
        table.add_column(name, justify="right" if name in ("tokens", "cost", "realised") else "left")
    for position in positions:
        table.add_row(
            datetime.fromtimestamp(position.opened_at, UTC).strftime("%m-%d %H:%M:%S"),
            position.state.value,
            position.mint,
            format_units(position.raw, position.decimals),
            format_sol(position.cost),
            format_sol(position.realized_pnl),
            position.note,
        )
    return table
