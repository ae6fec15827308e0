"""``sniperforge positions``: what is held, and the ways out: sell, abandon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sniperforge.cli.arguments import ForOneTrade, PasswordFile, PasswordStdin
from sniperforge.cli.command import command_app
from sniperforge.cli.result import Result

if TYPE_CHECKING:
    from sniperforge.cli.options import Options
    from sniperforge.config.load import Settings
    from sniperforge.domain.trade import ForeignToken, Position

DEFAULT = "list"

app = command_app("Show held positions; sell them, or give up a worthless one.")


@app.command(name="list")
def list_(
    ctx: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Closed and worthless ones too.")] = False,
) -> Result:
    """Positions that are held: open, exiting or stuck.

    The letters that stand for a token are enough for `sell` and `why`; --json shows whole addresses.
    """
    from sniperforge.cli.settings import load_settings
    from sniperforge.cli.signals import run_async

    return run_async(_list(load_settings(ctx.obj), every))


@app.command()
def sell(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Position id, mint or pool.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Sell every held position: the panic button.")] = False,
    intent_id: Annotated[
        str,
        typer.Option(
            "--intent-id", metavar="KEY", help="The same key sells no position twice; outcomes show again."
        ),
    ] = "",
    mev: ForOneTrade = "",
    live: Annotated[bool, typer.Option("--live", help="Mainnet; needs live = true too.")] = False,
    password_stdin: PasswordStdin = False,
    password_file: PasswordFile = None,
) -> Result:
    """Sell one position, or all; through the process that holds the wallet when one runs."""
    from sniperforge.cli.password import password_source
    from sniperforge.cli.prompt import confirm
    from sniperforge.cli.sell import choices, sell_positions
    from sniperforge.cli.settings import load_settings
    from sniperforge.cli.signals import run_async
    from sniperforge.errors import UsageError

    if bool(name) == every:
        raise UsageError("name one position, or give --all")
    options: Options = ctx.obj
    everything = {"percent": 100} | choices(intent_id, mev)
    if every:
        confirm("sell every held position?", options)
    source = password_source(password_stdin=password_stdin, password_file=password_file)
    return run_async(sell_positions(load_settings(options), name or None, everything, source, live=live))


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
        foreign = records.journal.foreign_tokens() if records.journal else []
        now = records.node.clock.now()
        return Result(
            {
                "positions": [position.to_json() for position in found],
                "foreign_tokens": [token.to_json() for token in foreign],
            },
            lambda: _view(found, foreign, now, "no positions" if every else "no positions held"),
            network=settings.network_name,
            chain=settings.network.chain,
            mode=records.node.mode,
            wallet=records.wallet.pubkey,
        )


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


def _view(positions: list[Position], foreign: list[ForeignToken], now: float, nothing: str) -> list[Any]:
    """The table, and below it what there is to say of some, and of tokens that are no positions."""
    from sniperforge.cli.event_lines import MINT_LETTERS

    notes = [f"{each.mint[:MINT_LETTERS]}  {each.note}" for each in positions if each.note]
    notes += [f"{each.mint[:MINT_LETTERS]}  foreign, never sold: {each.reason}" for each in foreign]
    return [_table(positions, now) if positions else nothing, "\n".join(notes)]


def _table(positions: list[Position], now: float) -> Any:
    from rich.table import Table

    from sniperforge.cli.event_lines import MINT_LETTERS
    from sniperforge.cli.moments import short_time
    from sniperforge.domain.amounts import format_sol, format_units

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("UTC", "token", "state"):
        table.add_column(name, no_wrap=True)
    for name in ("tokens", "cost SOL", "result SOL"):
        table.add_column(name, justify="right", no_wrap=True)
    for position in positions:
        ended = position.closed_at is not None
        table.add_row(
            short_time(position.opened_at, now),
            position.mint[:MINT_LETTERS],
            position.state.value,
            format_units(position.raw, position.decimals),
            format_sol(position.cost),
            format_sol(position.realized_pnl) if ended else "",
        )
    return table
