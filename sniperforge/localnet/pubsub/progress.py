"""Which blocks have reached a commitment since last asked, and how ``slotsUpdates`` tells of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sniperforge.localnet.ledger.chain import Block, Chain
    from sniperforge.localnet.ledger.ledger import Ledger
    from sniperforge.localnet.ledger.pace import Commitment

LATER: Final[tuple[Commitment, ...]] = ("confirmed", "finalized")

_REACHED: Final[dict[str, str]] = {"confirmed": "optimisticConfirmation", "finalized": "root"}


class Progress:
    """Follows the closed blocks of one chain through their commitments; the newest is still filling."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._shown = {commitment: self._newest(commitment).slot for commitment in LATER}

    def reached(self) -> Iterator[tuple[Commitment, Block]]:
        """Every closed block that reached a commitment since the last call, oldest first."""
        for commitment in LATER:
            newest = self._newest(commitment)
            for block in reversed(list(self._back_to(newest, self._shown[commitment]))):
                yield commitment, block
            self._shown[commitment] = max(self._shown[commitment], newest.slot)

    def _newest(self, commitment: Commitment) -> Block:
        block, tip = self._chain.at(commitment), self._chain.tip
        if block is not tip:
            return block
        return self._chain.in_slot(tip.parent_slot) or tip

    def _back_to(self, block: Block | None, slot: int) -> Iterator[Block]:
        while block is not None and block.slot > slot:
            yield block
            block = self._chain.in_slot(block.parent_slot)


def frozen_update(ledger: Ledger, block: Block) -> Iterator[dict[str, Any]]:
    """The parent of ``block`` is complete, if it is still known. Shapes: Agave's ``SlotUpdate``."""
    parent = ledger.chain.in_slot(block.parent_slot)
    if parent is None:
        return
    failed = sum(record.err is not None for record in ledger.history.in_slot(parent.slot))
    stats = {
        "numTransactionEntries": parent.landed,
        "numSuccessfulTransactions": parent.landed - failed,
        "numFailedTransactions": failed,
        "maxTransactionsPerEntry": min(parent.landed, 1),
    }
    yield {**_update("frozen", parent.slot, block.time), "stats": stats}


def created_update(block: Block) -> dict[str, Any]:
    """``block`` is open."""
    return {**_update("createdBank", block.slot, block.time), "parent": block.parent_slot}


def dropped_update(block: Block) -> dict[str, Any]:
    """``block`` lost to another fork."""
    return {**_update("dead", block.slot, block.time), "err": "the fork lost"}


def reached_update(commitment: Commitment, block: Block, now: int) -> dict[str, Any]:
    """``block`` is confirmed or a root; ``now`` in Unix seconds."""
    return _update(_REACHED[commitment], block.slot, now)


def _update(kind: str, slot: int, now: int) -> dict[str, Any]:
    return {"slot": slot, "timestamp": now * 1_000, "type": kind}
