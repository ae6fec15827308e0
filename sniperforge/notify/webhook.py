"""One chat service by URL, through apprise: Discord, Slack, ntfy, Telegram and whatever else it knows.

The URL is a secret: it is in no message, log line or ``repr``.
"""

from __future__ import annotations

import logging
import re
import warnings
from typing import TYPE_CHECKING, Any, Final

from sniperforge.errors import ConfigError, UnavailableError
from sniperforge.notify.alert import AlertKind
from sniperforge.notify.aside import Aside

if TYPE_CHECKING:
    from sniperforge.notify.alert import Alert

_STATUS: Final = re.compile(r"error=(\d{3})")
_TALKATIVE: Final = ("apprise", "urllib3", "requests")
"""Loggers whose lines name URLs; what they say stays out of every log."""


class Webhook:
    """Sends alerts to one URL.

    Args:
        url: in apprise's form, for example ``discord://ID/TOKEN``.
        timeout: seconds for one alert.
        fills: whether buys and sales are told, too.

    Raises:
        ConfigError: apprise knows no such service, or the URL is not in its form.
    """

    def __init__(self, url: str, *, timeout: float, fills: bool = True) -> None:
        self._fills = fills
        self._service = _service(url)
        self._aside: Aside[str] = Aside(self.name, timeout=timeout)

    @property
    def name(self) -> str:
        """The service's own name, such as ``Discord``."""
        return str(self._service[0].service_name)

    def __repr__(self) -> str:
        return f"Webhook({self.name})"

    async def send(self, alert: Alert) -> None:
        """Deliver one alert. Raises as :class:`~sniperforge.notify.alert.Channel` says."""
        if alert.kind is AlertKind.FILL and not self._fills:
            return
        problem = await self._aside.call(lambda: self._deliver(alert))
        if problem:
            raise UnavailableError(f"{self.name} {problem}")

    def _deliver(self, alert: Alert) -> str:
        """On a thread: why it was not delivered; empty when it was."""
        complaints = _Complaints()
        logger = logging.getLogger("apprise")
        logger.addHandler(complaints)
        try:
            delivered = self._service.notify(title=alert.title, body=alert.text)
        finally:
            logger.removeHandler(complaints)
        return "" if delivered else complaints.reason


def _service(url: str) -> Any:
    """The service behind the URL. Imported here: it takes a second and a half, and few have a channel."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it imports what Python deprecates
        import apprise

        for name in _TALKATIVE:
            logging.getLogger(name).propagate = False
        asset = apprise.AppriseAsset(app_id="SniperForge", app_desc="SniperForge", app_url="")
        service = apprise.Apprise(asset=asset)
        if not service.add(url):
            raise ConfigError(
                "the alerts' URL is of no service that is known, or not in its form",
                hint="for example discord://ID/TOKEN, slack://A/B/C, ntfy://TOPIC, tgram://TOKEN/CHAT",
                details={"key": "alerts.url"},
            )
    return service


class _Complaints(logging.Handler):
    """What apprise says of a failure, without the words in which it may name the URL."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.reason = "could not be reached"

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the status that the service answered with."""
        found = _STATUS.search(record.getMessage())
        if found is not None:
            self.reason = f"answered HTTP {found[1]}"
