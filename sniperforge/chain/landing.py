"""From signed bytes to their fate: sending, sending the same bytes again, and watching. No journal here."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sniperforge.chain.fate import FateWatch, Pace
from sniperforge.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from sniperforge.chain.answers import SignatureStatus
    from sniperforge.chain.rpc import RpcClient
    from sniperforge.chain.witnesses import Witnesses
    from sniperforge.domain.chain import TransactionView
    from sniperforge.domain.landing import Dead, Fate
    from sniperforge.ports import Clock, PubSub


@dataclass(frozen=True, slots=True)
class Sent:
    """One round of sending: how many nodes took the bytes, and what the others said.

    An error does not mean that the bytes did not leave.
    """

    accepted: int
    errors: tuple[UnavailableError, ...]


class Landing:
    """Brings signed bytes onto the chain and finds out what became of them.

    Args:
        senders: nodes that transactions are handed to, all at once.
        witnesses: nodes that are asked.
        pubsub: tells of a landing first; ``None`` polls only.
        clock: for the pace and the deadlines.
        pace: see :class:`~sniperforge.chain.fate.Pace`.
        commitment: what counts as landed.
    """

    def __init__(
        self,
        *,
        senders: Sequence[RpcClient],
        witnesses: Witnesses,
        pubsub: PubSub | None,
        clock: Clock,
        pace: Pace | None = None,
        commitment: str = "confirmed",
    ) -> None:
        self._senders = tuple(senders)
        self._witnesses = witnesses
        self._pubsub = pubsub
        self._clock = clock
        self._pace = pace or Pace()
        self._commitment = commitment

    async def send(self, raw: bytes) -> Sent:
        """Hand ``raw`` to every sender once, without preflight. Never raises for outages."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_handed(sender, raw)) for sender in self._senders]
        errors = tuple(error for task in tasks if (error := task.result()) is not None)
        return Sent(len(tasks) - len(errors), errors)

    async def statuses(self, signatures: Sequence[str]) -> tuple[SignatureStatus | None, ...]:
        """What a node knows of ``signatures``; ``None`` proves nothing.

        Raises:
            UnavailableError: no usable answer.
        """
        return await self._witnesses.statuses(signatures)

    async def is_dead(self, signature: str, last_valid_height: int) -> Dead | None:
        """Proof that it can never land, if there is one now. Never raises for outages."""
        return await self._witnesses.is_dead(signature, last_valid_height)

    async def transaction(self, signature: str) -> TransactionView:
        """The landed transaction, once a node can show it.

        Raises:
            DecodeError: what a node shows is no transaction.
        """
        return await self._witnesses.transaction(signature)

    async def land(
        self,
        raw: bytes,
        signature: str,
        last_valid_height: int,
        *,
        send: bool = True,
        deadline: float | None = None,
    ) -> Fate:
        """Send, send the same bytes again, and watch, until landed, dead, or past ``deadline``.

        Outages never end it: they are waited out. Cancelling it is safe at any time.

        Args:
            raw: the signed transaction, durable in the journal.
            signature: its first signature, base58.
            last_valid_height: block height after which it cannot land.
            send: false only watches, for bytes that must not leave again.
            deadline: monotonic seconds; ``None`` waits for proof however long it takes.
        """

        async def resend() -> str:
            sent = await self.send(raw)
            return sent.errors[-1].message if sent.errors else ""

        watch = self._watch(
            signature,
            last_valid_height,
            self._commitment,
            resend=resend if send else None,
            look_first=not send,
        )
        return await watch.run(deadline)

    async def finality(
        self, signature: str, last_valid_height: int, *, deadline: float | None = None
    ) -> Fate:
        """Watch until finalized, dead after all (its slot was rolled back), or past ``deadline``."""
        return await self._watch(signature, last_valid_height, "finalized", look_first=True).run(deadline)

    def _watch(
        self,
        signature: str,
        last_valid_height: int,
        commitment: str,
        *,
        resend: Callable[[], Awaitable[str]] | None = None,
        look_first: bool = False,
    ) -> FateWatch:
        return FateWatch(
            signature,
            last_valid_height,
            commitment,
            witnesses=self._witnesses,
            pubsub=self._pubsub,
            clock=self._clock,
            pace=self._pace,
            resend=resend,
            look_first=look_first,
        )


async def _handed(sender: RpcClient, raw: bytes) -> UnavailableError | None:
    try:
        await sender.send(raw)
    except UnavailableError as error:
        return error
    return None
