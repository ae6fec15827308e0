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

LONE_TESTIMONIES: Final = 3
"""How often a node must say the same, each time in a later final slot, when no other one confirms it."""

_MAX_REMEMBERED: Final = 1_000


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
        self._alone: dict[str, tuple[int, int]] = {}

    @property
    def all(self) -> tuple[Witness, ...]:
        """Every one of them."""
        return self._witnesses

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

        The proof, from every witness that answers, one with history among them: a finalized slot whose block
        height is past ``last_valid_height``, and then no status in a context of that slot or later. What one
        node says alone counts once it has said it in :data:`LONE_TESTIMONIES` final slots, one after another:
        a balancer's other node may lag, forget, or be wrong about the height.
        """
        said: list[EpochInfo] = []
        history = False
        for witness in self._witnesses:
            try:
                final = await witness.rpc.epoch_info("finalized")
                if final.block_height <= last_valid_height:
                    self._alone.pop(signature, None)  # what a node said alone before is void
                    return None
                at = await witness.rpc.signature_statuses([signature], search_history=True)
            except UnavailableError:
                continue  # not healthy now: what it knows is told by the others
            if at.statuses[0] is not None:
                self._alone.pop(signature, None)
                return None
            if at.slot < final.slot:
                return None
            said.append(final)
            history = history or witness.history
        if not history or (len(said) == 1 and not self._repeated(signature, said[0].slot)):
            return None
        self._alone.pop(signature, None)
        least = min(said, key=lambda final: final.block_height)
        return Dead(
            f"block height {least.block_height}, final at slot {least.slot}, is past "
            f"{last_valid_height}; unknown to {len(said)} of {len(self._witnesses)} nodes since then"
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

    def _repeated(self, signature: str, slot: int) -> bool:
        """Note a lone testimony as of the final ``slot``; whether there are enough of them now."""
        count, last = self._alone.pop(signature, (0, -1))
        if slot > last:
            count, last = count + 1, slot
        while len(self._alone) >= _MAX_REMEMBERED:
            del self._alone[next(iter(self._alone))]
        self._alone[signature] = (count, last)
        return count >= LONE_TESTIMONIES
