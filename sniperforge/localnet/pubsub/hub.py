"""All subscriptions of a network: what happens on the ledger becomes notifications, at their commitment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from sniperforge.localnet.faults.switch import Faults
from sniperforge.localnet.pubsub.progress import (
    LATER,
    Progress,
    created_update,
    dropped_update,
    frozen_update,
    reached_update,
)
from sniperforge.localnet.pubsub.subscription import ALL, Interest, Subscription

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from solders.account import Account

    from sniperforge.localnet.ledger.chain import Block
    from sniperforge.localnet.ledger.ledger import Change, Ledger
    from sniperforge.localnet.ledger.pace import Commitment
    from sniperforge.localnet.ledger.records import TransactionRecord
    from sniperforge.localnet.pubsub.outbox import Outbox

_Waiting = dict[int, dict[tuple[int, str], tuple[Subscription, bytes]]]
"""By slot; then by subscription and subject, so that of several writes in a slot the last one is told."""


class Hub:
    """Watches one ledger and tells whoever subscribed.

    Args:
        ledger: to watch.
        faults: lose and double notifications.
    """

    def __init__(self, ledger: Ledger, faults: Faults | None = None) -> None:
        self.ledger = ledger
        self._faults = faults or Faults()
        self._next = 1
        self._topics: dict[tuple[str, str], dict[int, Subscription]] = {}
        self._waiting: dict[Commitment, _Waiting] = {commitment: {} for commitment in LATER}
        self._progress = Progress(ledger.chain)
        self._frozen = ledger.chain.tip.parent_slot
        self._root = ledger.chain.at("finalized").slot
        ledger.on_landed.append(self._landed)
        ledger.on_block.append(self._opened)
        ledger.on_rollback.append(self._rolled_back)

    def __len__(self) -> int:
        return sum(map(len, self._topics.values()))

    def subscribe(self, interest: Interest, outbox: Outbox) -> Subscription:
        """Register ``interest``; the caller answers the client, then calls :meth:`catch_up`."""
        subscription = Subscription(self._next, interest, outbox)
        self._next += 1
        self._topics.setdefault((interest.kind, interest.topic), {})[subscription.number] = subscription
        return subscription

    def catch_up(self, subscription: Subscription) -> None:
        """Tell a signature subscription at once when its transaction has landed already."""
        interest = subscription.interest
        if interest.kind != "signature":
            return
        status = self.ledger.history.status(interest.topic)
        if status is not None:
            self._tell(subscription, status.slot, interest.topic, _outcome(status.slot, status.err))

    def unsubscribe(self, subscription: Subscription) -> None:
        """Forget ``subscription``. Safe to call twice."""
        topic = (subscription.interest.kind, subscription.interest.topic)
        members = self._topics.get(topic, {})
        members.pop(subscription.number, None)
        if not members:
            self._topics.pop(topic, None)

    def alive(self, subscription: Subscription) -> bool:
        """Whether ``subscription`` is still registered."""
        return subscription.number in self._topics.get(
            (subscription.interest.kind, subscription.interest.topic), {}
        )

    def _of(self, kind: str, topic: str) -> Iterable[Subscription]:
        return self._topics.get((kind, topic), {}).values()

    # --- what happens on the ledger ---

    def _landed(self, record: TransactionRecord, changes: Sequence[Change]) -> None:
        if not self._topics:
            return
        for address, account in changes:
            self._written(record.slot, address, account)
        self._logged(record)
        for subscription in list(self._of("signature", record.signature)):
            if subscription.interest.received:
                self._deliver(subscription, _result(record.slot, "receivedSignature"))
            outcome = _outcome(record.slot, record.err)
            self._tell(subscription, record.slot, record.signature, outcome)

    def _written(self, slot: int, address: str, account: Account, *, newest_only: bool = False) -> None:
        def wanted(kind: str, topic: str) -> list[Subscription]:
            every = self._of(kind, topic)
            return [one for one in every if not newest_only or one.interest.commitment == "processed"]

        for subscription in wanted("account", address):
            form = subscription.interest.form
            assert form is not None
            self._tell(subscription, slot, address, _result(slot, form.show(address, account)))
        for subscription in wanted("program", str(account.owner)):
            interest = subscription.interest
            assert interest.form is not None
            if all(matches(account) for matches in interest.filters):
                shown = {"pubkey": address, "account": interest.form.show(address, account)}
                self._tell(subscription, slot, address, _result(slot, shown))

    def _logged(self, record: TransactionRecord) -> None:
        listeners = list(self._log_listeners(record))
        if not listeners:
            return
        result = _result(
            record.slot, {"signature": record.signature, "err": record.err, "logs": record.meta.logs()}
        )
        for subscription in listeners:
            self._tell(subscription, record.slot, record.signature, result)

    def _log_listeners(self, record: TransactionRecord) -> Iterator[Subscription]:
        yield from self._of("logs", ALL)
        for name in dict.fromkeys(record.loaded.names):
            yield from self._of("logs", name)

    def _opened(self, block: Block) -> None:
        root = self.ledger.chain.at("finalized").slot
        slot = msgspec.json.encode({"parent": block.parent_slot, "root": root, "slot": block.slot})
        for subscription in self._of("slot", ALL):
            self._deliver(subscription, slot)
        for update in self._opened_updates(block) if self._of("slotsUpdates", ALL) else ():
            self._update(update)
        self._frozen = block.parent_slot
        for commitment in LATER:
            self._flush(commitment)
        for commitment, reached in self._progress.reached():
            self._update(reached_update(commitment, reached, block.time))
            self._show_block(commitment, reached)
        if root != self._root:
            self._root = root
            for subscription in self._of("root", ALL):
                self._deliver(subscription, b"%d" % root)

    def _opened_updates(self, block: Block) -> Iterator[dict[str, Any]]:
        if block.parent_slot != self._frozen:  # it is when the block after it was rolled back
            yield from frozen_update(self.ledger, block)
        yield created_update(block)

    def _rolled_back(
        self, block: Block, _records: Sequence[TransactionRecord], restored: Sequence[Change]
    ) -> None:
        """What waited for ``block`` is never told; who follows the newest state hears what it is again."""
        for waiting in self._waiting.values():
            waiting.pop(block.slot, None)
        self._update(dropped_update(block))
        for address, account in restored:
            self._written(block.parent_slot, address, account, newest_only=True)

    def _update(self, update: dict[str, Any]) -> None:
        for subscription in self._of("slotsUpdates", ALL):
            self._deliver(subscription, msgspec.json.encode(update))

    def _show_block(self, commitment: Commitment, block: Block) -> None:
        for (kind, _), subscriptions in list(self._topics.items()):
            for subscription in subscriptions.values() if kind == "block" else ():
                interest = subscription.interest
                if interest.commitment == commitment and interest.block is not None:
                    value = interest.block.show(self.ledger, block)
                    if value is not None:
                        self._deliver(subscription, _result(block.slot, value))

    # --- commitment ---

    def _tell(self, subscription: Subscription, slot: int, subject: str, result: bytes) -> None:
        commitment = subscription.interest.commitment
        if slot <= self.ledger.chain.at(commitment).slot:
            self._send(subscription, result)
            return
        waiting = self._waiting[commitment].setdefault(slot, {})
        waiting[subscription.number, subject] = (subscription, result)

    def _flush(self, commitment: Commitment) -> None:
        reached, waiting = self.ledger.chain.at(commitment).slot, self._waiting[commitment]
        for slot in [slot for slot in waiting if slot <= reached]:
            for subscription, result in waiting.pop(slot).values():
                if self.alive(subscription):
                    self._send(subscription, result)

    def _send(self, subscription: Subscription, result: bytes) -> None:
        self._deliver(subscription, result)
        if subscription.interest.kind == "signature":
            self.unsubscribe(subscription)

    def _deliver(self, subscription: Subscription, result: bytes) -> None:
        dice = self._faults.dice
        if dice is None:
            subscription.tell(result)
            return
        for _ in range(dice.copies()):
            subscription.tell(result)


def _result(slot: int, value: Any) -> bytes:
    return msgspec.json.encode({"context": {"slot": slot}, "value": value})


def _outcome(slot: int, err: Any) -> bytes:
    return _result(slot, {"err": err})
