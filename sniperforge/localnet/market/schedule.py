"""Which launches come when, and who trades them: decided by the seed alone, before the first slot. Pure."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from sniperforge.domain.addresses import LAMPORTS_PER_SOL
from sniperforge.localnet.market.archetypes import ARCHETYPES, Aftermath, Archetype

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN_DECIMALS: Final = 6
SUPPLY: Final = 1_000_000_000 * 10**TOKEN_DECIMALS
FIRST_MS: Final = 2_000
HOUR_MS: Final = 3_600_000
_FIRST_TRADE_MS: Final = (1_100, 2_000)
"""Nobody trades before the pool is open, at most a second after its creation: whether a trade lands must
not depend on where in a second the launch falls."""


@dataclass(frozen=True, slots=True)
class Step:
    """One trade of the crowd on a launched pool.

    Attributes:
        after_ms: time since the launch.
        trader: index into the crowd.
        lamports: what a buyer spends; 0 for a sale.
        sell_percent: share of the trader's tokens that is sold; 0 for a buy.
    """

    after_ms: int
    trader: int
    lamports: int = 0
    sell_percent: int = 0


@dataclass(frozen=True, slots=True)
class Launch:
    """One token launch.

    Attributes:
        number: counts from 0.
        at_ms: time since the market opened.
        archetype: what kind it is.
        seed: 32 bytes from which its keys are made.
        liquidity: lamports in the pool at creation.
        trades: what the crowd does, in order.
        strike_ms: time since the launch at which its aftermath strikes first.
    """

    number: int
    at_ms: int
    archetype: Archetype
    seed: bytes
    liquidity: int
    trades: tuple[Step, ...]
    strike_ms: int


def launches(
    seed: int,
    *,
    per_minute: int,
    crowd: int,
    first_ms: int = FIRST_MS,
    hour_ms: int = HOUR_MS,
    first: int = 0,
    kinds: tuple[Archetype, ...] = ARCHETYPES,
) -> Iterator[Launch]:
    """An endless sequence of launches; the same arguments give the same one.

    Args:
        per_minute: how many a minute, at jittered but regular times.
        crowd: how many traders there are.
        first_ms: when the first one comes.
        hour_ms: an hour of those who wait for hours.
        first: number of the first one that is given.
        kinds: what the decks hold.
    """
    gap_ms = 60_000 // per_minute
    for number, archetype in islice(enumerate(_decks(seed, kinds)), first, None):
        rng = random.Random(_digest(seed, "launch", number))  # noqa: S311 - a simulation, not a secret
        at_ms = first_ms + number * gap_ms + rng.randrange(max(gap_ms // 2, 1))
        yield Launch(
            number=number,
            at_ms=at_ms,
            archetype=archetype,
            seed=launch_seed(seed, number),
            liquidity=rng.randrange(12, 60) * LAMPORTS_PER_SOL,
            trades=tuple(_trades(archetype, rng, crowd)),
            strike_ms=_strike_ms(archetype, rng, hour_ms),
        )


def launch_seed(seed: int, number: int) -> bytes:
    """From which the keys of launch ``number`` are made."""
    return _digest(seed, "key", number)


def _strike_ms(archetype: Archetype, rng: random.Random, hour_ms: int) -> int:
    if archetype.slow:
        return rng.randrange(hour_ms, 4 * hour_ms)
    return rng.randrange(*(_FIRST_TRADE_MS if archetype.aftermath is Aftermath.WASH else (8_000, 16_000)))


def _decks(seed: int, kinds: tuple[Archetype, ...]) -> Iterator[Archetype]:
    """Shuffled decks one after another, so that every kind comes up, in an order nobody can guess."""
    number = 0
    while True:
        deck = [archetype for archetype in kinds for _ in range(archetype.per_deck)]
        random.Random(_digest(seed, "deck", number)).shuffle(deck)  # noqa: S311 - a simulation
        yield from deck
        number += 1


def _trades(archetype: Archetype, rng: random.Random, crowd: int) -> Iterator[Step]:
    if archetype.aftermath is Aftermath.AIRDROP:
        return  # it has no pool
    fades = archetype.aftermath is Aftermath.FADE
    members = rng.sample(range(crowd), k=min(12, crowd))
    buyers: list[int] = []
    at_ms = rng.randrange(*_FIRST_TRADE_MS)
    for step in range(rng.randrange(24, 40)):
        trader = rng.choice(members)
        buys = rng.random() < ((0.9 if step < 6 else 0.05) if fades else (0.85 if step < 20 else 0.45))
        if buys:
            buyers.append(trader)
            yield Step(at_ms, trader, lamports=rng.randrange(150, 900) * LAMPORTS_PER_SOL // 1_000)
        else:
            # A price falls only when those sell who hold; elsewhere many a sale is of nothing.
            seller = rng.choice(buyers) if fades and buyers else trader
            yield Step(at_ms, seller, sell_percent=rng.randrange(50, 100) if fades else rng.randrange(20, 90))
        at_ms += rng.randrange(300, 1_500)


def _digest(seed: int, what: str, number: int) -> bytes:
    return hashlib.sha256(f"sniperforge market {seed} {what} {number}".encode()).digest()
