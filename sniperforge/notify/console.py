"""Alerts as lines for whoever sits at the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.notify.alert import AlertKind
from sniperforge.notify.aside import Aside

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.notify.alert import Alert


class ConsoleChannel:
    """Writes alerts; fills are left to the view, which shows them anyway.

    Args:
        write: prints one line; it may block, as a stopped terminal does.
        timeout: seconds for one line.
    """

    name = "console"

    def __init__(self, write: Callable[[str], None], *, timeout: float) -> None:
        self._write = write
        self._aside: Aside[None] = Aside(self.name, timeout=timeout)

    async def send(self, alert: Alert) -> None:
        """One line, but for a fill. Raises as :class:`~sniperforge.notify.alert.Channel` says."""
        if alert.kind is not AlertKind.FILL:
            line = f"ALERT {alert.kind}: {alert.title}: {alert.text}"
            await self._aside.call(lambda: self._write(line))
