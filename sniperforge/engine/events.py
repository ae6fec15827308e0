"""What happens in a trading session, for logs and live views. Frozen facts; trading waits for no listener."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sniperforge.domain.events import NewPool
    from sniperforge.domain.outcome import Outcome
    from sniperforge.domain.trade import Position
    from sniperforge.plugin import Judgement


@dataclass(frozen=True, slots=True)
class PoolSeen:
    """A new pool came out of the feed."""

    pool: NewPool


@dataclass(frozen=True, slots=True)
class PoolJudged:
    """A pool was judged and the verdict is new; it is journalled."""

    judgement: Judgement


@dataclass(frozen=True, slots=True)
class BuyEnded:
    """A buy has an outcome, or was refused."""

    judgement: Judgement
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class PositionMoved:
    """A position changed: ``exiting``, ``sold``, ``exit failed``, ``stuck``, ``closed account``.

    By other hands: ``gone``, ``reduced``, ``adopted``.
    """

    what: str
    position: Position
    text: str


@dataclass(frozen=True, slots=True)
class EntriesHalted:
    """No more buys until ``resume``."""

    reason: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something went wrong that trading goes on in spite of."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing was bought for a while; says why in one line."""

    text: str


SessionEvent = PoolSeen | PoolJudged | BuyEnded | PositionMoved | EntriesHalted | Trouble | Waiting
