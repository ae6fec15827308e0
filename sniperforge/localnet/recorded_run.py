"""Recorded runs: everything that happens to a ledger in a file, and the same again on a new ledger.

A file is lines of JSON: the ledger as it was, then each block with its time, each account set outside
transactions, each transaction that landed as its wire bytes with a digest of its outcome, each rollback,
and a hash of all accounts at the end. ``localnet/recording.py`` is about accounts that other tools recorded.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Self

from solders.pubkey import Pubkey

from sniperforge.domain.addresses import SYSTEM_PROGRAM
from sniperforge.domain.chain import Account
from sniperforge.errors import (
    ConfigError,
    DecodeError,
    NotFoundError,
    RejectedError,
    SniperForgeError,
    StorageError,
)
from sniperforge.localnet.ledger.chain import Chain
from sniperforge.localnet.ledger.ledger import Ledger
from sniperforge.localnet.ledger.pace import MAINNET_PACE, SlotProfile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sniperforge.localnet.ledger.chain import Block
    from sniperforge.localnet.ledger.ledger import Change
    from sniperforge.localnet.ledger.records import TransactionRecord

FORMAT: Final = 1
_SYSVAR_OWNER: Final = "Sysvar1111111111111111111111111111111111111"


class ReplayMismatchError(RejectedError):
    """A recording and its replay part: the file or the program that made it is another one."""


class RunRecorder:
    """Writes all that happens to ``ledger`` from now on into ``file``, until :meth:`close`.

    A disk that is full ends the recording, not the network: :meth:`close` tells.

    Args:
        seed: the ledger's own.

    Raises:
        ConfigError: ``seed`` is another one, or the ledger has forgotten its first blocks.
        StorageError: the file cannot be written.
    """

    def __init__(self, ledger: Ledger, seed: bytes, file: Path) -> None:
        self._ledger = ledger
        self._file = file
        self._error: OSError | None = None
        self._set: dict[str, Account] = {}
        head = _head(ledger, seed)
        try:
            self._out = file.open("w", encoding="utf-8")
        except OSError as error:
            raise StorageError(f"{file} cannot be written: {error}") from None
        self._write(head)
        for account in _not_in(_bare(head)[0], ledger):
            self._set[account.address] = account
            self._write(_account_line(account))
        # Before the others: what they send when a block opens comes after it.
        ledger.on_block.insert(0, self._on_block)
        ledger.on_closing.insert(0, self._on_closing)
        ledger.on_landed.insert(0, self._on_landed)
        ledger.on_rollback.insert(0, self._on_rollback)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End the recording with the hash of all accounts. Safe to call twice.

        Raises:
            StorageError: not everything could be written.
        """
        if self._out.closed:
            return
        ledger = self._ledger
        ledger.on_block.remove(self._on_block)
        ledger.on_closing.remove(self._on_closing)
        ledger.on_landed.remove(self._on_landed)
        ledger.on_rollback.remove(self._on_rollback)
        self._note_set_accounts()
        self._write({"kind": "end", "state": state_hash(ledger)})
        try:
            self._out.close()
        except OSError as error:
            self._error = self._error or error
        if self._error is not None:
            raise StorageError(f"the recording {self._file} is not whole: {self._error}")

    def _on_block(self, block: Block) -> None:
        self._set.clear()
        self._write(_block_line(block))
        self._flush()

    def _on_closing(self, _block: Block) -> None:
        self._note_set_accounts()

    def _on_landed(self, record: TransactionRecord, _changes: Sequence[Change]) -> None:
        self._note_set_accounts()
        raw = base64.b64encode(record.envelope.raw).decode()
        self._write({"kind": "transaction", "raw": raw, "outcome": outcome_digest(record)})

    def _on_rollback(self, block: Block, _records: object, _changes: object) -> None:
        self._write({"kind": "rollback", "slot": block.slot})

    def _note_set_accounts(self) -> None:
        """Accounts set since the last look, as they were before a transaction wrote them."""
        new = [self._as_set(name) for name in sorted(self._ledger.chain.tip.set_directly)]
        for account in sorted(new, key=_runs):
            if self._set.get(account.address) != account:
                self._set[account.address] = account
                self._write(_account_line(account))

    def _as_set(self, name: str) -> Account:
        gone, replaced = Account(name, SYSTEM_PROGRAM, 0, b""), self._ledger.chain.tip.replaced
        if name not in replaced:
            return self._ledger.account(name) or gone
        held = replaced[name]
        return Account(name, str(held.owner), held.lamports, held.data, held.executable) if held else gone

    def _write(self, line: dict[str, Any]) -> None:
        if self._error is None:
            try:
                self._out.write(json.dumps(line) + "\n")
            except OSError as error:
                self._error = error

    def _flush(self) -> None:
        try:
            self._out.flush()
        except OSError as error:
            self._error = self._error or error


@dataclass(frozen=True, slots=True)
class Replayed:
    """A run that happened again.

    Attributes:
        ledger: as it was at the end.
        blocks, transactions: how many of the recording came.
        whole: the recording was closed, and the hash of all accounts is its; else a kill cut it here.
    """

    ledger: Ledger
    blocks: int
    transactions: int
    whole: bool


def replay(file: Path) -> Replayed:
    """Do everything in ``file`` again on a new ledger, each outcome compared.

    Raises:
        NotFoundError: there is no such file.
        StorageError: it cannot be read.
        DecodeError: it is no recording.
        ReplayMismatchError: a transaction or the accounts at the end are not what was recorded.
    """
    lines = _lines(file)
    try:
        head = next(lines)
        if head["kind"] != "ledger" or head["format"] != FORMAT:
            raise DecodeError(f"{file} is no recording of format {FORMAT}")
        return _Replay(head, lines).run()
    except (KeyError, TypeError, ValueError, StopIteration) as error:
        raise DecodeError(f"{file} is no recording: {error!r}") from None


