"""The watch over one transaction on its way: several ways of learning its fate, the first one wins."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sniperforge.domain.landing import InDoubt, Landed
from sniperforge.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sniperforge.chain.witnesses import Witnesses
    from sniperforge.domain.landing import Fate
    from sniperforge.ports import Clock, PubSub

_RANK: Final = {"processed": 0, "confirmed": 1, "finalized": 2}


@dataclass(frozen=True, slots=True)
class Pace:
    """How often things are done while a transaction is on its way, in seconds.

    Attributes:
        resend: the same bytes are sent again.
        poll: a node is asked for the status; a notification usually comes first.
        bury: a proof of death is looked for.
    """

    resend: float = 2.0
    poll: float = 0.5
    bury: float = 3.0


class FateWatch:
    """Watches one signature until it has landed, is dead, or the deadline has passed.

    Outages never end the watch; they are named when it ends in doubt. A watch is used once.

    Args:
        signature: base58.
        last_valid_height: block height after which it cannot land.
        commitment: what counts as landed.
        resend: sends the bytes once more; ``None`` for bytes that must not leave again.
        look_first: ask at once, as for transactions of an earlier run, whose fate is long known.
    """

    def __init__(
        self,
        signature: str,
        last_valid_height: int,
        commitment: str,
        *,
        witnesses: Witnesses,
        pubsub: PubSub | None,
        clock: Clock,
        pace: Pace,
        resend: Callable[[], Awaitable[str]] | None = None,
        look_first: bool = False,
    ) -> None:
        self._signature = signature
        self._last_valid_height = last_valid_height
        self._commitment = commitment
        self._witnesses = witnesses
        self._pubsub = pubsub
        self._clock = clock
        self._pace = pace
        self._resend = resend
        self._look_first = look_first
        self._fate: asyncio.Future[Fate] = asyncio.get_running_loop().create_future()
        self._trouble = ""

    async def run(self, deadline: float | None) -> Fate:
        """Watch until the fate is known or the clock shows ``deadline``. Safe to cancel."""
        works = [self._send(), self._listen(), self._poll(), self._bury()]
        if deadline is not None:
            works.append(self._expire(deadline))
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work) for work in works]
            try:
                return await self._fate
            finally:
                for task in tasks:
                    task.cancel()

    def _settle(self, fate: Fate) -> None:
        if not self._fate.done():
            self._fate.set_result(fate)

    async def _send(self) -> None:
        while self._resend is not None:
            self._trouble = await self._resend() or self._trouble
            await self._clock.sleep(self._pace.resend)

    async def _poll(self) -> None:
        if not self._look_first:
            await self._clock.sleep(self._pace.poll)
        while True:
            try:
                await self._look()
            except UnavailableError as error:
                self._trouble = error.message
            await self._clock.sleep(self._pace.poll)

    async def _look(self) -> None:
        (status,) = await self._witnesses.statuses([self._signature])
        if status is not None and _RANK.get(status.commitment, 0) >= _RANK[self._commitment]:
            self._settle(Landed(status.slot, status.err, status.commitment))

    async def _bury(self) -> None:
        if not self._look_first:
            await self._clock.sleep(self._pace.bury)
        while True:
            proof = await self._witnesses.is_dead(self._signature, self._last_valid_height)
            if proof is not None:
                self._settle(proof)
            await self._clock.sleep(self._pace.bury)

    async def _listen(self) -> None:
        while self._pubsub is not None and not self._fate.done():
            with suppress(UnavailableError):  # the polls go on meanwhile
                await self._hear(self._pubsub)
            await self._clock.sleep(self._pace.poll)

    async def _hear(self, pubsub: PubSub) -> None:
        params = [self._signature, {"commitment": self._commitment}]
        stream = await pubsub.subscribe("signatureSubscribe", params)
        try:
            async for item in stream:
                landed = _landed(item, self._commitment)
                if landed is not None:
                    self._settle(landed)
        finally:
            await stream.aclose()

    async def _expire(self, deadline: float) -> None:
        await self._clock.sleep(deadline - self._clock.monotonic())
        last = f"; last trouble: {self._trouble}" if self._trouble else ""
        self._settle(InDoubt(f"neither landed nor proved dead in time{last}"))


def _landed(item: Any, commitment: str) -> Landed | None:
    """A signature notification as a value; ``None`` for gaps and for mere receipts."""
    value = item.get("value") if isinstance(item, dict) else None
    if not isinstance(value, dict) or "err" not in value:
        return None
    context = item.get("context")
    slot = context.get("slot") if isinstance(context, dict) else 0
    return Landed(slot if isinstance(slot, int) else 0, value["err"], commitment)
