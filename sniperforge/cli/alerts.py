"""``sniperforge alerts``: trying the channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from sniperforge.cli.command import command_app
from sniperforge.cli.result import Result

if TYPE_CHECKING:
    from sniperforge.app.alert_trial import Trial
    from sniperforge.config.load import Settings

DEFAULT = "test"

app = command_app("Try the channels that alerts go to.")


@app.callback()
def alerts() -> None:
    """Try the channels that alerts go to."""


@app.command()
def test(ctx: typer.Context) -> Result:
    """Send a test to every channel of [alerts] and say which took it.

    Example: SNIPERFORGE_ALERTS__URL=ntfy://my-topic sniperforge alerts test
    """
    from sniperforge.cli.settings import load_settings
    from sniperforge.cli.signals import run_async

    return run_async(_test(load_settings(ctx.obj)))


async def _test(settings: Settings) -> Result:
    from sniperforge.app.alert_trial import trial_error, try_channels
    from sniperforge.cli.render import note

    trials = await try_channels(settings, note)
    has_url = any(trial.channel != "console" for trial in trials)
    return Result(
        {"channels": [trial.to_json() for trial in trials]},
        lambda: "\n".join(map(_line, trials)) or "no channel is configured",
        warnings=() if has_url else ("no URL is configured: see [alerts] in docs/configuration.md",),
        error=trial_error(trials),
    )


def _line(trial: Trial) -> str:
    return f"{trial.channel:10}  {trial.problem or 'delivered'}"
