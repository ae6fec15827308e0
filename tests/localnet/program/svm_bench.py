"""A bare SVM for the tests of the programs: accounts set by hand, signatures unchecked."""

from __future__ import annotations

import base64
import struct
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from solders.account import Account as SvmAccount
from solders.clock import Clock
from solders.instruction import AccountMeta, Instruction
from solders.litesvm import LiteSVM
from solders.message import Message
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from sniperforge.domain.addresses import SYSTEM_PROGRAM, TOKEN_PROGRAM, WSOL_MINT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from solders.transaction_metadata import FailedTransactionMetadata, TransactionMetadata

    from sniperforge.domain.chain import Account
    from sniperforge.localnet.program.binary import Binary

WSOL = Pubkey.from_string(WSOL_MINT)
TOKEN = Pubkey.from_string(TOKEN_PROGRAM)
SYSTEM = Pubkey.from_string(SYSTEM_PROGRAM)
NOW = 1_790_000_000
PLENTY = 1 << 63


def key(name: str) -> Pubkey:
    """A made-up address that is the same in every run."""
    return Pubkey(sha256(name.encode()).digest())


def mint_data(decimals: int = 6, extensions: list[tuple[int, bytes]] | None = None) -> bytes:
    """A mint without authorities; with ``extensions`` in Token-2022's form."""
    data = struct.pack("<I32xQBBI32x", 0, PLENTY, decimals, 1, 0)
    if extensions is None:
        return data
    listed = b"".join(struct.pack("<HH", kind, len(body)) + body for kind, body in extensions)
    return data + bytes(165 - len(data)) + b"\x01" + listed


def token_account_data(
    mint: Pubkey, owner: Pubkey, amount: int, *, native: bool = False, fees: bool = False
) -> bytes:
    """A token account; ``fees`` appends Token-2022's withheld counter."""
    state = struct.pack("<Q36xBIQ8x36x", amount, 1, int(native), 2_039_280 if native else 0)
    data = bytes(mint) + bytes(owner) + state
    return data + b"\x02" + struct.pack("<HHQ", 2, 8, 0) if fees else data


def replaced(instruction: Instruction, at: int, address: Pubkey | None = None, **flags: bool) -> Instruction:
    """The instruction with another account, or other flags, at one place."""
    metas = list(instruction.accounts)
    old = metas[at]
    signer, writable = flags.get("signer", old.is_signer), flags.get("writable", old.is_writable)
    metas[at] = AccountMeta(address or old.pubkey, signer, writable)
    return Instruction(instruction.program_id, instruction.data, metas)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one transaction did: ``error`` is None, a custom number, or the name of another error."""

    error: int | str | None
    logs: tuple[str, ...]
    units: int
    meta: TransactionMetadata

    @property
    def event(self) -> bytes:
        """The last ``Program data:`` line, decoded."""
        lines = [line for line in self.logs if line.startswith("Program data: ")]
        return base64.b64decode(lines[-1].removeprefix("Program data: "))


def outcome_of(result: TransactionMetadata | FailedTransactionMetadata) -> Outcome:
    """Both result types of LiteSVM in one."""
    if not hasattr(result, "err"):
        return Outcome(None, tuple(result.logs()), result.compute_units_consumed(), result)
    meta = result.meta()
    inner = getattr(result.err(), "err", result.err())
    error = getattr(inner, "code", None)
    return Outcome(
        error if error is not None else str(inner), tuple(meta.logs()), meta.compute_units_consumed(), meta
    )


@dataclass
class SvmBench:
    """One SVM at block time :data:`NOW`; signatures are not checked."""

    svm: LiteSVM = field(init=False)
    user: Pubkey = field(default_factory=lambda: key("user"))

    def __post_init__(self) -> None:
        self.svm = LiteSVM().with_sigverify(False).with_blockhash_check(False).with_transaction_history(0)
        self.put(WSOL, mint_data(9), TOKEN, 10**9)
        self.put(self.user, b"", SYSTEM, 1 << 50)
        self.set_time(NOW)

    def deploy(self, program: Binary, accounts: Iterable[Account] = ()) -> None:
        """The program at its address, and accounts that it needs."""
        self.svm.add_program(Pubkey.from_string(program.address), program.elf())
        for account in accounts:
            address, owner = Pubkey.from_string(account.address), Pubkey.from_string(account.owner)
            self.put(address, account.data, owner, account.lamports)

    def put(self, address: Pubkey, data: bytes, owner: Pubkey, lamports: int | None = None) -> Pubkey:
        """Sets an account, rent-exempt unless told otherwise."""
        self.svm.set_account(
            address, SvmAccount((128 + len(data)) * 6960 if lamports is None else lamports, data, owner)
        )
        return address

    def set_time(self, unix_timestamp: int, epoch: int = 0) -> None:
        """Moves the clock."""
        self.svm.set_clock(Clock(450_000_000, 0, epoch, epoch, unix_timestamp))

    def send(self, *instructions: Instruction, payer: Pubkey | None = None) -> Outcome:
        """Executes the instructions in one transaction."""
        message = Message.new_with_blockhash(
            list(instructions), payer or self.user, self.svm.latest_blockhash()
        )
        signatures = [Signature.default()] * message.header.num_required_signatures
        return outcome_of(self.svm.send_transaction(VersionedTransaction.populate(message, signatures)))

    def data(self, address: Pubkey) -> bytes:
        """An account's data."""
        account = self.svm.get_account(address)
        assert account is not None, address
        return account.data

    def patch(self, address: Pubkey, offset: int, new: bytes) -> None:
        """Overwrites bytes of an account."""
        account = self.svm.get_account(address)
        assert account is not None
        data = account.data[:offset] + new + account.data[offset + len(new) :]
        self.put(address, data, account.owner, account.lamports)

    def amount(self, address: Pubkey) -> int:
        """A token account's amount."""
        return int.from_bytes(self.data(address)[64:72], "little")
