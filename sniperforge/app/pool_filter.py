"""Which new pools are shown: filters by what a creation or migration says of itself. No reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sniperforge.dex.launchpads import is_named, launchpad_of
from sniperforge.domain.addresses import WSOL_MINT

if TYPE_CHECKING:
    from sniperforge.domain.events import NewPool
    from sniperforge.domain.pool import PoolEvent


@dataclass(frozen=True, slots=True)
class PoolFilter:
    """What a pool must be to be shown; what a filter asks for and a pool does not tell leaves it out.

    Attributes:
        dexes: registry names; empty for all, as with the other tuples.
        launchpads: where the coin started, see :func:`launchpad_of`.
        quote_mints, creators: base58.
        names: parts of the coin's name or symbol, in any case.
        min_liquidity, max_liquidity: lamports on the quote side; 0 for no bound. Either leaves out pools that
            are not priced in SOL.
        max_age: seconds since the block; 0 for no bound.
    """

    dexes: tuple[str, ...] = ()
    launchpads: tuple[str, ...] = ()
    quote_mints: tuple[str, ...] = ()
    creators: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    min_liquidity: int = 0
    max_liquidity: int = 0
    max_age: float = 0

    def admits(self, pool: NewPool, now: float) -> bool:
        """Whether ``pool`` passes every filter; ``now`` in Unix seconds."""
        event = pool.event
        return (
            _one_of(event.dex, self.dexes)
            and _one_of(launchpad_of(event), self.launchpads)
            and _one_of(event.quote_mint, self.quote_mints)
            and _one_of(event.facts.get("creator"), self.creators)
            and (not self.names or is_named(event, self.names))
            and self._rich(event)
            and self._young(pool.transaction.block_time, now)
        )

    def _rich(self, event: PoolEvent) -> bool:
        if not (self.min_liquidity or self.max_liquidity):
            return True
        liquidity = liquidity_of(event)
        if liquidity is None:
            return False
        return self.min_liquidity <= liquidity and (not self.max_liquidity or liquidity <= self.max_liquidity)

    def _young(self, block_time: int | None, now: float) -> bool:
        return not self.max_age or (block_time is not None and now - block_time <= self.max_age)


def liquidity_of(event: PoolEvent) -> int | None:
    """Lamports on the pool's quote side by its event; ``None`` when not told or not priced in SOL."""
    return event.amounts.get("quote_amount") if event.quote_mint == WSOL_MINT else None


def _one_of(value: str | None, wanted: tuple[str, ...]) -> bool:
    return not wanted or value in wanted
