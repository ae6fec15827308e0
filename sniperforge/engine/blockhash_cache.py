"""A recent blockhash at hand, so that no trade waits for one."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from sniperforge.chain.slot_watch import MAX_AHEAD_SLOTS
from sniperforge.errors import UnavailableError
from sniperforge.market.waits import event_or_time

if TYPE_CHECKING:
    from sniperforge.chain.rpc import RpcClient
    from sniperforge.ports import Clock, PubSub

REFRESH_SECONDS: Final = 2.0
MAX_AGE_SECONDS: Final = 20.0
"""A third of a blockhash's life at 400 ms slots: what is signed keeps most of its time to land."""

LIFE_BLOCKS: Final = 150
"""A blockhash is good for as many blocks (``MAX_PROCESSING_AGE``)."""

MAX_AGE_SLOTS: Final = LIFE_BLOCKS // 3
REFRESH_SLOTS: Final = 5
"""Two seconds on mainnet."""

RETRY_SECONDS: Final = 1.0

PACE_SECONDS: Final = 0.2
"""The pace of a chain is measured over at least this long."""


class BlockhashCache:
    """Asks for the newest confirmed blockhash as slots are notified, and by time where none are.

    By time is every two seconds, oftener on a chain whose blocks are faster.

    Args:
        rpc: the node that transactions are sent to; another's hash may be unknown to it.
        pubsub: tells of slots; ``None`` goes by time alone.
    """

    def __init__(self, rpc: RpcClient, clock: Clock, pubsub: PubSub | None = None) -> None:
        self._rpc = rpc
        self._clock = clock
        self._pubsub = pubsub
        self._due = asyncio.Event()
        self._slot = 0
        self._slot_when_asked = 0
        self._slot_of_hash = 0
        self._heard_at: float | None = None
        self._latest: tuple[str, int] | None = None
        self._fetched_at = 0.0
        self._max_age: float | None = None

    def latest(self) -> tuple[str, int]:
        """``(blockhash, last valid block height)``.

        Raises:
            UnavailableError: none was fetched yet, or the last one is too old to sign with.
        """
        if self._latest is None or self._clock.monotonic() - self._fetched_at > (
            self._max_age or MAX_AGE_SECONDS
        ):
            raise UnavailableError("no recent blockhash", hint="is the RPC endpoint reachable?")
        behind = self._slot - self._slot_of_hash
        if MAX_AGE_SLOTS < behind <= MAX_AHEAD_SLOTS:  # who notifies of more is not believed
            raise UnavailableError(
                f"the newest blockhash is {behind} slots old", hint="is the RPC endpoint behind?"
            )
        return self._latest

    async def refresh(self) -> None:
        """Fetch the newest. Raises ``UnavailableError``; the cached one stays until it is too old."""
        self._slot_when_asked = self._slot
        asked_at = self._clock.monotonic()  # what is stopped while it waits for the answer gets an old one
        found = await self._rpc.latest_blockhash("confirmed")
        if self._latest is not None:
            self._measure(found.last_valid_height - self._latest[1], asked_at - self._fetched_at)
        self._latest = (found.hash, found.last_valid_height)
        self._slot_of_hash = found.slot
        self._fetched_at = asked_at

    async def run(self) -> None:
        """Keep it fresh until cancelled; an outage is waited out."""
        async with asyncio.TaskGroup() as group:
            if self._pubsub is not None:
                group.create_task(self._listen(self._pubsub))
            while True:
                # `latest` refuses on its own once the cached hash is too old.
                with suppress(UnavailableError):
                    await self.refresh()
                self._due.clear()
                await event_or_time(self._due, self._clock, self._pause())

    def _pause(self) -> float:
        """Until the next look by time; until the chain's pace is known it is looked for."""
        pause = min(REFRESH_SECONDS, self._max_age / 3) if self._max_age else PACE_SECONDS
        heard = self._heard_at is not None and self._clock.monotonic() - self._heard_at < pause
        return 2 * pause if heard else pause

    async def _listen(self, pubsub: PubSub) -> None:
        while True:
            with suppress(UnavailableError):  # looks by time go on meanwhile
                stream = await pubsub.subscribe("slotSubscribe", [])
                try:
                    async for notice in stream:
                        self._hear(notice)
                finally:
                    await stream.aclose()
            await self._clock.sleep(RETRY_SECONDS)

    def _hear(self, notice: object) -> None:
        slot = notice.get("slot") if isinstance(notice, dict) else None
        if not isinstance(slot, int):
            return  # a gap: the next slot tells
        self._slot, self._heard_at = slot, self._clock.monotonic()
        rested = self._heard_at - self._fetched_at >= PACE_SECONDS
        if rested and slot - self._slot_when_asked >= REFRESH_SLOTS:
            self._due.set()

    def _measure(self, blocks: int, seconds: float) -> None:
        """A third of a blockhash's life at the pace at which blocks come, but never more than on mainnet."""
        if seconds >= PACE_SECONDS and blocks > 0:
            self._max_age = min(MAX_AGE_SECONDS, LIFE_BLOCKS * seconds / blocks / 3)
