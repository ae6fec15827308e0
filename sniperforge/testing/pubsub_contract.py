"""What every :class:`~sniperforge.ports.PubSub` keeps, as a function that any test suite can call."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sniperforge.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sniperforge.ports import PubSub


async def _by_itself() -> None:
    """The node sends slots without being told."""


async def check_pubsub(pubsub: PubSub, notify: Callable[[], Awaitable[None]] = _by_itself) -> None:
    """Check that slots reach every subscriber in order, and that closing is final and repeatable.

    Args:
        pubsub: connected to a node, real or fake, that offers slots and refuses ``bogusSubscribe``.
        notify: makes a node that has no slots of its own send the next ``slotNotification``.

    Raises:
        AssertionError: the contract is broken.
    """
    first = await pubsub.subscribe("slotSubscribe", [])
    second = await pubsub.subscribe("slotSubscribe", [])
    for stream in (first, second):
        seen = []
        for _ in range(3):
            await notify()
        async with asyncio.timeout(5):
            async for result in stream:
                seen.append(result["slot"])
                if len(seen) == 3:
                    break
        assert seen == sorted(set(seen)), f"slots came as {seen}"
    await first.aclose()
    await first.aclose()
    async with asyncio.timeout(1):
        assert [result async for result in first] == [], "a closed stream still yields"
    await second.aclose()
    try:
        await pubsub.subscribe("bogusSubscribe", [])
    except UnavailableError:
        return
    raise AssertionError("a method that the node does not know was accepted")
