"""The nodes that are asked what became of a transaction, and the proof that it can never land."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sniperforge.dex.transaction import parse_transaction
from sniperforge.domain.landing import Dead
from sniperforge.errors import ConfigError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sniperforge.chain.answers import EpochInfo, SignatureStatus
    from sniperforge.chain.rpc import RpcClient
    from sniperforge.domain.chain import TransactionView
    from sniperforge.ports import Clock

_FIRST_LOOK_SECONDS: Final = 0.02
_LAST_LOOK_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Witness:
    """A node that reads.

    Attributes:
        rpc: the node.
        history: it keeps transactions for good, so that its not knowing one says something.
    """

    rpc: RpcClient
    history: bool = True


class Witnesses:
    """All read endpoints together.

    Raises:
        ConfigError: none of them keeps history.
    """

    def __init__(self, witnesses: Sequence[Witness], clock: Clock) -> None:
        if not any(witness.history for witness in witnesses):
            raise ConfigError(
                "no read endpoint keeps transaction history",
                hint="without one a lost transaction cannot be told from a landed one",
            )
        self._witnesses = tuple(witnesses)
        self._clock = clock
        self._turn = itertools.count()

    async def statuses(self, signatures: Sequence[str]) -> tuple[SignatureStatus | None, ...]:
        """What the next witness in turn knows of ``signatures``; ``None`` proves nothing.

        Raises:
            UnavailableError: that witness gives no usable answer; the next call asks another.
        """
        witness = self._witnesses[next(self._turn) % len(self._witnesses)]
        at = await witness.rpc.signature_statuses(signatures, search_history=witness.history)
        return at.statuses

    async def is_dead(self, signature: str, last_valid_height: int) -> Dead | None:
        """Proof that ``signature`` can never land; ``None`` while there is none. Never raises for outages.

        The proof: a finalized slot S whose block height is past ``last_valid_height``, and then, from every
        witness that answers, one with history among them: no status, in a context of S or later.
        """
        expired = await self._expired(last_valid_height)
        if expired is None:
            return None
        answered: list[Witness] = []
        for witness in self._witnesses:
            try:
                at = await witness.rpc.signature_statuses([signature], search_history=True)
            except UnavailableError:
                continue  # not healthy now: what it knows is told by the others
            if at.statuses[0] is not None or at.slot < expired.slot:
                return None
            answered.append(witness)
        if not any(witness.history for witness in answered):
            return None
        return Dead(
            f"block height {expired.block_height}, final at slot {expired.slot}, is past "
            f"{last_valid_height}; unknown to {len(answered)} of {len(self._witnesses)} nodes since then"
        )

    async def transaction(self, signature: str) -> TransactionView:
        """The landed transaction, once a witness can show it; asks until then, whatever fails meanwhile.

        Raises:
            DecodeError: what a witness shows is no transaction.
        """
        pause = _FIRST_LOOK_SECONDS
        for turn in itertools.count():
            witness = self._witnesses[turn % len(self._witnesses)]
            try:
                found = await witness.rpc.transaction(signature)
            except UnavailableError:
                found = None
            if found is not None:
                return parse_transaction(found)
            await self._clock.sleep(pause)
            pause = min(pause * 1.5, _LAST_LOOK_SECONDS)
        raise AssertionError("unreachable")

    async def _expired(self, last_valid_height: int) -> EpochInfo | None:
        """The finalized state of a witness with history, once its block height is past the last valid one."""
        for witness in self._witnesses:
            if not witness.history:
                continue
            try:
                state = await witness.rpc.epoch_info("finalized")
            except UnavailableError:
                continue
            return state if state.block_height > last_valid_height else None
        return None
