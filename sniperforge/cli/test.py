"""``sniperforge test``: live checks of what the commands depend on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from sniperforge.cli.command import command_app
from sniperforge.cli.result import Result

if TYPE_CHECKING:
    from sniperforge.app.check_run import CheckRow
    from sniperforge.cli.options import Options
    from sniperforge.config.load import Settings

DEFAULT = "all"

app = command_app("Check live what the commands depend on: node, pools, wallets.")


@app.command()
def solana(ctx: typer.Context) -> Result:
    """The node: identity, health, blockhashes, moving slots, subscriptions."""
    return _test(ctx.obj, "solana")


@app.command()
def jupiter(ctx: typer.Context) -> Result:
    """Jupiter's API, where the network has one."""
    return _test(ctx.obj, "jupiter")


@app.command()
def pools(ctx: typer.Context) -> Result:
    """A real pool: read, quoted, and a swap simulated and compared with the quote. Nothing is sent."""
    return _test(ctx.obj, "pools")


@app.command()
def wallets(ctx: typer.Context) -> Result:
    """Key files and their modes, the selected wallet, its balance. No password is asked for."""
    return _test(ctx.obj, "wallets")


@app.command(name="all")
def all_(ctx: typer.Context) -> Result:
    """All of it. What a network does not have is `skip`; one failed row gives the exit code.

    Example: sniperforge test all --json
    """
    return _test(ctx.obj, "solana", "jupiter", "pools", "wallets")


def _test(options: Options, *groups: str) -> Result:
    from sniperforge.app.local_service import ensure_localnet
    from sniperforge.cli.render import note
    from sniperforge.cli.settings import load_settings
    from sniperforge.cli.signals import run_async

    settings = load_settings(options)
    ensure_localnet(settings, (lambda _text: None) if options.quiet else note)
    return run_async(_run(settings, groups))


async def _run(settings: Settings, groups: tuple[str, ...]) -> Result:
    from sniperforge.app.checks import run_checks

    run = await run_checks(settings, groups)
    return Result(
        {"checks": [row.to_json() for row in run.rows]},
        lambda: "\n".join(_line(row) for row in run.rows),
        network=settings.network_name,
        chain=settings.network.chain,
        mode=settings.trading_mode(),
        error=run.error(),
    )


def _line(row: CheckRow) -> str:
    return f"{row.status:4}  {f'{row.group} {row.name}':18}  {row.ms:7.1f} ms  {row.message}"
