"""``sniperforge start``: run a bot in the foreground until a signal, or for a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sniperforge.cli.arguments import PasswordFile, PasswordStdin, seconds_argument
from sniperforge.cli.command import command_app
from sniperforge.cli.result import Result

if TYPE_CHECKING:
    from sniperforge.app.start import StartRequest
    from sniperforge.app.trader import Trader
    from sniperforge.cli.options import Options
    from sniperforge.config.load import Settings
    from sniperforge.wallets.password import PasswordSource

app = command_app("Run a trading bot in the foreground.")


@app.command()
def start(
    ctx: typer.Context,
    bot: Annotated[
        str, typer.Option("--bot", metavar="NAME", help="Which bot; the configured one by default.")
    ] = "",
    duration: Annotated[
        float,
        typer.Option(
            min=0,
            max=31_536_000,
            metavar="SECONDS",
            help="Seconds to trade; 0 runs until Ctrl-C. Then in-flight trades drain.",
        ),
    ] = 0,
    live: Annotated[
        bool, typer.Option("--live", help="Mainnet with real money; needs live = true too.")
    ] = False,
    password_stdin: PasswordStdin = False,
    password_file: PasswordFile = None,
) -> Result:
    """Recover what was in flight, guard what is held, find, judge, buy and sell.

    A second `start` on the same wallet exits 5. Stop with Ctrl-C or SIGTERM: positions stay on record and
    are guarded again at the next start.
    """
    from sniperforge.app.start import StartRequest
    from sniperforge.cli.event_loop import loop_factory
    from sniperforge.cli.password import password_source
    from sniperforge.cli.settings import load_settings
    from sniperforge.cli.signals import run_async
    from sniperforge.errors import StorageError

    options: Options = ctx.obj
    settings = load_settings(options)
    request = StartRequest(bot or None, seconds_argument(duration) or None, live)
    source = password_source(password_stdin=password_stdin, password_file=password_file)
    _network_up(settings, options)
    try:
        return run_async(_start(settings, options, request, source), loop_factory=loop_factory())
    except StorageError as error:  # a full disk under the journal ends the trading: what led there is logged
        error.hint = f"{error.hint or 'trading has stopped'}; the log is in {settings.logs_dir}"
        raise


def _network_up(settings: Settings, options: Options) -> None:
    """On localnet, start the embedded network when none runs."""
    if settings.network.chain != "localnet":
        return
    from sniperforge.app.local_service import ensure_localnet
    from sniperforge.cli.render import note

    ensure_localnet(settings, (lambda _text: None) if options.quiet else note)


async def _start(
    settings: Settings, options: Options, request: StartRequest, source: PasswordSource
) -> Result:
    from sniperforge.app.start import start as run
    from sniperforge.cli.live_board import open_board
    from sniperforge.cli.render import note

    wallet: list[str] = []
    where = settings.network.chain.upper() + (" LIVE" if request.live else "")
    title = f"{where}  {request.bot or settings.config.bot}"
    with open_board(options, title=title, seconds=request.duration) as board:

        def ready(trader: Trader) -> None:
            wallet.append(trader.wallet)
            board.watch(trader)
            held = len(trader.journal.positions())
            if not options.quiet:
                note(f"trading {trader.wallet} on {settings.network_name}; {held} positions held")

        data = await run(
            settings,
            request,
            password=source.read,
            tell=board.hear,
            ready=ready,
            note=(lambda _text: None) if options.quiet else note,
            console=options.verbose > 0,
        )
    return Result(
        data,
        lambda: _text(data),
        network=settings.network_name,
        chain=settings.network.chain,
        mode="live",
        wallet=wallet[0],
        error=_error(data),
    )


def _error(data: dict[str, Any]) -> Any:
    from sniperforge.errors import UnknownOutcomeError

    count = len(data["unresolved"])
    if not count:
        return None
    return UnknownOutcomeError(
        f"{count} {'transaction was' if count == 1 else 'transactions were'} sent and not settled yet",
        hint="the next start, or `sniperforge status`, settles or shows them",
    )


def _text(data: dict[str, Any]) -> str:
    refusals = ", ".join(f"{name} {count}" for name, count in data["refusals_by_check"].items()) or "none"
    return (
        f"{data['pools_seen']} pools seen, {data['bought']} bought, {data['refused']} refused, "
        f"{data['exits']} sold, {data['open_positions']} open, {len(data['unresolved'])} unresolved\n"
        f"refusals: {refusals}\nrealised P&L {data['realized_pnl_sol']} SOL"
    )
