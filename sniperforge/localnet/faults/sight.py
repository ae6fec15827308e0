"""A ledger as a bad node sees or tells it: blocks behind or ahead, without the newest hashes, forgetful."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from solders.hash import Hash

from sniperforge.localnet.faults.dice import NodeFate
from sniperforge.localnet.ledger.bank import Simulation
from sniperforge.localnet.ledger.refusals import BLOCKHASH_NOT_FOUND

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sniperforge.localnet.faults.dice import FaultDice
    from sniperforge.localnet.ledger.chain import Block, Chain
    from sniperforge.localnet.ledger.envelope import Envelope
    from sniperforge.localnet.ledger.ledger import Ledger
    from sniperforge.localnet.ledger.pace import Commitment
    from sniperforge.localnet.ledger.past import Place
    from sniperforge.localnet.ledger.records import History, Status, TransactionRecord
    from sniperforge.localnet.ledger.state_view import StateView


def seen_through(ledger: Ledger, dice: FaultDice) -> Ledger:
    """``ledger`` as the node sees it that answers one request.

    Slots, heights, hashes, statuses, transactions and account state are as of then.
    """
    fate = dice.node()
    if fate == NodeFate() and not dice.plan.not_found:
        return ledger
    return cast("Ledger", _SeenLedger(ledger, fate, dice))


def behind_sight(ledger: Ledger) -> Ledger:
    """The ledger itself, whoever looks at it."""
    seen: object = ledger
    return seen.real if isinstance(seen, _SeenLedger) else ledger


class _SeenLedger:
    """Passes on what it does not change."""

    def __init__(self, ledger: Ledger, fate: NodeFate, dice: FaultDice) -> None:
        self.real = ledger
        self.genesis_hash = _another(ledger.genesis_hash) if fate.wrong_genesis else ledger.genesis_hash
        self.chain = _SeenChain(ledger.chain, fate)
        self.history = _SeenHistory(ledger.history, self.chain.tip.slot, dice)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def view(self, commitment: Commitment) -> StateView:
        return self.real.view_of(self.chain.at(commitment))

    def simulate(
        self, envelope: Envelope, *, any_hash: bool = False, commitment: Commitment = "processed"
    ) -> Simulation:
        if not any_hash and self._unheard_of(envelope):
            return Simulation(BLOCKHASH_NOT_FOUND, None, None, {})
        return self.real.bank.simulate_on(self.view(commitment), envelope, any_hash=any_hash)

    def hash_alive(self, envelope: Envelope, commitment: Commitment = "processed") -> bool:
        known = not self._unheard_of(envelope)
        return known and self.real.bank.usable_on(self.view(commitment), envelope)

    def _unheard_of(self, envelope: Envelope) -> bool:
        known = self.real.chain.usable(envelope.blockhash) is not None
        return known and self.chain.usable(envelope.blockhash) is None


def _another(genesis_hash: str) -> str:
    return str(Hash.from_bytes(hashlib.sha256(f"not {genesis_hash}".encode()).digest()))


class _SeenChain:
    def __init__(self, chain: Chain, fate: NodeFate) -> None:
        self._chain = chain
        self._lag = fate.lag
        self._ahead = fate.ahead
        self._fresh_hashes = fate.fresh_hashes
        self.tip = self._told(chain.recent(fate.lag + 1)[0])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chain, name)

    def at(self, commitment: Commitment) -> Block:
        depth = self._chain.tip.height - self._chain.at(commitment).height
        return self._told(self._chain.recent(self._lag + depth + 1)[0])

    def _told(self, block: Block) -> Block:
        if not self._ahead:
            return block
        return replace(block, slot=block.slot + self._ahead, height=block.height + self._ahead)

    def usable(self, blockhash: str) -> Block | None:
        block = self._chain.usable(blockhash)
        newest = self.tip if self._fresh_hashes else self.at("finalized")
        return block if block is not None and block.height <= newest.height else None

    def in_slot(self, slot: int) -> Block | None:
        return self._chain.in_slot(slot) if slot <= self.tip.slot else None

    def slots(self) -> Iterable[int]:
        return (slot for slot in self._chain.slots() if slot <= self.tip.slot)

    def recent(self, count: int) -> list[Block]:
        known = self._chain.recent(count + self._lag)
        return [block for block in known if block.height <= self.tip.height][-count:]


class _SeenHistory:
    def __init__(self, history: History, newest: int, dice: FaultDice) -> None:
        self._history = history
        self._newest = newest
        self._dice = dice

    def __getattr__(self, name: str) -> Any:
        return getattr(self._history, name)

    def status(self, signature: str) -> Status | None:
        found = self._history.status(signature)
        return found if found is not None and self._knows(found.slot) else None

    def record(self, signature: str) -> TransactionRecord | None:
        found = self._history.record(signature)
        return found if found is not None and self._knows(found.slot) else None

    def of_address(self, address: str, before: Place | None = None) -> Iterator[TransactionRecord]:
        found = self._history.of_address(address, before)
        return (record for record in found if record.slot <= self._newest)

    def _knows(self, slot: int) -> bool:
        return slot <= self._newest and not self._dice.forgets()
