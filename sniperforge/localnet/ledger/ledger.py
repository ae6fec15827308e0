"""The ledger: the SVM plus what a validator's bank does around it. Sync, no I/O; one thread only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from solders.account import Account as SvmAccount
from solders.pubkey import Pubkey

from sniperforge.domain.chain import Account
from sniperforge.localnet.ledger.chain import FIRST_SLOT, Chain
from sniperforge.localnet.ledger.compute_price import note_price
from sniperforge.localnet.ledger.envelope import Envelope, open_envelope
from sniperforge.localnet.ledger.lookups import LoadedKeys, load_keys
from sniperforge.localnet.ledger.nonces import (
    durable_nonce,
    is_nonce,
    nonce_usable,
    stored_nonce,
    with_nonce,
)
from sniperforge.localnet.ledger.records import History, TransactionRecord
from sniperforge.localnet.ledger.refusals import (
    ALREADY_PROCESSED,
    BLOCKHASH_NOT_FOUND,
    TransactionRefusedError,
)
from sniperforge.localnet.ledger.sysvars import Sysvars
from sniperforge.localnet.ledger.vm import GONE, Held, Vm

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from solders.transaction_metadata import TransactionMetadata

    from sniperforge.localnet.ledger.chain import Block
    from sniperforge.localnet.ledger.pace import SlotProfile

KEPT_RECORDS: Final = 20_000
RENT_EXEMPT: Final = 2**64 - 1
"""Rent epoch of accounts that never pay rent: all of them, nowadays."""

Change = tuple[str, SvmAccount]
"""Address, and the account as it is now; 0 lamports when it is gone."""


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
class _Execution:
    envelope: Envelope
    loaded: LoadedKeys
    err: Any
    meta: TransactionMetadata
    before: Sequence[Held]
    after: Sequence[Held]


class Ledger:
    """One chain. Everything that happens to it goes through here, in one thread.

    Records beyond ``keep_records`` are dropped from memory once confirmed (nothing is on disk yet), so
    memory stays bounded at about 3 KB each; statuses are kept longer, see :mod:`.records`.

    Args:
        seed: makes the genesis hash; two ledgers of one seed share it.
        profile: pace and commitment depths.
        now: the wall clock, Unix seconds; drives ``unix_timestamp``.
        keep_records: records held in memory.
        first_slot: of the first block.

    Attributes:
        chain: blocks, hashes and commitment.
        history: what landed.
        vm: accounts, their index, and execution.
        on_landed: called with each record and the accounts it wrote, right after it landed.
        on_block: called with each block as it opens.
    """

    def __init__(
        self,
        seed: bytes,
        profile: SlotProfile,
        now: Callable[[], float],
        *,
        keep_records: int = KEPT_RECORDS,
        first_slot: int = FIRST_SLOT,
    ) -> None:
        self.profile = profile
        self.chain = Chain(seed, profile, now(), first_slot=first_slot)
        self.history = History(keep_records)
        self.vm = Vm()
        self.on_landed: list[Callable[[TransactionRecord, Sequence[Change]], None]] = []
        self.on_block: list[Callable[[Block], None]] = []
        self._now = now
        self._sysvars = Sysvars(self.vm.svm, profile.slot_hashes, self.chain.tip.time)
        self.advance()  # the first block is final from the start and stays empty

    @property
    def genesis_hash(self) -> str:
        """Base58; the identity of the network."""
        return self.chain.genesis_hash

    def advance(self, slots: int = 1) -> Block:
        """Close the block and open the next one ``slots`` later; the slots between are skipped."""
        self._sysvars.close_block(self.chain.tip)
        block = self.chain.open_block(self.chain.tip.slot + slots, self._now())
        self._sysvars.open_block(block)
        for listener in self.on_block:
            listener(block)
        return block

    def account(self, address: str) -> Account | None:
        """The account at ``address``; ``None`` when it does not exist."""
        found = self.vm.get(Pubkey.from_string(address))
        if found is None:
            return None
        return Account(address, str(found.owner), found.lamports, found.data, found.executable)

    def set_account(self, account: Account) -> None:
        """Create or overwrite an account outside any transaction; 0 lamports delete it. Nobody is told."""
        owner = Pubkey.from_string(account.owner)
        held = SvmAccount(account.lamports, account.data, owner, account.executable, RENT_EXEMPT)
        self.vm.put(Pubkey.from_string(account.address), held)

    def add_program(self, address: str, elf: bytes) -> None:
        """Deploy a program.

        Raises:
            ConfigError: the SVM cannot load the file.
        """
        self.vm.add_program(Pubkey.from_string(address), elf)

    def send(self, raw: bytes) -> TransactionRecord:
        """Decode and :meth:`submit` the wire bytes of one signed transaction.

        Raises:
            UnreadableTransactionError: ``raw`` is no transaction.
            TransactionRefusedError: it did not land.
        """
        return self.submit(open_envelope(raw))

    def submit(self, envelope: Envelope, *, verified: bool = False) -> TransactionRecord:
        """Execute and record ``envelope``; a failed transaction lands too and pays its fee.

        Args:
            envelope: the decoded transaction.
            verified: its signatures have been checked already.

        Raises:
            TransactionRefusedError: it did not land: duplicate, dead hash, bad signature, no payer.
        """
        if self.profile.instant:
            self.advance()
        nonce = self._admit(envelope)
        if not verified:
            envelope.verify()
        loaded = load_keys(envelope, self.vm.get)
        before = self.vm.snapshot(loaded)
        err, meta = self.vm.execute(envelope.transaction, envelope.keys[0])
        self._mark_seen(envelope)
        after = self.vm.reread(loaded, before)
        self._settle_nonces(loaded, before, after, nonce)
        execution = _Execution(envelope, loaded, err, meta, before, after)
        record, changes = self._record(execution), _changes(execution)
        for listener in self.on_landed:
            listener(record, changes)
        return record

    def simulate(self, envelope: Envelope, *, any_hash: bool = False) -> Simulation:
        """Run ``envelope`` without effect; its signatures are the caller's business.

        Args:
            envelope: the decoded transaction.
            any_hash: skip the checks of blockhash and duplicates.
        """
        if self.profile.instant and int(self._now()) > self.chain.tip.time:
            self.advance()  # no timer moves this network's clock, and programs read it
        try:
            if not any_hash:
                self._admit(envelope)
            loaded = load_keys(envelope, self.vm.get)
        except TransactionRefusedError as refusal:
            return Simulation(refusal.err, None, None, {})
        err, meta, accounts = self.vm.simulate(envelope.transaction)
        return Simulation(err, meta, loaded, accounts)

    def hash_alive(self, envelope: Envelope) -> bool:
        """Whether ``envelope``'s blockhash or durable nonce may be used now."""
        if self.chain.usable(envelope.blockhash) is not None:
            return True
        return nonce_usable(envelope, self.vm.get, self.chain.tip.hash_bytes) is not None

    def _admit(self, envelope: Envelope) -> Pubkey | None:
        block = self.chain.usable(envelope.blockhash)
        if block is not None:
            if envelope.digest in block.seen:
                raise TransactionRefusedError(ALREADY_PROCESSED)
            return None
        nonce = nonce_usable(envelope, self.vm.get, self.chain.tip.hash_bytes)
        if nonce is None:
            raise TransactionRefusedError(BLOCKHASH_NOT_FOUND)
        return nonce

    def _mark_seen(self, envelope: Envelope) -> None:
        block = self.chain.usable(envelope.blockhash)
        if block is not None:
            block.seen.add(envelope.digest)

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
                settled = with_nonce(account, durable_nonce(self.chain.tip.hash_bytes))
                self.vm.put(key, settled)
                after[position] = (lamports, settled)

    def _record(self, execution: _Execution) -> TransactionRecord:
        block, envelope, loaded = self.chain.tip, execution.envelope, execution.loaded
        record = TransactionRecord(
            signature=envelope.signature,
            slot=block.slot,
            block_time=block.time,
            position=block.landed,
            envelope=envelope,
            loaded=loaded,
            err=execution.err,
            fee=execution.meta.fee(),
            meta=execution.meta,
            pre_lamports=tuple([held[0] for held in execution.before]),
            post_lamports=tuple([held[0] for held in execution.after]),
            pre_tokens=self.vm.holdings(execution.before),
            post_tokens=self.vm.holdings(execution.after),
        )
        block.landed += 1
        block.total += 1
        note_price(block, envelope, loaded)
        self.history.add(record, self.chain.at("confirmed").slot)
        return record


def _nonce_moved(before: SvmAccount | None, after: SvmAccount) -> bool:
    return before is None or not is_nonce(before) or stored_nonce(before) != stored_nonce(after)


def _changes(execution: _Execution) -> list[Change]:
    """What was written: every writable account of a success, of a failure only what differs."""
    loaded, before, after = execution.loaded, execution.before, execution.after
    found = []
    for position in loaded.writable:
        lamports, account = after[position]
        untouched_program = account is None and lamports > 0
        if not untouched_program and (execution.err is None or after[position] != before[position]):
            found.append((loaded.names[position], account or GONE))
    return found
