"""Alerts put together: which events are worth one, what the record says by itself, and where they go."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sniperforge.app.limits import limits_of
from sniperforge.domain.amounts import format_sol
from sniperforge.domain.outcome import OutcomeKind
from sniperforge.domain.trade import IntentKind
from sniperforge.engine.events import BuyEnded, EntriesHalted, PositionMoved
from sniperforge.engine.exposure import exposure_of
from sniperforge.engine.kill_switch import KillSwitch
from sniperforge.errors import ConfigError, SniperForgeError
from sniperforge.notify.alert import Alert, AlertKind
from sniperforge.notify.console import ConsoleChannel
from sniperforge.notify.dispatcher import AlertDispatcher
from sniperforge.notify.sieve import Sieve
from sniperforge.risk.limit_rules import check_limits
from sniperforge.risk.limits import OrderRequest
from sniperforge.telemetry.masking import mask_text
from sniperforge.wallets.private_file import read_private
from sniperforge.wallets.secret import SecretText

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from sniperforge.config.load import Settings
    from sniperforge.engine.events import SessionEvent
    from sniperforge.notify.alert import Channel
    from sniperforge.ports import Clock
    from sniperforge.risk.limits import Limits
    from sniperforge.store.journal_reader import JournalReader

IN_DOUBT_SECONDS: Final = 30.0
"""A transaction without an outcome for so long is told: most land within two."""

LOOK_SECONDS: Final = 5.0
DRAIN_SECONDS: Final = 3.0
"""How long the end of a session waits for alerts on their way."""

BRAKES: Final = frozenset({"daily_loss", "losing_streak", "fees_per_hour", "fees_per_day"})
"""Limits that stop all entries for a while, whatever is to be bought."""


def alert_of(event: SessionEvent) -> Alert | None:
    """The alert that an event is worth."""
    match event:
        case BuyEnded(judgement=judgement, outcome=outcome) if outcome.fill is not None and outcome.ok:
            cost = format_sol(-outcome.fill.settlement.trade)
            text = f"{judgement.verdict.mint} for {cost} SOL"
            return Alert(AlertKind.FILL, outcome.signature, "bought", text)
        case PositionMoved(what="sold", position=position, text=text):
            told = f"{position.mint}, result so far {format_sol(position.realized_pnl)} SOL: {text}"
            return Alert(AlertKind.FILL, f"{position.id} {position.raw}", "sold", told)
        case PositionMoved(what="stuck", position=position, text=text):
            return Alert(AlertKind.STUCK, position.id, "exit is stuck", f"{position.mint}: {text}")
        case EntriesHalted(reason=reason):
            return Alert(AlertKind.HALT, reason, "entries are halted", reason)
        case BuyEnded(outcome=outcome) if outcome.kind is OutcomeKind.UNKNOWN:
            return _in_doubt(outcome.signature, "buy")
    return None


def standing(journal: JournalReader, limits: Limits, now: float) -> list[Alert]:
    """What the record says is wrong now: transactions in doubt, and limits that stopped all entries.

    Args:
        now: Unix seconds.
    """
    doubtful = [
        _in_doubt(attempt.signature, intent.kind)
        for intent, attempt in journal.unresolved()
        if now - attempt.created_at >= IN_DOUBT_SECONDS
    ]
    exposure = exposure_of(journal, limits, KillSwitch(None, None), now=now, balance=None)
    refusals = check_limits(limits, exposure, OrderRequest(kind=IntentKind.BUY, max_spend_lamports=0))
    braked = [
        Alert(AlertKind.HALT, refusal.limit, "entries are stopped by a limit", refusal.text)
        for refusal in refusals
        if refusal.limit in BRAKES
    ]
    return doubtful + braked


def _in_doubt(signature: str, kind: str) -> Alert:
    text = f"the {kind} {signature} was sent; whether it landed is not known yet"
    return Alert(AlertKind.UNKNOWN, signature, "outcome unknown", text)


class SessionAlerts:
    """A session's alerts: hears its events, looks at its record, and never keeps it waiting."""

    def __init__(self, dispatcher: AlertDispatcher, limits: Limits, clock: Clock) -> None:
        self._dispatcher = dispatcher
        self._limits = limits
        self._clock = clock

    def hear(self, event: SessionEvent) -> None:
        """Tell of an event that is worth it; returns at once."""
        alert = alert_of(event)
        if alert is not None:
            self._offer(alert)

    async def watch(self, journal: JournalReader) -> None:
        """Tell of what comes to stand in the record, once each time, until cancelled.

        A record that cannot be read is for those to tell who trade by it.
        """
        before: set[str] = set()
        while True:
            try:
                found = standing(journal, self._limits, self._clock.now())
            except SniperForgeError:
                found = []
            for alert in found:
                if alert.subject not in before:
                    self._offer(alert)
            before = {alert.subject for alert in found}
            await self._clock.sleep(LOOK_SECONDS)

    def _offer(self, alert: Alert) -> None:
        self._dispatcher.offer(replace(alert, text=mask_text(alert.text)))


