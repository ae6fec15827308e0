"""What a node's history tells about a hole in a stream: pages of signatures down to the hole's edge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sniperforge.market.sources import History, HistoryEntry

PAGE: Final = 1000
"""A node's own limit for ``getSignaturesForAddress``."""


async def missed(
    history: History,
    address: str,
    *,
    since_slot: int,
    until: str | None,
    max_pages: int,
    commitment: str,
) -> tuple[list[HistoryEntry], bool]:
    """Transactions of ``address`` since a slot that succeeded, newest first, and whether that is all of them.

    Args:
        history: the node.
        address: base58; what the stream was subscribed to.
        since_slot: the hole's edge, included; 0 when it is not known.
        until: newest signature that the stream did deliver, ``None`` when it delivered none.
        max_pages: how far to read at most; without any edge nothing is read, for there is no end to it.
        commitment: ``confirmed`` or ``finalized``.

    Raises:
        UnavailableError: a page cannot be read.
    """
    found: list[HistoryEntry] = []
    before: str | None = None
    if not (since_slot or until):
        return found, False
    for _ in range(max_pages):
        page = await history.signatures_for_address(
            address, before=before, until=until, limit=PAGE, commitment=commitment
        )
        wanted = [entry for entry in page if entry.slot >= since_slot]
        found += [entry for entry in wanted if entry.err is None]
        if len(wanted) < PAGE:
            return found, True
        before = page[-1].signature
    return found, False
