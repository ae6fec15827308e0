"""A recent blockhash at hand, so that no trade waits for one."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from sniperforge.errors import UnavailableError

if TYPE_CHECKING:
    from sniperforge.chain.rpc import RpcClient
    from sniperforge.ports import Clock

REFRESH_SECONDS: Final = 2.0
MAX_AGE_SECONDS: Final = 20.0
"""A third of a blockhash's life at 400 ms slots: what is signed keeps most of its time to land."""

LIFE_BLOCKS: Final = 150
"""A blockhash is good for as many blocks (``MAX_PROCESSING_AGE``)."""

PACE_SECONDS: Final = 0.2
"""The pace of a chain is measured over at least this long."""


class BlockhashCache:
    """Asks for the newest confirmed blockhash every two seconds, oftener on a chain whose blocks are faster.

    Args:
        rpc: the node that transactions are sent to; another's hash may be unknown to it.
    """

    def __init__(self, rpc: RpcClient, clock: Clock) -> None:
        self._rpc = rpc
        self._clock = clock
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
        return self._latest

    async def refresh(self) -> None:
        """Fetch the newest. Raises ``UnavailableError``; the cached one stays until it is too old."""
        asked_at = self._clock.monotonic()  # what is stopped while it waits for the answer gets an old one
        found = await self._rpc.latest_blockhash("confirmed")
        if self._latest is not None:
            self._measure(found.last_valid_height - self._latest[1], asked_at - self._fetched_at)
        self._latest = (found.hash, found.last_valid_height)
        self._fetched_at = asked_at

    async def run(self) -> None:
        """Keep it fresh until cancelled; an outage is waited out."""
        while True:
            # `latest` refuses on its own once the cached hash is too old.
            with suppress(UnavailableError):
                await self.refresh()
            # Until the chain's pace is known it is looked for.
            pause = self._max_age / 3 if self._max_age else PACE_SECONDS
            await self._clock.sleep(min(REFRESH_SECONDS, pause))

    def _measure(self, blocks: int, seconds: float) -> None:
        """A third of a blockhash's life at the pace at which blocks come, but never more than on mainnet."""
        if seconds >= PACE_SECONDS and blocks > 0:
            self._max_age = min(MAX_AGE_SECONDS, LIFE_BLOCKS * seconds / blocks / 3)
