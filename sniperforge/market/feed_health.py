"""Counters of a pool feed, and the snapshot that status screens show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sniperforge.market.source_race import Standing


@dataclass(slots=True)
class FeedCounts:
    """What a feed has seen since it started.

    Attributes:
        noise: raw notifications dropped by the prefilter.
        relevant: notifications that passed it.
        failed: of those, transactions that landed with an error.
        truncated: of those, logs too long to tell, so that the transaction was looked at.
        unrelated: of those, not a creation after all.
        created: pools told of.
        duplicates: creations that were told of already.
        unrecognised: announced creations that the transaction does not bear out, malformed data, and
            instructions of known programs in forms that no detector knows.
        lost: transactions that no node showed in time.
        gaps: holes in the stream.
        filled: transactions of holes that were looked at.
        unfilled: holes that history could not fill whole.
    """

    noise: int = 0
    relevant: int = 0
    failed: int = 0
    truncated: int = 0
    unrelated: int = 0
    created: int = 0
    duplicates: int = 0
    unrecognised: int = 0
    lost: int = 0
    gaps: int = 0
    filled: int = 0
    unfilled: int = 0

    @property
    def frames(self) -> int:
        """Raw notifications in all."""
        return self.noise + self.relevant


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """A snapshot of one of a feed's sources.

    Attributes:
        name: the node's method.
        subscribed: how many of its subscriptions stand.
        wanted: how many it wants.
        age: seconds since its connection was last heard; infinite before that.
        gaps: holes in its streams.
        standing: against the other sources.
        last_error: the last outage, empty when there was none.
    """

    name: str
    subscribed: int
    wanted: int
    age: float
    gaps: int
    standing: Standing
    last_error: str


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """A snapshot of a feed.

    Attributes:
        subscribed: how many of its subscriptions stand.
        wanted: how many it wants.
        age: seconds since any of its connections was last heard; infinite before that.
        waiting: pools told of that nobody has taken yet.
        counts: a copy.
        last_error: the last outage or damage, empty when there was none.
        sources: each of them.
    """

    subscribed: int
    wanted: int
    age: float
    waiting: int
    counts: FeedCounts
    last_error: str
    sources: tuple[SourceHealth, ...] = ()
