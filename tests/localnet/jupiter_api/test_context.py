"""What endpoints work on."""

from __future__ import annotations

from tests.localnet.jupiter_api.bench import Bench


def test_all_views_are_of_one_ledger() -> None:
    """Pools, prices and tokens agree."""
    context = Bench().context
    assert {token["id"] for token in context.tokens.search("")} == set(context.pools.mints())
    assert all(context.prices.raw_price(mint) for mint in context.pools.mints())
