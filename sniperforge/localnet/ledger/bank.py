"""Executing transactions on the newest state: hashes, nonces, duplicates, work. Keeps no records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sniperforge.localnet.ledger.lookups import load_keys
from sniperforge.localnet.ledger.nonces import (
    durable_nonce,
    is_nonce,
    nonce_usable,
    stored_nonce,
    with_nonce,
)
from sniperforge.localnet.ledger.refusals import (
    ALREADY_PROCESSED,
    BLOCKHASH_NOT_FOUND,
    BundleRefusedError,
    TransactionRefusedError,
)
from sniperforge.localnet.ledger.state_view import StateView
from sniperforge.localnet.ledger.sysvars import CLOCK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solders.account import Account as SvmAccount
    from solders.pubkey import Pubkey
    from solders.transaction_metadata import TransactionMetadata

    from sniperforge.localnet.ledger.chain import Block, Chain
    from sniperforge.localnet.ledger.envelope import Envelope
    from sniperforge.localnet.ledger.lookups import LoadedKeys
    from sniperforge.localnet.ledger.vm import Held, Vm


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a transaction would do now.

    Attributes:
        err: ``TransactionError`` as JSON, ``None`` on success.
        meta: the SVM's report; ``None`` when it never ran.
        loaded: all its keys; ``None`` when it never ran.
        accounts: every account it holds as it would be afterwards; empty when it failed.
    """

    err: Any
    meta: TransactionMetadata | None
    loaded: LoadedKeys | None
    accounts: dict[str, SvmAccount]


@dataclass(frozen=True, slots=True)
class Execution:
    """What a transaction did.

    Attributes:
        envelope, loaded: the transaction and all its keys.
        err: ``TransactionError`` as JSON, ``None`` on success.
        meta: the SVM's report.
        before, after: what its keys held.
    """

    envelope: Envelope
    loaded: LoadedKeys
    err: Any
    meta: TransactionMetadata
    before: Sequence[Held]
    after: Sequence[Held]


