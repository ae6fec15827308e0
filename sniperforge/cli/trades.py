"""``sniperforge trades``: what landed, what it cost, what it brought; from the journal, never from quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sniperforge.cli.command import command_app
from sniperforge.cli.result import Result

if TYPE_CHECKING:
    from sniperforge.app.records import Records
    from sniperforge.config.load import Settings
    from sniperforge.domain.trade import Attempt, Fill

DEFAULT = "list"

app = command_app("Show the wallet's trades and their sum.")


@app.command(name="list")
def list_(
    ctx: typer.Context,
    last: Annotated[int, typer.Option(min=1, metavar="N", help="How many, newest last.")] = 50,
) -> Result:
    """Every landed transaction of the wallet's intents, failed ones included; fees are in lamports."""
    from sniperforge.cli.settings import load_settings
    from sniperforge.cli.signals import run_async

    return run_async(_list(load_settings(ctx.obj), last))


@app.command()
def show(
    ctx: typer.Context,
    signature: Annotated[str, typer.Argument(help="A transaction's signature, or its first 8 letters.")],
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
        now = records.node.clock.now()
        return _result(
            records,
            {"trades": [_document(fill) for fill in fills]},
            lambda: _table(fills, now) if fills else _NONE,
        )


async def _show(settings: Settings, signature: str) -> Result:
    from sniperforge.app.records import open_records
    from sniperforge.execution.mev import may_go

    async with open_records(settings) as records:
        attempt = _find(records, signature)
        assert records.journal is not None
        fill, intent = records.journal.fill(attempt.signature), records.journal.intent(attempt.intent_id)
        assert intent is not None
        data: dict[str, Any] = {
            "signature": attempt.signature,
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
            "mev": may_go(attempt.raw).value,
            "trade": None if fill is None else _document(fill),
        }
        return _result(records, data, lambda: _text(data))


def _find(records: Records, name: str) -> Attempt:
    """The transaction with this signature, or with the only one that begins so."""
    from sniperforge.errors import NotFoundError

    attempt = records.journal.attempt(name) if records.journal else None
    if records.journal is not None and attempt is None and len(name) >= SIGNATURE_LETTERS:
        begin = [each for each in records.journal.known_signatures() if each.startswith(name)]
        attempt = records.journal.attempt(begin[0]) if len(begin) == 1 else None
    if attempt is None:
        raise NotFoundError(
            f"no transaction {name} in the journal of wallet {records.wallet.name}",
            hint="`sniperforge trades` lists them",
        )
    return attempt


async def _summary(settings: Settings) -> Result:
    from sniperforge.app.books import sum_of
    from sniperforge.app.records import open_records

    async with open_records(settings) as records:
        fills = records.journal.fills() if records.journal else []
        foreign = records.journal.foreign_delta() if records.journal else 0
        data = sum_of(fills, foreign).to_json()
        return _result(records, data, lambda: _sums(data))


_NONE = "no trades on record"
SIGNATURE_LETTERS = 8
"""How much of a signature a table shows, and `trades show` takes."""

_ALLOWED = {
    "none": "",
    "tip": "every endpoint, and block engines for a tip",
    "bundle": "block engines alone, for a tip",
}
"""Who may have a transaction; the usual goes without saying."""

_AMOUNTS = (
    ("traded", "trade_sol"),
    ("fee", "fee_sol"),
    ("tip", "tip_sol"),
    ("rent paid", "rent_paid_sol"),
    ("rent returned", "rent_returned_sol"),
    ("wallet change", "wallet_delta_sol"),
)


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


def _table(fills: list[Fill], now: float) -> Any:
    from rich.table import Table

    from sniperforge.cli.event_lines import MINT_LETTERS
    from sniperforge.cli.moments import short_time
    from sniperforge.domain.amounts import format_sol, format_units

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("UTC", "what", "token", "tokens", "SOL", "fee", "signature"):
        right = name in ("tokens", "SOL", "fee")
        table.add_column(name, justify="right" if right else "left", no_wrap=True)
    for fill in fills:
        done = fill.settlement
        table.add_row(
            short_time(fill.booked_at, now),
            _what(fill),
            fill.mint[:MINT_LETTERS],
            format_units(fill.token_delta, fill.decimals) if fill.mint else "",
            format_sol(done.trade),
            str(done.fee + done.tip),
            done.signature[:SIGNATURE_LETTERS],
        )
    return table


def _what(fill: Fill) -> str:
    kind = "close" if fill.kind == "close_account" else fill.kind.value
    return kind if fill.settlement.err is None else f"{kind} failed"


def _text(data: dict[str, Any]) -> str:
    from sniperforge.cli.moments import full_time

    intent, trade = data["intent"], data["trade"]
    rows = {
        "signature": data["signature"],
        "state": data["state"],
        "what": f"{intent['kind']} by {intent['origin']}",
        "why": intent["reason"],
        "token": intent["mint"],
        "pool": intent["pool"],
        "wanted": full_time(intent["created_at"]),
        "for": _ALLOWED[data["mev"]],
    }
    if trade is not None:
        rows |= {
            "landed": f"slot {trade['slot']}, {trade['commitment']}",
            "error": "" if trade["error"] is None else str(trade["error"]),
            "tokens": trade["amount"]["ui"] if trade["amount"] else "",
            **{name: f"{trade[key]:>13} SOL" for name, key in _AMOUNTS},
        }
    return "\n".join(f"{name:13}  {text}" for name, text in rows.items() if text)


def _sums(data: dict[str, Any]) -> str:
    head = f"{data['trades']} landed, {data['failed']} failed"
    rows = [
        f"{key.removesuffix('_sol').replace('_', ' '):13}  {value:>15} SOL"
        for key, value in data.items()
        if key.endswith("_sol")
    ]
    return "\n".join([head, *rows])
