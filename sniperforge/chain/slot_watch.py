"""Looks at every endpoint's slots now and then: who lags, who came back, who lies about the height."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Self

from sniperforge.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from sniperforge.chain.rpc_endpoint import RpcEndpoint
    from sniperforge.ports import Clock

MAX_AHEAD_SLOTS: Final = 150
"""An endpoint further ahead than this of what the others agree on is not believed: a minute, the life of a
blockhash. Who says that the chain is further on than it is has transactions buried alive."""

LOOK_SECONDS: Final = 5.0


async def look(endpoints: Sequence[RpcEndpoint]) -> None:
    """Ask all endpoints at once for their slots, and judge who can be believed. Never raises for outages.

    Slots are held against the lower median of those endpoints that move; one that stands still is no
    measure, and without any the verdicts stay. An endpoint is trusted again once it is within the bounds.
    """
    before = {endpoint: endpoint.health.slot for endpoint in endpoints}
    async with asyncio.TaskGroup() as group:
        seen = [group.create_task(_answered(endpoint)) for endpoint in endpoints]
    answered = [endpoint for endpoint, task in zip(endpoints, seen, strict=True) if task.result()]
    moving = [endpoint for endpoint in answered if endpoint.health.slot != before[endpoint]]
    for endpoint in answered:
        others = [each for each in moving if each is not endpoint]
        if others:
            endpoint.distrust = _ahead(endpoint, others)


class SlotWatch:
    """Looks every few seconds while its ``async with`` block runs.

    Args:
        endpoints: two or more: a single one has nothing to be held against.
    """

    def __init__(self, endpoints: Sequence[RpcEndpoint], clock: Clock) -> None:
        self._endpoints = tuple(endpoints)
        self._clock = clock
        self._group: asyncio.TaskGroup | None = None
        self._keeper: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._group = await asyncio.TaskGroup().__aenter__()
        self._keeper = self._group.create_task(self._keep(), name="slot watch")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._group is not None
        assert self._keeper is not None
        self._keeper.cancel()
        cancelled = kind is not None and issubclass(kind, asyncio.CancelledError)
        # The group would wrap the block's own errors; it needs to see a cancellation, which may be its own.
        await self._group.__aexit__(*((kind, error, trace) if cancelled else (None, None, None)))

    async def _keep(self) -> None:
        while True:
            await self._clock.sleep(LOOK_SECONDS)
            await look(self._endpoints)


async def _answered(endpoint: RpcEndpoint) -> bool:
    try:
        await endpoint.look()
    except UnavailableError:
        return False
    return True


def _ahead(endpoint: RpcEndpoint, others: Sequence[RpcEndpoint]) -> str:
    for kind in ("slot", "final_slot"):
        said = getattr(endpoint.health, kind)
        agreed = _lower_median([getattr(each.health, kind) for each in (endpoint, *others)])
        if said > agreed + MAX_AHEAD_SLOTS:
            return f"it says slot {said}, {said - agreed} ahead of what the others agree on"
    return ""


def _lower_median(slots: Sequence[int]) -> int:
    return sorted(slots)[(len(slots) - 1) // 2]
