"""The commands that work: name, module, one-line summary. ``--help`` prints from here before typer loads.

How to add a command ``fly``:

1. ``sniperforge/cli/fly.py``, which at module level imports only the standard library, typer and modules
   of ``cli/``. One function makes ``sniperforge fly``; several make ``sniperforge fly high`` and so on, and
   then a module constant ``DEFAULT = "high"`` names the one that a bare ``sniperforge fly`` runs::

       app = command_app("What it does, in one sentence.")            # from sniperforge.cli.command

       @app.command()
       def fly(ctx: typer.Context, height: Annotated[int, typer.Option(help="Metres.")] = 10) -> Result:
           \"\"\"What it does, in one sentence: this is its help.\"\"\"
           from sniperforge.cli.settings import load_settings          # everything heavy is imported inside

           settings = load_settings(ctx.obj)                           # ctx.obj is the frozen Options
           return Result({"height": height}, lambda: f"at {height} m", network=settings.network_name)

   Types of parameters and the return type are imported at module level: typer reads them.
2. It returns a :class:`~sniperforge.cli.result.Result`, which ``render.py`` prints (as JSON with ``--json``);
   a command that streams prints with ``render.write_line`` and returns ``None``. It raises the classes of
   ``sniperforge.errors``; ``main`` turns them into exit codes. Async work: ``return run_async(coroutine)``
   from ``cli/signals.py``. Questions and passwords: ``cli/prompt.py``. Progress: ``render.note``.
3. One line below, in the order of the help, and ``tests/cli/test_fly.py``.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Command(NamedTuple):
    """Where a command lives, and its line in the help."""

    module: str
    summary: str


COMMANDS: Final[dict[str, Command]] = {
    "demo": Command(
        "sniperforge.cli.demo", "run the sniper on an embedded network, offline, with play money"
    ),
    "start": Command("sniperforge.cli.start", "run a trading bot in the foreground"),
    "status": Command("sniperforge.cli.status", "show network, wallet, bot, positions, in one screen"),
    "sell": Command("sniperforge.cli.sell", "sell a held token: an amount or a percentage"),
    "positions": Command("sniperforge.cli.positions", "show held positions; sell them all, or give one up"),
    "trades": Command("sniperforge.cli.trades", "show what landed, what it cost and what it brought"),
    "why": Command("sniperforge.cli.why", "say why a pool or a token was bought or refused"),
    "halt": Command("sniperforge.cli.halt", "stop buying until resume; exits go on"),
    "resume": Command("sniperforge.cli.resume", "allow buying again"),
    "alerts": Command("sniperforge.cli.alerts", "try the channels that alerts go to"),
    "wallet": Command("sniperforge.cli.wallet", "make, import, list wallets; balance, send, reclaim, export"),
    "test": Command("sniperforge.cli.test", "check live what the commands depend on: node, pools, wallets"),
    "pools": Command("sniperforge.cli.pools", "decode transactions, show or record a pool, watch new pools"),
    "localnet": Command("sniperforge.cli.localnet", "run the embedded network: real SVM, faucet, market"),
    "config": Command("sniperforge.cli.config", "show, check, create or describe the configuration"),
}
