"""``sniperforge trades``: what landed, what it cost, what it brought; from the journal, never from quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sniperforge.cli.command import command_app
from sniperforge.cli.result import Result

if TYPE_CHECKING:
    from sniperforge.app.records import Records
    from sniperforge.config.load import Settings
    from sniperforge.domain.trade import Fill

DEFAULT = "list"

app = command_app("Show the wallet's trades and their sum.")


@app.command(name="list")
def list_(
    ctx: typer.Context,
    last: Annotated[int, typer.Option(min=1, help="How many, newest last.")] = 50,
) -> Result:
    """Every landed transaction of the wallet's intents, failed ones with their fees included."""
    from sniperforge.cli.settings import load_settings
    from sniperforge.cli.signals import run_async

    return run_async(_list(load_settings(ctx.obj), last))


@app.command()
def show(
    ctx: typer.Context,
    signature: Annotated[str, typer.Argument(help="A transaction's signature.")],
) -> Result:
    """One transaction: its intent, its state and its balance changes."""
    from sniperforge.cli.settings import load_settings
    from sniperforge.cli.signals import run_async

    return run_async(_show(load_settings(ctx.obj), signature))


@app.command()
def summary(ctx: typer.Context) -> Result:
    """Proceeds, cost, fees, rent and realised profit of everything on record."""
    from sniperforge.cli.settings import load_settings
    from sniperforge.cli.signals import run_async

    return run_async(_summary(load_settings(ctx.obj)))


async def _list(settings: Settings, last: int) -> Result:
    from sniperforge.app.records import open_records

    async with open_records(settings) as records:
        fills = (records.journal.fills() if records.journal else [])[-last:]
        return _result(
            records,
            {"trades": [_document(fill) for fill in fills]},
            lambda: _table(fills) if fills else _NONE,
        )


async def _show(settings: Settings, signature: str) -> Result:
    from sniperforge.app.records import open_records
    from sniperforge.errors import NotFoundError

    async with open_records(settings) as records:
        attempt = records.journal.attempt(signature) if records.journal else None
        if records.journal is None or attempt is None:
            raise NotFoundError(f"no transaction {signature} in the journal of {records.wallet.name}")
        fill, intent = records.journal.fill(signature), records.journal.intent(attempt.intent_id)
        assert intent is not None
        data: dict[str, Any] = {
            "signature": signature,
            "state": attempt.state.value,
            "intent": {
                "id": intent.id,
                "kind": intent.kind.value,
                "origin": intent.origin,
                "reason": intent.reason,
                "mint": intent.mint,
                "pool": intent.pool,
                "created_at": intent.created_at,
            },
            "trade": None if fill is None else _document(fill),
        }
        lines = [f"{signature}", f"{intent.kind} by {intent.origin}: {attempt.state}", intent.reason]
        if fill is not None:
            lines += [f"{key:16} {value}" for key, value in _document(fill).items() if value is not None]
        return _result(records, data, lambda: "\n".join(line for line in lines if line))


async def _summary(settings: Settings) -> Result:
    from sniperforge.app.books import sum_of
    from sniperforge.app.records import open_records

    async with open_records(settings) as records:
        fills = records.journal.fills() if records.journal else []
        foreign = records.journal.foreign_delta() if records.journal else 0
        data = sum_of(fills, foreign).to_json()
        return _result(records, data, lambda: "\n".join(f"{key:22} {value}" for key, value in data.items()))


_NONE = "no trades on record"


def _result(records: Records, data: dict[str, Any], human: Any) -> Result:
    settings = records.node.settings
    return Result(
        data,
        human,
        network=settings.network_name,
        chain=settings.network.chain,
        mode=records.node.mode,
        wallet=records.wallet.pubkey,
    )


def _document(fill: Fill) -> dict[str, Any]:
    from sniperforge.app.books import fill_document

    return fill_document(fill)


def _table(fills: list[Fill]) -> Any:
    from datetime import UTC, datetime

    from rich.table import Table

    from sniperforge.domain.amounts import format_sol, format_units

    table = Table(box=None, pad_edge=False)
    for name in ("time (UTC)", "kind", "mint", "tokens", "SOL", "fee", "rent", "state"):
        table.add_column(name, justify="right" if name in ("tokens", "SOL", "fee", "rent") else "left")
    for fill in fills:
        done = fill.settlement
        table.add_row(
            datetime.fromtimestamp(fill.booked_at, UTC).strftime("%m-%d %H:%M:%S"),
            fill.kind.value,
            fill.mint[:8],
            format_units(fill.token_delta, fill.decimals),
            format_sol(done.trade),
            format_sol(done.fee + done.tip),
            format_sol(done.rent_paid - done.rent_returned),
            "failed" if done.err is not None else fill.commitment,
        )
    return table
