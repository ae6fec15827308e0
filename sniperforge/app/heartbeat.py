"""What ``status`` shows of a running process, written every few seconds."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from sniperforge.errors import StorageError
from sniperforge.store.shared import SessionRow

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.app.node import Node
    from sniperforge.store.shared import SharedStore

BEAT_SECONDS: Final = 2.0


async def heartbeat(
    node: Node, wallet: str, bot: str, shared: SharedStore, health: Callable[[], dict[str, Any]]
) -> None:
    """Write the session's row until cancelled, and its end then. A failing disk does not stop trading."""
    started_at = node.clock.now()

    def beat(ended_at: float | None) -> None:
        row = SessionRow(wallet, os.getpid(), bot, started_at, node.clock.now(), ended_at, health())
        try:
            shared.beat(row)
        except StorageError:
            # The journal, not this row, is what trading rests on; it stops the session by itself.
            return

    try:
        while True:
            beat(None)
            await node.clock.sleep(BEAT_SECONDS)
    finally:
        beat(node.clock.now())
