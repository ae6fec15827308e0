"""What recent slots took for writing to a pool, read ahead, so that no trade waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sniperforge.errors import UnavailableError

if TYPE_CHECKING:
    from sniperforge.chain.rpc import RpcClient
    from sniperforge.ports import Clock
    from sniperforge.store.journal_reader import JournalReader

REFRESH_SECONDS: Final = 10.0
MAX_AGE_SECONDS: Final = 60.0
"""What is older says nothing: 150 slots, as many as a node tells of."""

MAX_POOLS: Final = 1_000


@dataclass(frozen=True, slots=True)
class _Level:
    read_at: float
    rising: tuple[int, ...]


class FeeLevels:
    """Recent priority fees by pool: over all accounts that a trade on it writes, once these are known.

    Args:
        journal: tells which pools may have to be sold on.
    """

    def __init__(self, *, rpc: RpcClient, journal: JournalReader, clock: Clock) -> None:
        self._rpc = rpc
        self._journal = journal
        self._clock = clock
        self._levels: dict[str, _Level] = {}
        self._written: dict[str, tuple[str, ...]] = {}

    def recent(self, pool: str) -> tuple[int, ...]:
        """Micro-lamports per compute unit of recent slots, rising; empty when nobody could say."""
        level = self._levels.get(pool)
        if level is None or self._clock.monotonic() - level.read_at > MAX_AGE_SECONDS:
            return ()
        return level.rising

    def learn(self, pool: str, written: tuple[str, ...]) -> None:
        """Remember what a trade on ``pool`` writes."""
        while len(self._written) >= MAX_POOLS:
            del self._written[next(iter(self._written))]
        self._written[pool] = written

    async def look(self, pool: str) -> None:
        """Read the fees of a pool; an outage leaves what was known."""
        try:
            fees = await self._rpc.recent_fees(self._written.get(pool, (pool,)))
        except UnavailableError:
            return
        while len(self._levels) >= MAX_POOLS:
            del self._levels[next(iter(self._levels))]
        self._levels[pool] = _Level(self._clock.monotonic(), tuple(sorted(fee for _slot, fee in fees)))

    async def run(self) -> None:
        """Keep the fees of pools on which something is held fresh, until cancelled."""
        while True:
            for pool in {position.pool for position in self._journal.positions()}:
                await self.look(pool)
            await self._clock.sleep(REFRESH_SECONDS)
