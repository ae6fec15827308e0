"""Blocks that lose: the newest one is dropped, and what clients had in it is lost with it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from sniperforge.localnet.ledger.refusals import TransactionRefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sniperforge.localnet.faults.switch import Faults
    from sniperforge.localnet.ledger.chain import Block
    from sniperforge.localnet.ledger.envelope import Envelope
    from sniperforge.localnet.ledger.ledger import Change, Ledger
    from sniperforge.localnet.ledger.records import TransactionRecord


class Forks:
    """Drops blocks of ``ledger`` before they are confirmed, as the faults of the first endpoint decide.

    Whoever drops a block: what no client submitted (the market's, the faucet's) comes again at the head of
    the next one, if its blockhash is not that of the dropped block.

    Args:
        ledger: to drop from; with a profile that confirms at once nothing is dropped.
        faults: of the first endpoint.
    """

    def __init__(self, ledger: Ledger, faults: Faults) -> None:
        self._ledger = ledger
        self._faults = faults
        self._of_clients: set[str] = set()
        self._again: list[Envelope] = []
        faults.on_submit.append(self._submitted)
        ledger.on_closing.insert(0, self._closing)  # before anybody takes the block for one that stays
        ledger.on_rollback.append(self._dropped)
        ledger.on_block.insert(0, self._opened)

    def _submitted(self, envelope: Envelope) -> None:
        self._of_clients.add(envelope.signature)

    def _closing(self, _block: Block) -> None:
        dice = self._faults.dice
        if dice is not None and dice.rolls_back() and self._ledger.profile.confirm_slots:
            self._ledger.rollback()

    def _dropped(
        self, _block: Block, records: Sequence[TransactionRecord], _changes: Sequence[Change]
    ) -> None:
        lost = self._of_clients
        self._again = [record.envelope for record in records if record.signature not in lost]

    def _opened(self, _block: Block) -> None:
        self._of_clients.clear()
        again, self._again = self._again, []
        for envelope in again:
            with suppress(TransactionRefusedError):  # it was built on what is gone
                self._ledger.offer(envelope, verified=True)
