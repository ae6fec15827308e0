"""A slot subscription of the connection's own: it shows that a node is alive and how far the chain is."""

from __future__ import annotations

from typing import Any

from sniperforge.chain.subscription import Stream


class Heartbeat(Stream):
    """Keeps the newest slot instead of queueing notifications.

    Attributes:
        slot: newest slot seen.
        root: newest finalized slot seen; everything before it has been notified at any commitment.
        beating: whether the node sends slots on this connection.
    """

    def __init__(self) -> None:
        super().__init__("slotSubscribe", (), limit=1)
        self.slot = 0
        self.root = 0
        self.beating = False

    def put(self, result: Any, received_at: float) -> None:  # noqa: ARG002 (the stream's signature)
        """Take one ``slotNotification``."""
        if isinstance(result, dict):
            self.beating = True
            self.slot = _newer(self.slot, result.get("slot"))
            self.root = _newer(self.root, result.get("root"))

    def put_gap(self, since_slot: int, reason: str, received_at: float) -> None:
        """Nothing: a newer slot says all."""

    def end(self, error: Exception | None = None) -> None:  # noqa: ARG002 (the stream's signature)
        """The node does not offer slots, or the connection is over."""
        self.beating = False


def _newer(known: int, seen: Any) -> int:
    return max(known, seen) if isinstance(seen, int) else known
