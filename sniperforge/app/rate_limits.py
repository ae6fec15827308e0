"""The request budgets of a network's endpoints, shared with every other process of the user."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from sniperforge.chain.endpoint import masked
from sniperforge.chain.plain_http import is_local
from sniperforge.config.rate_limits import limits_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sniperforge.chain.limited_transport import LimitedTransport
    from sniperforge.config.network import NetworkConfig
    from sniperforge.config.rate_limits import EndpointLimits
    from sniperforge.coordination.rate_budget import RateBudget
    from sniperforge.coordination.rate_gcra import Rate
    from sniperforge.errors import StorageError
    from sniperforge.ports import Clock, RpcTransport

    Heard = Callable[[Mapping[str, str]], None]

_LOG: Final = logging.getLogger(__name__)


class RateLimits:
    """The budgets that this process takes part in, one per endpoint and key; closed when the block ends.

    A node on this machine without configured limits has none.
    """

    def __init__(self, network: NetworkConfig, clock: Clock) -> None:
        self._configured = {each.rpc_url: each.limits for each in network.all_endpoints}
        self._configured |= dict.fromkeys(network.block_engine_urls, network.block_engine_limits)
        self._patience = network.request_timeout_ms / 1_000
        self._clock = clock
        self._budgets: dict[str, RateBudget] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        for budget in self._budgets.values():
            budget.close()

    def transport(self, url: str, make: Callable[[Heard | None], RpcTransport]) -> RpcTransport:
        """A transport to one of the network's endpoints, or block engines, that keeps to its budget.

        Args:
            url: as configured; what ``make`` connects to may be below it.
            make: makes the transport proper; its argument is to be called with each reply's headers.
        """
        limits = limits_of(url, self._configured[url])
        if limits.requests_per_second is None and is_local(url):
            return make(None)
        from sniperforge.chain.limited_transport import LimitedTransport

        limited: LimitedTransport = LimitedTransport(self._budget(url, limits), make, self._clock)
        return limited

    def _budget(self, url: str, limits: EndpointLimits) -> RateBudget:
        from sniperforge.coordination.paths import limits_folder
        from sniperforge.coordination.rate_budget import Allowance, RateBudget
        from sniperforge.coordination.rate_clock import boot_id, boottime
        from sniperforge.coordination.rate_store import store_name

        name = store_name(url)
        if name not in self._budgets:
            self._budgets[name] = RateBudget(
                limits_folder(os.environ, Path.home()) / name,
                Allowance(masked(url), _rate(limits), limits.weights),
                now=boottime,
                boot=boot_id(),
                sleep=self._clock.sleep,
                patience=self._patience,
                on_change=lambda error: _say(masked(url), error),
            )
        return self._budgets[name]


def _rate(limits: EndpointLimits) -> Rate:
    from sniperforge.coordination.rate_gcra import UNLIMITED, rate_of

    if not limits.requests_per_second:
        return UNLIMITED
    burst = limits.burst or max(limits.requests_per_second, 2 * limits.heaviest)
    return rate_of(limits.requests_per_second, burst, limits.heaviest)


def _say(endpoint: str, error: StorageError | None) -> None:
    if error is None:
        _LOG.warning("%s: the request budget is shared with other processes again", endpoint)
    else:
        _LOG.warning("%s: this process keeps to the request budget by itself: %s", endpoint, error.message)
