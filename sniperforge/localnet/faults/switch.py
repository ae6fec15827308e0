"""The faults that an endpoint has at this moment, and the submissions that they hold back."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from sniperforge.localnet.faults.dice import FaultDice
from sniperforge.localnet.faults.plan import NO_FAULTS
from sniperforge.localnet.faults.sight import behind_sight
from sniperforge.localnet.ledger.compute_price import compute_unit_price
from sniperforge.localnet.ledger.refusals import TransactionRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.localnet.faults.dice import SubmissionFate
    from sniperforge.localnet.faults.plan import FaultPlan
    from sniperforge.localnet.ledger.chain import Block
    from sniperforge.localnet.ledger.envelope import Envelope
    from sniperforge.localnet.ledger.ledger import Ledger


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    envelope: Envelope
    verified: bool
    due_height: int
    fate: SubmissionFate


class Trader(Protocol):
    """Somebody who sees submissions before they land."""

    def attack(self, envelope: Envelope) -> bool:
        """Land ``envelope`` among its own transactions, or leave it alone; whether it was landed."""


class Faults:
    """None until a plan is set; with none, everything passes untouched.

    Attributes:
        dice: decides, ``None`` without faults.
        on_change: called after another plan was set, and after the end of all faults.
        on_submit: called with each client's transaction that is handed to the ledger, at any endpoint.
        endpoints: the faults of every endpoint of the network, these among them; the first one's first.
        trader: acts on submissions that a ``sandwich`` hits; ``None`` when the network has no such trader.
    """

    def __init__(self) -> None:
        self.dice: FaultDice | None = None
        self.on_change: list[Callable[[], None]] = []
        self.on_submit: list[Callable[[Envelope], None]] = []
        self.endpoints: list[Faults] = [self]
        self.trader: Trader | None = None
        self._number = 1
        self._held: list[_Held] = []
        self._ledger: Ledger | None = None

    def beside(self) -> Faults:
        """Those of one more endpoint of the same network: none so far."""
        other = Faults()
        other.endpoints, other.on_submit, other.trader = self.endpoints, self.on_submit, self.trader
        self.endpoints.append(other)
        other._number = len(self.endpoints)
        return other

    @property
    def plan(self) -> FaultPlan:
        """The plan in force."""
        return NO_FAULTS if self.dice is None else self.dice.plan

    def set(self, plan: FaultPlan) -> None:
        """Have the faults of ``plan``, decided from the beginning of its seed."""
        self.dice = FaultDice(plan, self._number)
        self._tell()

    def clear(self) -> None:
        """Have no faults; what is held back still lands when it is due."""
        self.dice = None
        self._tell()

    def _tell(self) -> None:
        for listener in self.on_change:
            listener()

    def submit(self, ledger: Ledger, envelope: Envelope, *, verified: bool, private: bool = False) -> None:
        """Hand a client's transaction to ``ledger``: now, later or never.

        Args:
            ledger: the network's, as this endpoint sees it.
            envelope: the transaction.
            verified: its signatures have been checked already.
            private: no trader sees it.

        Raises:
            TransactionRefusedError: it was handed on at once and did not land.
        """
        if self.dice is None:
            self._land(ledger, envelope, verified)
            return
        ledger = behind_sight(ledger)  # what the node does not see yet has happened all the same
        fate = self.dice.submission(envelope.signature, compute_unit_price(envelope))
        if fate.dropped:
            return
        if private:
            fate = replace(fate, watched=False)
        if fate.slots or fate.behind_next:
            self._hold(ledger, _Held(envelope, verified, ledger.chain.tip.height + fate.slots, fate))
            return
        try:
            self._land(ledger, envelope, verified, watched=fate.watched)
        finally:
            self._release(lambda held: held.fate.behind_next and held.due_height <= ledger.chain.tip.height)

    def _land(self, ledger: Ledger, envelope: Envelope, verified: bool, *, watched: bool = False) -> None:
        for listener in self.on_submit:
            listener(envelope)
        if not (watched and self.trader is not None and self.trader.attack(envelope)):
            ledger.offer(envelope, verified=verified)

    def _hold(self, ledger: Ledger, held: _Held) -> None:
        if self._ledger is None:
            self._ledger = ledger
            ledger.on_block.append(self._opened)
        self._held.append(held)

    def _opened(self, block: Block) -> None:
        self._release(lambda held: held.due_height <= block.height)

    def _release(self, due: Callable[[_Held], bool]) -> None:
        ready = [held for held in self._held if due(held)]
        if not ready:
            return
        self._held = [held for held in self._held if held not in ready]
        assert self._ledger is not None
        for held in ready:
            with suppress(TransactionRefusedError):  # its client has its answer long since
                self._land(self._ledger, held.envelope, held.verified, watched=held.fate.watched)
