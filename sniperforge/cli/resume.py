"""``sniperforge resume``: allow buys again after `halt` or after the engine halted itself."""

from __future__ import annotations

import typer

from sniperforge.cli.command import command_app
from sniperforge.cli.result import Result

app = command_app("Allow buying again after `halt`.")


@app.command()
def resume(ctx: typer.Context) -> Result:
    """Allow entries of the wallet."""
    from sniperforge.cli.halt import switch
    from sniperforge.cli.settings import load_settings
    from sniperforge.cli.signals import run_async

    return run_async(switch(load_settings(ctx.obj), "resume", ""))
