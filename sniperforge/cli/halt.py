"""``sniperforge halt``: the kill switch. Exits go on; nothing new is bought."""

from __future__ import annotations

from typing import Annotated

import typer

from sniperforge.cli.command import command_app
from sniperforge.cli.result import Result

app = command_app("Stop buying, now and over restarts, until `resume`.")


@app.command()
def halt(
    ctx: typer.Context,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Shown by `status`.")] = "by command",
) -> Result:
    """Stop entries of the wallet; held positions stay guarded and are sold as before."""
    from sniperforge.cli.settings import load_settings
    from sniperforge.cli.signals import run_async
    from sniperforge.errors import UsageError

    if not reason.strip():
        raise UsageError("--reason must say something: it is what `status` shows of the halt")
    return run_async(switch(load_settings(ctx.obj), "halt", reason))


async def switch(settings: object, kind: str, reason: str) -> Result:
    """Turn the kill switch; shared with ``resume``."""
    from sniperforge.app.desk import ask_or_do
    from sniperforge.config.load import Settings

    assert isinstance(settings, Settings)
    answer, node, wallet = await ask_or_do(settings, kind, {"reason": reason}, command=kind)
    text = "entries are halted; exits go on" if answer["halted"] else "entries are allowed"
    return Result(
        answer,
        lambda: text,
        network=settings.network_name,
        chain=settings.network.chain,
        mode=node.mode,
        wallet=wallet.pubkey,
    )
