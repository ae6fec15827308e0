"""``sniperforge sell``: sell what is held of a token, through whoever holds the wallet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sniperforge.cli.arguments import ForOneTrade, PasswordFile, PasswordStdin
from sniperforge.cli.command import command_app
from sniperforge.cli.result import Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.app.sale import Sale
    from sniperforge.config.load import Settings
    from sniperforge.wallets.password import PasswordSource

app = command_app("Sell a held token: an amount or a percentage.")


@app.command()
def sell(
    ctx: typer.Context,
    mint: Annotated[str, typer.Argument(help="Mint, pool or position id.")],
    amount: Annotated[str, typer.Argument(help="Tokens, or a percentage such as 50%.")] = "100%",
    intent_id: Annotated[
        str,
        typer.Option(
            "--intent-id", metavar="KEY", help="The same key never sells twice; its outcome is shown again."
        ),
    ] = "",
    mev: ForOneTrade = "",
    live: Annotated[bool, typer.Option("--live", help="Mainnet; needs live = true too.")] = False,
    password_stdin: PasswordStdin = False,
    password_file: PasswordFile = None,
) -> Result:
    """Sell at the market, within the configured slippage; a running bot does it when it holds the wallet."""
    from sniperforge.cli.password import password_source
    from sniperforge.cli.settings import load_settings
    from sniperforge.cli.signals import run_async

    payload = _amount(amount) | choices(intent_id, mev)
    source = password_source(password_stdin=password_stdin, password_file=password_file)
    return run_async(sell_positions(load_settings(ctx.obj), mint, payload, source, live=live))


async def sell_positions(
    settings: Settings,
    name: str | None,
    payload: Mapping[str, Any],
    password: PasswordSource,
    *,
    live: bool,
) -> Result:
    """Sell one position (or all, ``None``) and report what became of each; shared with ``positions sell``."""
    from sniperforge.app.sales import sell_held

    sales = await sell_held(settings, name, payload, password.read, live=live)
    return Result(
        {"sales": [sale.to_json() for sale in sales.sales]},
        lambda: "\n".join(map(_line, sales.sales)) or "no positions held",
        network=settings.network_name,
        chain=settings.network.chain,
        mode=sales.mode,
        wallet=sales.wallet,
        error=sales.error(),
    )


def choices(intent_id: str, mev: str) -> dict[str, Any]:
    """What ``--intent-id`` and ``--mev`` add to what is asked; shared with ``positions sell``.

    Raises:
        UsageError: no such policy.
    """
    from sniperforge.engine.requests import sale_mev

    given = {"client_key": intent_id, "mev": mev}
    asked = {name: value for name, value in given.items() if value}
    sale_mev(asked)
    return asked


def _line(sale: Sale) -> str:
    from sniperforge.domain.amounts import format_sol

    match sale.kind:
        case "filled" if sale.signature:
            way = " by bundle" if sale.mev == "bundle" else ""
            tip = f", tip {format_sol(sale.tip)} SOL" if sale.tip else ""
            return f"{sale.mint}  sold{way} for {format_sol(sale.proceeds)} SOL{tip}"
        case "filled":
            return f"{sale.mint}  {sale.text}"
        case "unknown":
            return f"{sale.mint}  sent, outcome not known yet: {sale.signature}"
    return f"{sale.mint}  not sold: {sale.text}"


def _amount(text: str) -> dict[str, Any]:
    from sniperforge.errors import UsageError

    number = text.removesuffix("%")
    if text == number:
        return {"amount": text}
    if not (number.isascii() and number.isdigit() and 1 <= int(number) <= 100):
        raise UsageError(f"{text} is not a whole percentage from 1% to 100%")
    return {"percent": int(number)}
