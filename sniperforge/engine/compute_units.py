"""How many compute units a sale on a pool takes, measured by simulation before it must leave."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from sniperforge.errors import UnavailableError

if TYPE_CHECKING:
    from sniperforge.chain.rpc import RpcClient

PATIENCE_SECONDS: Final = 0.5
MARGIN_PERCENT: Final = 30
SPARE_UNITS: Final = 10_000
"""What a pool that others trade on meanwhile may take more; a nonce's advance and a tip, 150 units each."""

MAX_POOLS: Final = 1_000


class ComputeUnits:
    """Limits of sales by pool.

    Args:
        most: the limit of what was not measured; no measured one is above it.
    """

    def __init__(self, rpc: RpcClient, *, most: int) -> None:
        self._rpc = rpc
        self._most = most
        self._limits: dict[str, int] = {}

    def limit(self, pool: str) -> int:
        """The limit for a sale on ``pool``."""
        return self._limits.get(pool, self._most)

    async def measure(self, pool: str, unsigned: bytes) -> None:
        """Simulate a sale; what cannot be told in half a second, or would fail, leaves what was known."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                done = await self._rpc.simulate(unsigned)
        except (TimeoutError, UnavailableError):
            return
        if done.err is None and done.units > 0:
            while len(self._limits) >= MAX_POOLS:
                del self._limits[next(iter(self._limits))]
            wanted = done.units * (100 + MARGIN_PERCENT) // 100 + SPARE_UNITS
            self._limits[pool] = min(wanted, self._most)
