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


class BlockhashCache:
    """Asks for the newest confirmed blockhash every two seconds.

    Args:
        rpc: the node that transactions are sent to; another's hash may be unknown to it.
    """

    def __init__(self, rpc: RpcClient, clock: Clock) -> None:
        self._rpc = rpc
        self._clock = clock
        self._latest: tuple[str, int] | None = None
        self._fetched_at = 0.0

    def latest(self) -> tuple[str, int]:
        """``(blockhash, last valid block height)``.

        Raises:
            UnavailableError: none was fetched yet, or the last one is too old to sign with.
        """
        if self._latest is None or self._clock.monotonic() - self._fetched_at > MAX_AGE_SECONDS:
            raise UnavailableError("no recent blockhash", hint="is the RPC endpoint reachable?")
        return self._latest

    async def refresh(self) -> None:
        """Fetch the newest. Raises ``UnavailableError``; the cached one stays until it is too old."""
        found = await self._rpc.latest_blockhash("confirmed")
        self._latest = (found.hash, found.last_valid_height)
        self._fetched_at = self._clock.monotonic()

    async def run(self) -> None:
        """Keep it fresh until cancelled; an outage is waited out."""
        while True:
            # `latest` refuses on its own once the cached hash is too old.
            with suppress(UnavailableError):
                await self.refresh()
            await self._clock.sleep(REFRESH_SECONDS)
