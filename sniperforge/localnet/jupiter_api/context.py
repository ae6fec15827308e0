"""What every endpoint works on, and the request it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sniperforge.localnet.jupiter_api.pools import Pools
from sniperforge.localnet.jupiter_api.prices import Prices
from sniperforge.localnet.jupiter_api.token_search import Tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.localnet.jupiter_api.fields import Fields
    from sniperforge.localnet.ledger.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Context:
    """One API.

    Attributes:
        ledger: the chain.
        pools, prices, tokens: views of it.
        new_id: makes request ids.
        timer: seconds that never go back.
    """

    ledger: Ledger
    pools: Pools
    prices: Prices
    tokens: Tokens
    new_id: Callable[[], str]
    timer: Callable[[], float]


def context_of(ledger: Ledger, new_id: Callable[[], str], timer: Callable[[], float]) -> Context:
    """The views of one ledger."""
    pools = Pools(ledger)
    prices = Prices(pools, ledger)
    return Context(ledger, pools, prices, Tokens(ledger, pools, prices), new_id, timer)


@dataclass(frozen=True, slots=True)
class Request:
    """One request: its query, its body, and when it came by :attr:`Context.timer`."""

    query: Fields
    body: Fields
    started: float