class Bank:
    """Executes on the newest block of one chain.

    Args:
        chain: blocks and their hashes.
        vm: the accounts.
    """

    def __init__(self, chain: Chain, vm: Vm) -> None:
        self._chain = chain
        self._vm = vm
        self._newest: StateView | None = None

    def view_of(self, block: Block) -> StateView:
        """The accounts at the end of ``block``."""
        if block is not self._chain.tip:
            return StateView(self._vm, block, [newer.replaced for newer in self._chain.newer_than(block)])
        if self._newest is None or self._newest.block is not block:
            self._newest = StateView(self._vm, block, ())
        return self._newest

    def execute(self, envelope: Envelope, *, verified: bool) -> Execution:
        """Execute ``envelope``, whether it succeeds or fails.

        Raises:
            TransactionRefusedError: it does not land: duplicate, dead hash, bad signature, no payer, no room.
        """
        nonce = self._admit(envelope, self.view_of(self._chain.tip))
        if not verified:
            envelope.verify()
        loaded = load_keys(envelope, self._vm.get)
        full = self._chain.tip.work.refusal(envelope, loaded)
        if full is not None:
            raise TransactionRefusedError(full)
        before = self._vm.snapshot(loaded)
        err, meta = self._vm.execute(envelope.transaction, envelope.keys[0])
        self._mark_seen(envelope)
        after = self._vm.reread(loaded, before)
        self._settle_nonces(loaded, before, after, nonce)
        self._chain.tip.work.add(envelope, loaded, meta.compute_units_consumed())
        return Execution(envelope, loaded, err, meta, before, after)

    def execute_all(self, envelopes: Sequence[Envelope], *, verified: bool) -> list[Execution]:
        """Execute all of ``envelopes`` one after the other, or none.

        Raises:
            BundleRefusedError: one was refused or failed; nothing has happened.
        """
        outer, self._vm.replaced = self._vm.replaced, {}
        block, work = self._chain.tip, self._chain.tip.work.copy()
        executions: list[Execution] = []
        try:
            for position, envelope in enumerate(envelopes):
                execution = self._execute_for(position, envelope, verified=verified)
                executions.append(execution)
        except BundleRefusedError:
            self._vm.undo(self._vm.replaced)
            block.work = work
            for execution in executions:
                self.forget(execution.envelope)
            raise
        finally:
            for name, account in self._vm.replaced.items():
                outer.setdefault(name, account)
            self._vm.replaced = outer
        return executions

    def simulate_on(self, view: StateView, envelope: Envelope, *, any_hash: bool = False) -> Simulation:
        """Run ``envelope`` without effect on the state and clock of ``view``.

        Args:
            view: what it meets.
            envelope: the transaction; its signatures are the caller's business.
            any_hash: skip the checks of blockhash and duplicates.
        """
        try:
            if not any_hash:
                self._admit(envelope, view)
            loaded = load_keys(envelope, view.get)
        except TransactionRefusedError as refusal:
            return Simulation(refusal.err, None, None, {})
        if not view.changed:
            err, meta, accounts = self._vm.simulate(envelope.transaction)
        else:
            with self._vm.as_of(view, loaded, (CLOCK,)):
                err, meta, accounts = self._vm.simulate(envelope.transaction)
        return Simulation(err, meta, loaded, accounts)

    def usable_on(self, view: StateView, envelope: Envelope) -> bool:
        """Whether the blockhash or durable nonce of ``envelope`` may be used, as of ``view``."""
        if self._hash_block(envelope, view) is not None:
            return True
        return self._nonce(envelope, view) is not None

    def forget(self, envelope: Envelope) -> None:
        """``envelope`` has not landed after all."""
        block = self._chain.usable(envelope.blockhash)
        if block is not None:
            block.seen.pop(envelope.digest, None)

    def _execute_for(self, position: int, envelope: Envelope, *, verified: bool) -> Execution:
        try:
            execution = self.execute(envelope, verified=verified)
        except TransactionRefusedError as refusal:
            raise BundleRefusedError(position, refusal.err) from None
        if execution.err is not None:
            self.forget(envelope)
            raise BundleRefusedError(position, execution.err)
        return execution

    def _hash_block(self, envelope: Envelope, view: StateView) -> Block | None:
        block = self._chain.usable(envelope.blockhash)
        return block if block is not None and block.height <= view.block.height else None

    def _admit(self, envelope: Envelope, view: StateView) -> Pubkey | None:
        block = self._hash_block(envelope, view)
        if block is not None:
            if block.seen.get(envelope.digest, view.slot + 1) <= view.slot:
                raise TransactionRefusedError(ALREADY_PROCESSED)
            return None
        nonce = self._nonce(envelope, view)
        if nonce is None:
            raise TransactionRefusedError(BLOCKHASH_NOT_FOUND)
        return nonce

    def _nonce(self, envelope: Envelope, view: StateView) -> Pubkey | None:
        """The nonce account that lets ``envelope`` land; a closed block's own values may be used on it."""
        current = view.block.hash_bytes if view.block is self._chain.tip else b""
        return nonce_usable(envelope, view.get, current)

    def _mark_seen(self, envelope: Envelope) -> None:
        block = self._chain.usable(envelope.blockhash)
        if block is not None:
            block.seen[envelope.digest] = self._chain.tip.slot

    def _settle_nonces(
        self, loaded: LoadedKeys, before: Sequence[Held], after: list[Held], advanced: Pubkey | None
    ) -> None:
        """Give nonces the value that a validator would; ``advanced`` moves on whatever happened.

        The SVM derives the next value from the transaction's own blockhash and rolls a failed
        transaction back entirely; a validator uses the bank's hash and keeps the nonce advanced.
        """
        for position in loaded.writable:
            lamports, account = after[position]
            if account is None or not is_nonce(account):
                continue
            key = loaded.keys[position]
            if key == advanced or _nonce_moved(before[position][1], account):
                settled = with_nonce(account, durable_nonce(self._chain.tip.hash_bytes))
                self._vm.put(key, settled)
                after[position] = (lamports, settled)


def _nonce_moved(before: SvmAccount | None, after: SvmAccount) -> bool:
    return before is None or not is_nonce(before) or stored_nonce(before) != stored_nonce(after)
