"""Bundles between their arrival and their end: an auction for each block, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from sniperforge.localnet.ledger.block_work import ACCOUNT_FULL, BLOCK_FULL
from sniperforge.localnet.ledger.refusals import BundleRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sniperforge.localnet.block_engine.bundle import Bundle
    from sniperforge.localnet.faults.switch import Faults
    from sniperforge.localnet.ledger.chain import Block
    from sniperforge.localnet.ledger.envelope import Envelope
    from sniperforge.localnet.ledger.ledger import Change, Ledger
    from sniperforge.localnet.ledger.records import TransactionRecord

LOOK_BACK_SECONDS: Final = 300.0
"""How long a bundle is remembered."""

MAX_WAITING: Final = 1_000
"""Beyond that the worst paying fail."""


class BundleState(StrEnum):
    """What ``getInflightBundleStatuses`` says of a bundle."""

    INVALID = "Invalid"
    PENDING = "Pending"
    FAILED = "Failed"
    LANDED = "Landed"


@dataclass(slots=True)
class _Entry:
    bundle: Bundle
    taken_at: float
    slot: int | None = None
    failed: bool = False


class Auction:
    """Lands bundles as blocks open, the best tip first; with a slot per transaction it does so at once.

    A bundle that fails is gone; one for which a block has no room waits for the next. Nobody sees a bundle
    before it lands. What a dropped block had of them is lost, unless somebody who saw it there has a use for
    one of its transactions alone.

    Args:
        ledger: where they land.
        faults: of the network; lose bundles.
        timer: seconds that never go back.
    """

    def __init__(self, ledger: Ledger, faults: Faults, timer: Callable[[], float]) -> None:
        self._ledger = ledger
        self._faults = faults
        self._timer = timer
        self._entries: dict[str, _Entry] = {}
        self._waiting: dict[str, _Entry] = {}
        self._uncled: list[Envelope] = []
        ledger.on_rollback.append(self._dropped)
        ledger.on_block.append(self._opened)

    def take(self, bundle: Bundle) -> None:
        """Let ``bundle`` take part, unless it does so already."""
        self._forget_old()
        if bundle.id in self._waiting:
            return
        entry = _Entry(bundle, self._timer())
        self._entries.pop(bundle.id, None)
        self._entries[bundle.id] = entry
        dice = self._faults.dice
        if dice is not None and dice.loses_bundle(bundle.id):
            return
        self._waiting[bundle.id] = entry
        self._drop_worst()
        if self._ledger.profile.instant:
            self._run()

    def state(self, bundle_id: str) -> tuple[BundleState, int | None]:
        """What is known of a bundle, and the slot in which it landed."""
        self._forget_old()
        entry = self._entries.get(bundle_id)
        if entry is None:
            return BundleState.INVALID, None
        if entry.slot is not None:
            landed = self.landed(bundle_id) is not None
            return (BundleState.LANDED, entry.slot) if landed else (BundleState.FAILED, None)
        if entry.failed or not all(map(self._ledger.hash_alive, entry.bundle.envelopes)):
            return BundleState.FAILED, None
        return BundleState.PENDING, None

    def landed(self, bundle_id: str) -> tuple[Bundle, int] | None:
        """The bundle and its slot, if it landed and its block still stands."""
        entry = self._entries.get(bundle_id)
        if entry is None or entry.slot is None:
            return None
        status = self._ledger.history.status(entry.bundle.envelopes[0].signature)
        return (entry.bundle, entry.slot) if status is not None and status.slot == entry.slot else None

    def _dropped(
        self, block: Block, _records: Sequence[TransactionRecord], _changes: Sequence[Change]
    ) -> None:
        landed = (entry for entry in self._entries.values() if entry.slot == block.slot)
        self._uncled = [envelope for entry in landed for envelope in entry.bundle.envelopes]

    def _opened(self, _block: Block) -> None:
        uncled, self._uncled = self._uncled, []
        dice, trader = self._faults.dice, self._faults.trader
        for envelope in uncled:
            if dice is not None and trader is not None and dice.finds_uncle():
                trader.attack(envelope)
        self._run()

    def _run(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for entry in sorted(waiting.values(), key=_tip, reverse=True):
            self._land(entry)

    def _drop_worst(self) -> None:
        if len(self._waiting) > MAX_WAITING:
            worst = min(self._waiting.values(), key=_tip)
            worst.failed = True
            del self._waiting[worst.bundle.id]

    def _land(self, entry: _Entry) -> None:
        for envelope in entry.bundle.envelopes:
            for listener in self._faults.on_submit:
                listener(envelope)
        try:
            records = self._ledger.submit_together(entry.bundle.envelopes, verified=True)
        except BundleRefusedError as refusal:
            if refusal.err in (BLOCK_FULL, ACCOUNT_FULL):
                self._waiting[entry.bundle.id] = entry
            else:
                entry.failed = True
        else:
            entry.slot = records[0].slot

    def _forget_old(self) -> None:
        since = self._timer() - LOOK_BACK_SECONDS
        old = takewhile(lambda entry: entry.taken_at < since, self._entries.values())
        for entry in list(old):
            del self._entries[entry.bundle.id]


def _tip(entry: _Entry) -> int:
    return entry.bundle.tip