@asynccontextmanager
async def open_alerts(
    settings: Settings,
    told: Sequence[Channel],
    clock: Clock,
    *,
    trouble: Callable[[str, str], None],
) -> AsyncIterator[SessionAlerts]:
    """A session's alerts, delivered until the block ends and at most ``DRAIN_SECONDS`` longer.

    Args:
        told: from :func:`channels`.
        trouble: is told what was not delivered: the channel's name and why.
    """
    alerts = settings.config.alerts
    sieve = Sieve(window=alerts.repeat_minutes * 60, per_minute=alerts.per_minute)
    dispatcher = AlertDispatcher(told, sieve, clock=clock, trouble=trouble)
    delivering = asyncio.create_task(dispatcher.run())
    try:
        yield SessionAlerts(dispatcher, limits_of(settings.config), clock)
    finally:
        await dispatcher.drain(DRAIN_SECONDS)
        delivering.cancel()
        await asyncio.wait([delivering])


def channels(settings: Settings, write: Callable[[str], None]) -> list[Channel]:
    """Where alerts go: the console, the URL, both or nowhere.

    Args:
        write: prints one line for the console.

    Raises:
        ConfigError: the URL is wrong or stands where others can read it.
    """
    alerts = settings.config.alerts
    found: list[Channel] = []
    if alerts.console:
        found.append(ConsoleChannel(write, timeout=alerts.timeout_seconds))
    url = alerts_url(settings)
    if url is not None:
        from sniperforge.notify.webhook import Webhook

        found.append(Webhook(url.reveal(), timeout=alerts.timeout_seconds, fills=alerts.fills))
    return found


def alerts_url(settings: Settings) -> SecretText | None:
    """The secret URL: from the environment, a file of mode 0600, or a main file of that mode.

    Raises:
        ConfigError: others can read where it stands, or the file is empty.
        NotFoundError: no such file.
    """
    alerts = settings.config.alerts
    if alerts.url_file:
        file = read_private(settings.root.path / alerts.url_file)
        if file.warning:
            raise ConfigError(f"alerts.url_file: {file.warning}", details={"key": "alerts.url_file"})
        line = file.text.partition("\n")[0].strip()
        if not line:
            raise ConfigError(f"alerts.url_file: {file.path} is empty", details={"key": "alerts.url_file"})
        return SecretText(line)
    if not alerts.url:
        return None
    from_environment = settings.origins["alerts.url"].startswith("env ")
    if not from_environment and "alerts.url" not in settings.secret_keys:
        warning = read_private(settings.root.config_file).warning
        if warning:
            raise ConfigError(
                f"alerts.url is a secret: {warning}",
                hint="or set SNIPERFORGE_ALERTS__URL, or alerts.url_file",
                details={"key": "alerts.url"},
            )
    return SecretText(alerts.url)
