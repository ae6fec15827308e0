"""Facts that travel from the chain to whoever acts on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sniperforge.domain.chain import TransactionView
    from sniperforge.domain.pool import PoolEvent


@dataclass(frozen=True, slots=True)
class Gap:
    """Stands in a stream of notifications where some may be missing; history can fill it.

    Attributes:
        since_slot: what happened before this slot was delivered; 0 when that is not known.
        reason: ``reconnected`` or ``overflow``.
    """

    since_slot: int
    reason: str


@dataclass(frozen=True, slots=True)
class NewPool:
    """A pool came to be.

    Attributes:
        event: what was created, derived from the transaction alone.
        transaction: the creation, whole.
        received_at: monotonic seconds when its notification arrived, or when a gap's history told of it.
        decoded_at: monotonic seconds when this value was made.
        filled: learnt from history after a gap, hence late.
    """

    event: PoolEvent
    transaction: TransactionView
    received_at: float
    decoded_at: float
    filled: bool = False