class _Replay:
    def __init__(self, head: dict[str, Any], lines: Iterator[dict[str, Any]]) -> None:
        self._lines = lines
        self._ledger, self._now = _bare(head)
        self._blocks = self._transactions = 0

    def run(self) -> Replayed:
        for line in self._lines:
            match line["kind"]:
                case "block":
                    self._open(line)
                case "account":
                    self._ledger.set_account(_account(line))
                case "transaction":
                    self._land(line)
                case "rollback":
                    self._roll_back()
                case "end":
                    return self._end(line["state"])
                case other:
                    raise DecodeError(f"a recording has no line of kind {other!r}")
        return Replayed(self._ledger, self._blocks, self._transactions, whole=False)

    def _open(self, line: dict[str, Any]) -> None:
        self._now[0] = line["time"]
        self._blocks += 1
        self._ledger.advance(line["slot"] - self._ledger.chain.tip.slot)

    def _roll_back(self) -> None:
        following = next(self._lines, None)
        if following is not None:  # a kill may come between the two
            self._now[0] = following["time"]
            self._blocks += 1
        self._ledger.rollback()

    def _land(self, line: dict[str, Any]) -> None:
        where = f"transaction {self._transactions} in slot {self._ledger.chain.tip.slot}"
        try:
            record = self._ledger.send(base64.b64decode(line["raw"]))
        except SniperForgeError as error:
            raise ReplayMismatchError(f"{where} landed when it was recorded; now: {error}") from None
        if outcome_digest(record) != line["outcome"]:
            raise ReplayMismatchError(f"{where}, {record.signature}, ends otherwise than it was recorded")
        self._transactions += 1

    def _end(self, state: str) -> Replayed:
        if state_hash(self._ledger) != state:
            raise ReplayMismatchError("the accounts at the end are not those of the recording")
        return Replayed(self._ledger, self._blocks, self._transactions, whole=True)


def outcome_digest(record: TransactionRecord) -> str:
    """A digest of signature, error and logs."""
    outcome = json.dumps([record.signature, record.err, record.logs])
    return hashlib.sha256(outcome.encode()).hexdigest()[:32]


def state_hash(ledger: Ledger) -> str:
    """A hash of all accounts: address, lamports, owner, data, executable."""
    digest = hashlib.sha256()
    for name in sorted(ledger.vm.index.addresses()):
        account = ledger.account(name)
        if account is not None:
            head = json.dumps([name, account.lamports, account.owner, account.executable, len(account.data)])
            digest.update(head.encode() + account.data)
    return digest.hexdigest()


def _head(ledger: Ledger, seed: bytes) -> dict[str, Any]:
    blocks = [ledger.chain.in_slot(slot) for slot in ledger.chain.slots()]
    first = ledger.chain.oldest()
    if first.blockhash != ledger.genesis_hash:
        raise ConfigError("the ledger has forgotten its first blocks", hint="record from the start")
    if Chain(seed, ledger.profile, 0).genesis_hash != ledger.genesis_hash:
        raise ConfigError("the seed is not that of the ledger")
    return {
        "kind": "ledger",
        "format": FORMAT,
        "seed": seed.hex(),
        "profile": asdict(ledger.profile),
        "blocks": [(block.slot, block.time) for block in blocks if block is not None],
    }


def _bare(head: dict[str, Any]) -> tuple[Ledger, list[int]]:
    """A ledger with the blocks of ``head`` and nothing on it, and what its clock shows."""
    profile = SlotProfile(**head["profile"])
    # Blocks open when the recording says so, never by themselves.
    profile = replace(profile, slot_ms=profile.slot_ms or MAINNET_PACE.slot_ms)
    (first, began), (_, second), *later = head["blocks"]
    times, now = iter((began, second)), [0]  # a ledger opens two blocks by itself
    seed = bytes.fromhex(head["seed"])
    ledger = Ledger(seed, profile, lambda: next(times, now[0]), first_slot=first)
    for name in list(ledger.vm.index.by_program(Pubkey.from_string(SYSTEM_PROGRAM))):
        ledger.set_account(
            Account(name, SYSTEM_PROGRAM, 0, b"")
        )  # the SVM's own purse, a random key each time
    for slot, now[0] in later:
        ledger.advance(slot - ledger.chain.tip.slot)
    return ledger, now


def _not_in(bare: Ledger, ledger: Ledger) -> list[Account]:
    """What ``ledger`` has on it beside what every ledger has; programs last, which look for their bytes."""
    found = [ledger.account(name) for name in sorted(ledger.vm.index.addresses())]
    own = [each for each in found if each and each.owner != _SYSVAR_OWNER]
    return sorted((each for each in own if bare.account(each.address) != each), key=_runs)


def _runs(account: Account) -> bool:
    return account.executable


def _block_line(block: Block) -> dict[str, Any]:
    return {"kind": "block", "slot": block.slot, "time": block.time}


def _account_line(account: Account) -> dict[str, Any]:
    return {"kind": "account"} | asdict(account) | {"data": base64.b64encode(account.data).decode()}


def _account(line: dict[str, Any]) -> Account:
    held = {name: value for name, value in line.items() if name != "kind"}
    return Account(**held | {"data": base64.b64decode(held["data"])})


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    """The lines of a file; a last one without its end, which a kill leaves, is left out."""
    try:
        with file.open(encoding="utf-8") as text:
            for line in text:
                if line.endswith("\n"):
                    yield json.loads(line)
    except FileNotFoundError:
        raise NotFoundError(f"there is no file {file}") from None
    except OSError as error:
        raise StorageError(f"{file} cannot be read: {error}") from None
