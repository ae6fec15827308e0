"""What a node tells about accounts and landed transactions, resolved and free of wire formats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Account:
    """One account at one moment.

    Attributes:
        address: base58.
        owner: the owning program, base58.
        lamports: balance.
        data: raw bytes.
        executable: whether it is a program.
    """

    address: str
    owner: str
    lamports: int
    data: bytes
    executable: bool = False


@dataclass(frozen=True, slots=True)
class InstructionView:
    """An executed instruction with its accounts resolved over static and looked-up keys.

    Attributes:
        program_id: base58.
        accounts: base58, in the instruction's order.
        data: raw instruction bytes.
        path: ``(outer,)`` or ``(outer, inner)``: index among outer instructions, then among the
            flattened inner instructions of that outer one.
        stack_height: 1 for outer instructions, as reported for inner ones (2 when the node did not say).
    """

    program_id: str
    accounts: tuple[str, ...]
    data: bytes
    path: tuple[int, ...]
    stack_height: int


@dataclass(frozen=True, slots=True)
class TokenBalance:
    """A token account's balance before or after a transaction."""

    account: str
    mint: str
    owner: str
    raw: int
    decimals: int


@dataclass(frozen=True, slots=True)
class TransactionView:
    """A landed transaction, resolved: what ``getTransaction`` says, in any of its encodings.

    Attributes:
        signature: base58; the first signature.
        slot: slot in which it landed.
        block_time: Unix seconds, ``None`` when the node does not know.
        err: ``meta.err`` as decoded JSON; ``None`` means it succeeded.
        fee: lamports, priority fee included.
        accounts: all account keys: static, then looked-up writable, then looked-up readonly.
        instructions: outer and inner, in order of execution.
        logs: log lines; empty when the node kept none.
        pre_balances, post_balances: lamports per entry of ``accounts``.
        pre_tokens, post_tokens: token balances that the node reported.
        signers: how many leading keys signed.
    """

    signature: str
    slot: int
    block_time: int | None
    err: Any
    fee: int
    accounts: tuple[str, ...]
    instructions: tuple[InstructionView, ...]
    logs: tuple[str, ...]
    pre_balances: tuple[int, ...]
    post_balances: tuple[int, ...]
    pre_tokens: tuple[TokenBalance, ...]
    post_tokens: tuple[TokenBalance, ...]
    signers: int = 1

    @property
    def failed(self) -> bool:
        """Whether it landed with an error: fee charged, no other effect."""
        return self.err is not None

    def lamports_delta(self, address: str) -> int:
        """Change of ``address``'s lamports; 0 when it is not part of the transaction."""
        try:
            index = self.accounts.index(address)
        except ValueError:
            return 0
        return self.post_balances[index] - self.pre_balances[index]


@dataclass(frozen=True, slots=True)
class LogsNotice:
    """One ``logsNotification``: the logs of one transaction, without its accounts."""

    signature: str
    slot: int
    err: Any
    logs: tuple[str, ...]
