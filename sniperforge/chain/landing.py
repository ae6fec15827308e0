"""From signed bytes to their fate: sending, sending the same bytes again, and watching. No journal here."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from sniperforge.chain.fate import FateWatch, Pace
from sniperforge.chain.proofs import Proofs
from sniperforge.errors import UnavailableError
from sniperforge.execution.mev import Mev, may_go

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from sniperforge.chain.answers import SignatureStatus
    from sniperforge.chain.witnesses import Witnesses
    from sniperforge.domain.chain import TransactionView
    from sniperforge.domain.landing import Dead, Fate
    from sniperforge.domain.trade import Attempt
    from sniperforge.ports import Clock, PubSub


_NO_ENGINE: Final = "no block engine is configured, and nobody else may have this transaction"


class Sender(Protocol):
    """Something that signed bytes are handed to: a node, or a block engine."""

    async def send(self, raw: bytes, /) -> str:
        """Hand ``raw`` over, once.

        Raises:
            UnavailableError: it was not taken, or nobody knows.
        """
        ...


class _Nobody:
    """In the place of block engines, where none is configured any more."""

    async def send(self, _raw: bytes, /) -> str:
        raise UnavailableError(_NO_ENGINE)


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
        tipped: block engines that get those with a tip too.
        private: block engines that alone get those which nobody else may see.
        witnesses: nodes that are asked.
        pubsub: tells of a landing first; ``None`` polls only.
        clock: for the pace and the deadlines.
        pace: see :class:`~sniperforge.chain.fate.Pace`.
        commitment: what counts as landed.
    """

    def __init__(
        self,
        *,
        senders: Sequence[Sender],
        witnesses: Witnesses,
        pubsub: PubSub | None,
        clock: Clock,
        pace: Pace | None = None,
        commitment: str = "confirmed",
        tipped: Sequence[Sender] = (),
        private: Sequence[Sender] = (),
    ) -> None:
        self._senders = tuple(senders)
        self._tipped = tuple(tipped)
        self._private = tuple(private)
        self._witnesses = witnesses
        self._proofs = Proofs(witnesses.all)
        self._pubsub = pubsub
        self._clock = clock
        self._pace = pace or Pace()
        self._commitment = commitment

    async def send(self, raw: bytes) -> Sent:
        """Hand ``raw`` to all that may have it, once, without preflight. Never raises for outages."""
        senders = self._for(raw)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_handed(sender, raw)) for sender in senders]
        errors = tuple(error for task in tasks if (error := task.result()) is not None)
        return Sent(len(tasks) - len(errors), errors)

    def _for(self, raw: bytes) -> tuple[Sender, ...]:
        match may_go(raw):
            case Mev.BUNDLE:
                return self._private or (_Nobody(),)
            case Mev.TIP:
                return (*self._senders, *self._tipped)
        return self._senders

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

        bury = partial(self._witnesses.is_dead, signature, last_valid_height)
        return await self._watch([signature], self._commitment, bury, resend if send else None).run(deadline)

    async def land_series(
        self, attempts: Sequence[Attempt], *, send: bool = True, deadline: float | None = None
    ) -> Fate:
        """As :meth:`land`, for attempts that share a durable nonce: at most one lands, whichever it is.

        Only the last is sent: an earlier one, which accepts less slippage, would use the nonce up and fail.
        All are asked about, at once: one may have landed before the last was signed.

        Returns:
            ``Landed`` names the one that did; ``Dead`` is the proof for all of them.
        """

        async def resend() -> str:
            sent = await self.send(attempts[-1].raw)
            return sent.errors[-1].message if sent.errors else ""

        signatures, nonce = [attempt.signature for attempt in attempts], attempts[0].nonce
        assert nonce is not None, "a series shares a nonce"
        bury = partial(self._proofs.spent, signatures, nonce)
        watch = self._watch(
            signatures, self._commitment, bury, resend if send else None, look_first=len(attempts) > 1
        )
        return await watch.run(deadline)

    async def dropped(self, signature: str, slot: int) -> bool:
        """Whether the ``slot`` in which ``signature`` had landed is proved to be rolled back."""
        return await self._proofs.dropped(signature, slot)

    async def finality(
        self, signature: str, last_valid_height: int, *, deadline: float | None = None
    ) -> Fate:
        """Watch until finalized, dead after all (its slot was rolled back), or past ``deadline``."""
        bury = partial(self._witnesses.is_dead, signature, last_valid_height)
        return await self._watch([signature], "finalized", bury, None).run(deadline)

    def _watch(
        self,
        signatures: Sequence[str],
        commitment: str,
        bury: Callable[[], Awaitable[Dead | None]],
        resend: Callable[[], Awaitable[str]] | None,
        *,
        look_first: bool = False,
    ) -> FateWatch:
        return FateWatch(
            signatures,
            commitment,
            bury=bury,
            witnesses=self._witnesses,
            pubsub=self._pubsub,
            clock=self._clock,
            pace=self._pace,
            resend=resend,
            look_first=look_first or resend is None,
        )


async def _handed(sender: Sender, raw: bytes) -> UnavailableError | None:
    try:
        await sender.send(raw)
    except UnavailableError as error:
        return error
    return None
