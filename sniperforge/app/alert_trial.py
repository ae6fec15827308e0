"""Trying the configured channels with an alert that says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sniperforge.app.alerts import channels
from sniperforge.errors import SniperForgeError, UnavailableError
from sniperforge.notify.alert import Alert, AlertKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.config.load import Settings

TRIAL = Alert(AlertKind.TEST, "test", "SniperForge", "this is a test; alerts of this bot will come here")


@dataclass(frozen=True, slots=True)
class Trial:
    """One channel and whether it took the alert; ``problem`` is empty when it did."""

    channel: str
    problem: str = ""

    def to_json(self) -> dict[str, Any]:
        """The document form."""
        return {"channel": self.channel, "delivered": not self.problem, "text": self.problem}


async def try_channels(settings: Settings, write: Callable[[str], None]) -> tuple[Trial, ...]:
    """Send the trial to each channel, one after the other.

    Raises:
        ConfigError: the URL is wrong or stands where others can read it.
    """
    trials = []
    for channel in channels(settings, write):
        try:
            await channel.send(TRIAL)
            trials.append(Trial(channel.name))
        except SniperForgeError as error:
            trials.append(Trial(channel.name, error.message))
    return tuple(trials)


def trial_error(trials: tuple[Trial, ...]) -> SniperForgeError | None:
    """What the exit code must say: a channel that did not take it cannot be relied on."""
    failed = [trial for trial in trials if trial.problem]
    if not failed:
        return None
    return UnavailableError(
        "; ".join(trial.problem for trial in failed), hint="is the URL of [alerts] right, and the service up?"
    )
