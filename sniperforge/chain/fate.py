"""The watch over transactions of which at most one lands: several ways of learning, the first one wins."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sniperforge.domain.landing import Dead, InDoubt, Landed
from sniperforge.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

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
    """Watches signatures until one has landed, all are dead, or the deadline has passed.

    Outages never end the watch; they are named when it ends without a landing. A watch is used once.

    Args:
        signatures: base58; at most one of them can land.
        commitment: what counts as landed.
        bury: looks for the proof that none of them can ever land.
        resend: sends the bytes once more; ``None`` for bytes that must not leave again.
        look_first: ask at once, as for transactions of an earlier run, whose fate is long known.
    """

    def __init__(
        self,
        signatures: Sequence[str],
        commitment: str,
        *,
        bury: Callable[[], Awaitable[Dead | None]],
        witnesses: Witnesses,
        pubsub: PubSub | None,
        clock: Clock,
        pace: Pace,
        resend: Callable[[], Awaitable[str]] | None = None,
        look_first: bool = False,
    ) -> None:
        self._signatures = tuple(signatures)
        self._look_for_proof = bury
        self._commitment = commitment
        self._witnesses = witnesses
        self._pubsub = pubsub
        self._clock = clock
        self._pace = pace
        self._resend = resend
        self._look_first = look_first
        self._fate: asyncio.Future[Fate] = asyncio.get_running_loop().create_future()
        self._trouble = ""
        self._refusal = ""

    async def run(self, deadline: float | None) -> Fate:
        """Watch until the fate is known or the clock shows ``deadline``. Safe to cancel."""
        works = [self._send(), self._poll(), self._bury()]
        works += [self._listen(signature) for signature in self._signatures]
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
            refusal = await self._resend()
            self._refusal = self._refusal or refusal
            self._trouble = refusal or self._trouble
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
        statuses = await self._witnesses.statuses(self._signatures)
        for signature, status in zip(self._signatures, statuses, strict=True):
            if status is not None and _RANK.get(status.commitment, 0) >= _RANK[self._commitment]:
                self._settle(Landed(status.slot, status.err, status.commitment, signature))

    async def _bury(self) -> None:
        if not self._look_first:
            await self._clock.sleep(self._pace.bury)
        while True:
            proof = await self._look_for_proof()
            if proof is not None:
                met = f"; first trouble of sending: {self._refusal}" if self._refusal else ""
                self._settle(Dead(f"{proof.evidence}{met}"))
            await self._clock.sleep(self._pace.bury)

    async def _listen(self, signature: str) -> None:
        while self._pubsub is not None and not self._fate.done():
            with suppress(UnavailableError):  # the polls go on meanwhile
                await self._hear(self._pubsub, signature)
            await self._clock.sleep(self._pace.poll)

    async def _hear(self, pubsub: PubSub, signature: str) -> None:
        params = [signature, {"commitment": self._commitment}]
        stream = await pubsub.subscribe("signatureSubscribe", params)
        try:
            async for item in stream:
                landed = _landed(item, self._commitment, signature)
                if landed is not None:
                    self._settle(landed)
        finally:
            await stream.aclose()

    async def _expire(self, deadline: float) -> None:
        await self._clock.sleep(deadline - self._clock.monotonic())
        last = f"; last trouble: {self._trouble}" if self._trouble else ""
        self._settle(InDoubt(f"neither landed nor proved dead in time{last}"))


def _landed(item: Any, commitment: str, signature: str) -> Landed | None:
    """A signature notification as a value; ``None`` for gaps and for mere receipts."""
    value = item.get("value") if isinstance(item, dict) else None
    if not isinstance(value, dict) or "err" not in value:
        return None
    context = item.get("context")
    slot = context.get("slot") if isinstance(context, dict) else 0
    return Landed(slot if isinstance(slot, int) else 0, value["err"], commitment, signature)
