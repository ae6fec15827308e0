"""Proofs that need no block height: a durable nonce that moved on, a booked slot that was dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.domain.landing import Dead
from sniperforge.errors import UnavailableError
from sniperforge.tokens.nonce import stored_nonce

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from sniperforge.chain.witnesses import Witness
    from sniperforge.domain.trade import DurableNonce

LONE_SAYINGS: Final = 3
"""How often a node must say the same, each time as of a later final slot, when no other one confirms it."""

_MAX_REMEMBERED: Final = 1_000


class Proofs:
    """What all read endpoints together say of transactions that no block height ends."""

    def __init__(self, witnesses: Sequence[Witness]) -> None:
        self._witnesses = tuple(witnesses)
        self._alone: dict[str, tuple[int, int]] = {}

    async def spent(self, signatures: Sequence[str], nonce: DurableNonce) -> Dead | None:
        """Proof that none of ``signatures``, all on ``nonce``, can ever land. Never raises for outages.

        The proof, from every witness that answers, one with history among them: in a finalized slot not
        before the one where the value was read, the account holds another value or is gone, and since then
        no status of any of them. A value never comes back: it follows from the hash of a block.
        """

        async def moved_on(witness: Witness) -> int | None:
            at = await witness.rpc.accounts([nonce.account], "finalized")
            if at.slot < nonce.slot:
                raise UnavailableError("the node lags behind the slot in which the nonce was read")
            stored = stored_nonce(at.accounts[nonce.account])
            return None if stored is not None and stored.value == nonce.value else at.slot

        slot = await self._agreed(nonce.value, signatures, moved_on)
        if slot is None:
            return None
        return Dead(
            f"the nonce {nonce.account} moved on before slot {slot}, and none of its transactions landed"
        )

    async def dropped(self, signature: str, slot: int) -> bool:
        """Whether ``signature``, seen in ``slot``, is on no final chain: that slot was rolled back.

        Asked as :meth:`spent` is: final past ``slot`` and no status since, from all that answer.
        """

        async def past(witness: Witness) -> int | None:
            final = await witness.rpc.slot("finalized")
            return final if final > slot else None

        return await self._agreed(signature, [signature], past) is not None

    async def _agreed(
        self, key: str, signatures: Sequence[str], final: Callable[[Witness], Awaitable[int | None]]
    ) -> int | None:
        """The earliest final slot since which no witness that answers knows any of ``signatures``."""
        said: list[int] = []
        history = False
        for witness in self._witnesses:
            try:
                slot = await final(witness)
                if slot is None:
                    break
                at = await witness.rpc.signature_statuses(signatures, search_history=True)
            except UnavailableError:
                continue  # not healthy now: what it knows is told by the others
            if any(status is not None for status in at.statuses) or at.slot < slot:
                break
            said.append(slot)
            history = history or witness.history
        else:
            if history and (len(said) > 1 or self._repeated(key, said[0])):
                self._alone.pop(key, None)
                return min(said)
            return None
        self._alone.pop(key, None)
        return None

    def _repeated(self, key: str, slot: int) -> bool:
        """Note a lone saying as of the final ``slot``; whether there are enough of them now."""
        count, last = self._alone.pop(key, (0, -1))
        if slot > last:
            count, last = count + 1, slot
        while len(self._alone) >= _MAX_REMEMBERED:
            del self._alone[next(iter(self._alone))]
        self._alone[key] = (count, last)
        return count >= LONE_SAYINGS
