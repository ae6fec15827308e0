"""The ledger: the SVM plus what a validator's bank does around it. Sync, no I/O; one thread only."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from solders.account import Account as SvmAccount
from solders.pubkey import Pubkey

from sniperforge.domain.chain import Account
from sniperforge.errors import ConfigError
from sniperforge.localnet.ledger.bank import Bank, Execution, Simulation
from sniperforge.localnet.ledger.chain import FIRST_SLOT, LAGGING_STATES, Chain
from sniperforge.localnet.ledger.compute_price import note_price
from sniperforge.localnet.ledger.envelope import open_envelope
from sniperforge.localnet.ledger.leader_queue import LeaderQueue
from sniperforge.localnet.ledger.pace import MAINNET_PACE
from sniperforge.localnet.ledger.records import History, TransactionRecord
from sniperforge.localnet.ledger.sysvars import Sysvars
from sniperforge.localnet.ledger.vm import GONE, Vm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sniperforge.localnet.ledger.chain import Block
    from sniperforge.localnet.ledger.envelope import Envelope
    from sniperforge.localnet.ledger.pace import Commitment, SlotProfile
    from sniperforge.localnet.ledger.past import Archive, Past
    from sniperforge.localnet.ledger.state_view import StateView

KEPT_RECORDS: Final = 20_000

WARPED_BLOCKS: Final = 512
"""Blocks that a warp opens at most."""

RENT_EXEMPT: Final = 2**64 - 1
"""Rent epoch of accounts that never pay rent: all of them, nowadays."""

Change = tuple[str, SvmAccount]
"""Address, and the account as it is now; 0 lamports when it is gone."""


class Ledger:
    """One chain. Everything that happens to it goes through here, in one thread.

    Records beyond ``keep_records`` are dropped from memory once confirmed, so memory stays bounded at about
    3 KB each; statuses are kept longer, see :mod:`.records`. Nothing here is on disk: what listens to it
    may keep it, and :meth:`read_from` gives it back.

    Args:
        seed: makes the genesis hash; two ledgers of one seed share it.
        profile: pace and commitment depths.
        now: the wall clock, Unix seconds; drives ``unix_timestamp``.
        keep_records: records held in memory.
        first_slot: of the first block.
        ahead: seconds by which the chain's clock is ahead of ``now``.
        past: what it goes on from, with the same seed and first slot; its ``ahead`` counts then.

    Attributes:
        ahead: as it is now; time passes by :meth:`warp` too.
        chain: blocks, hashes and commitment.
        history: what landed.
        vm: accounts and their index.
        bank: executes on them.
        on_landed: called with each record and the accounts it wrote, right after it landed.
        on_closing: called with the newest block before it closes, and with that may become confirmed.
        on_block: called with each block as it opens.
        on_rollback: called with a block that was dropped, what had landed in it, and the accounts that it
            had written, as they are again.
    """

    def __init__(
        self,
        seed: bytes,
        profile: SlotProfile,
        now: Callable[[], float],
        *,
        keep_records: int = KEPT_RECORDS,
        first_slot: int = FIRST_SLOT,
        ahead: float = 0.0,
        past: Past | None = None,
    ) -> None:
        self.profile = profile
        self.ahead = ahead if past is None else past.ahead
        started = now() + ahead if past is None else past.started
        self.chain = Chain(seed, profile, started, first_slot=first_slot)
        self.history = History(keep_records)
        self.vm = Vm()
        self.on_landed: list[Callable[[TransactionRecord, Sequence[Change]], None]] = []
        self.on_closing: list[Callable[[Block], None]] = []
        self.on_block: list[Callable[[Block], None]] = []
        self.on_rollback: list[Callable[[Block, Sequence[TransactionRecord], Sequence[Change]], None]] = []
        self.bank = Bank(self.chain, self.vm)
        self._queue = LeaderQueue(self.submit)
        self._now = now
        self._sysvars = Sysvars(self.vm, profile.slot_hashes, self.chain.tip)
        if past is not None:
            self._resume(past)
        self.advance()  # the first block is final from the start and stays empty

    @property
    def genesis_hash(self) -> str:
        """Base58; the identity of the network."""
        return self.chain.genesis_hash

    def advance(self, slots: int = 1) -> Block:
        """Close the block and open the next one ``slots`` later; the slots between are skipped."""
        for listener in self.on_closing:
            listener(self.chain.tip)
        return self._open(self.chain.tip.slot + slots)

    def warp(self, slots: int) -> Block:
        """Let ``slots`` slots pass at once, and their time with them.

        The last :data:`WARPED_BLOCKS` at most get blocks, enough for every blockhash to expire and every
        transaction to be final; those before are skipped.
        """
        self.ahead += slots * (self.profile.slot_ms or MAINNET_PACE.slot_ms) / 1000
        blocks = min(slots, WARPED_BLOCKS)
        self.advance(slots - blocks + 1)
        for _ in range(blocks - 1):
            self.advance()
        return self.chain.tip

    def rollback(self) -> list[TransactionRecord]:
        """Drop the newest block, as a fork that loses, and open another one after its parent.

        Returns:
            What had landed in it, in order: none of it has happened.

        Raises:
            ConfigError: with this profile a block is confirmed at once, and what is confirmed stays.
        """
        if self.profile.confirm_slots == 0:
            raise ConfigError("with confirm_slots 0 all blocks are confirmed at once and stay")
        records = self.history.drop(self.chain.tip.slot)
        dropped = self.chain.drop_tip()
        written = list(dropped.replaced)
        self.vm.undo(dropped.replaced)
        for record in records:
            self.bank.forget(record.envelope)
        for listener in self.on_rollback:
            listener(dropped, records, [(name, self._now_at(name)) for name in written])
        opened = self._open(dropped.slot + 1)
        opened.set_directly |= dropped.set_directly  # these stay
        return records

    def read_from(self, archive: Archive) -> None:
        """What is no longer in memory is in ``archive``: it has every closed block."""
        self.chain.archive = self.history.archive = archive

    def view(self, commitment: Commitment) -> StateView:
        """The accounts as of ``commitment``."""
        return self.view_of(self.chain.at(commitment))

    def view_of(self, block: Block) -> StateView:
        """The accounts at the end of ``block``, final since at most :data:`.chain.LAGGING_STATES` blocks."""
        return self.bank.view_of(block)

    def account(self, address: str) -> Account | None:
        """The account at ``address``; ``None`` when it does not exist."""
        found = self.vm.get(Pubkey.from_string(address))
        if found is None:
            return None
        return Account(address, str(found.owner), found.lamports, found.data, found.executable)

    def set_account(self, account: Account) -> None:
        """Create or overwrite an account outside any transaction; 0 lamports delete it.

        It is so at every commitment from now on. Nobody is told.
        """
        owner = Pubkey.from_string(account.owner)
        held = SvmAccount(account.lamports, account.data, owner, account.executable, RENT_EXEMPT)
        with self._at_every_commitment():
            self.vm.put(Pubkey.from_string(account.address), held)

    def add_program(self, address: str, elf: bytes) -> None:
        """Deploy a program, at every commitment.

        Raises:
            ConfigError: the SVM cannot load the file.
        """
        with self._at_every_commitment():
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
        return self._publish(self.bank.execute(envelope, verified=verified))

    def offer(self, envelope: Envelope, *, verified: bool = False) -> None:
        """Like :meth:`submit`, but what the block has no room for waits for the next, best price first.

        Raises:
            TransactionRefusedError: it will not land.
        """
        self._queue.offer(envelope, verified=verified)

    def submit_together(
        self, envelopes: Sequence[Envelope], *, verified: bool = False
    ) -> list[TransactionRecord]:
        """Execute all of ``envelopes`` one after the other in one block, or none: a bundle.

        Raises:
            BundleRefusedError: one did not land or failed; nothing has happened.
        """
        if self.profile.instant:
            self.advance()
        executions = self.bank.execute_all(envelopes, verified=verified)
        return [self._publish(execution) for execution in executions]

    def simulate(
        self, envelope: Envelope, *, any_hash: bool = False, commitment: Commitment = "processed"
    ) -> Simulation:
        """Run ``envelope`` without effect; its signatures are the caller's business.

        Args:
            envelope: the decoded transaction.
            any_hash: skip the checks of blockhash and duplicates.
            commitment: whose state and clock it meets.
        """
        if self.profile.instant and int(self._clock()) > self.chain.tip.time:
            self.advance()  # no timer moves this network's clock, and programs read it
        return self.bank.simulate_on(self.view(commitment), envelope, any_hash=any_hash)

    def hash_alive(self, envelope: Envelope, commitment: Commitment = "processed") -> bool:
        """Whether ``envelope``'s blockhash or durable nonce may be used, as of ``commitment``."""
        return self.bank.usable_on(self.view(commitment), envelope)

    def _resume(self, past: Past) -> None:
        self.chain.resume(past.blocks)
        self.history.archived = self.chain.tip.total
        self._sysvars.resume(past.blocks)
        self.vm.load(past.accounts)

    def _clock(self) -> float:
        return self._now() + self.ahead

    def _open(self, slot: int) -> Block:
        parent = self.chain.tip
        block = self.chain.open_block(slot, self._clock())
        self.vm.replaced = block.replaced
        self._sysvars.open_block(parent, block)
        for listener in self.on_block:
            listener(block)
        self._queue.block_opened()
        return block

    def _now_at(self, name: str) -> SvmAccount:
        return self.vm.get(Pubkey.from_string(name)) or GONE

    @contextmanager
    def _at_every_commitment(self) -> Iterator[None]:
        block, self.vm.replaced = self.chain.tip, {}
        try:
            yield
        finally:
            block.set_directly.update(self.vm.replaced)
            for name in self.vm.replaced:
                for kept in self.chain.recent(LAGGING_STATES + self.profile.finalize_slots):
                    kept.replaced.pop(name, None)
            self.vm.replaced = block.replaced

    def _publish(self, execution: Execution) -> TransactionRecord:
        record, changes = self._record(execution), _changes(execution)
        for listener in self.on_landed:
            listener(record, changes)
        return record

    def _record(self, execution: Execution) -> TransactionRecord:
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


def _changes(execution: Execution) -> list[Change]:
    """What was written: every writable account of a success, of a failure only what differs."""
    loaded, before, after = execution.loaded, execution.before, execution.after
    found = []
    for position in loaded.writable:
        lamports, account = after[position]
        untouched_program = account is None and lamports > 0
        if not untouched_program and (execution.err is None or after[position] != before[position]):
            found.append((loaded.names[position], account or GONE))
    return found
