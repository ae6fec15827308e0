"""Facts that travel."""

from __future__ import annotations

from sniperforge.domain.events import Gap, NewPool
from sniperforge.domain.pool import EventKind, PoolEvent
from sniperforge.testing.chain_views import transaction_view


def test_a_new_pool_is_fresh_unless_it_was_filled_in() -> None:
    """Whoever acts on it can tell how late it came."""
    event = PoolEvent("dex", EventKind.POOL_CREATED, "prog", "pool", "base", "quote", "bv", "qv")
    pool = NewPool(event, transaction_view("payer", {}), received_at=1.0, decoded_at=1.5)
    assert (pool.filled, pool.decoded_at - pool.received_at) == (False, 0.5)


def test_gaps_are_values() -> None:
    """Equal gaps are equal, whoever made them."""
    assert Gap(1, "reconnected") == Gap(1, "reconnected")
    assert Gap(1, "reconnected") != Gap(1, "overflow")
