"""What moved into and out of token accounts: from a transaction's balances and its inner transfers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.domain.addresses import TOKEN_PROGRAMS

if TYPE_CHECKING:
    from sniperforge.dex.venue import Call
    from sniperforge.domain.chain import InstructionView, TransactionView

_TRANSFER_CHECKED: Final = 12
"""Token instruction: tag, u64 amount, u8 decimals; accounts source, mint, destination, authority."""


def received_by(transaction: TransactionView, account: str) -> int | None:
    """Change of a token account's raw balance; ``None`` when the node reported no balance after."""
    after = [entry.raw for entry in transaction.post_tokens if entry.account == account]
    before = [entry.raw for entry in transaction.pre_tokens if entry.account == account]
    return after[0] - sum(before) if after else None


def sent_between(call: Call, into: str, out_of: str) -> tuple[int | None, int | None]:
    """Amounts that the call transferred ``into`` one account and ``out_of`` another, fees not taken off.

    They are the first such transfers among the inner instructions that follow the call.
    """
    paid: int | None = None
    given: int | None = None
    outer = call.instruction.path[0]
    for instruction in call.transaction.instructions[call.index + 1 :]:
        if instruction.path[0] != outer or (paid is not None and given is not None):
            break
        if not _is_transfer(instruction):
            continue
        amount = int.from_bytes(instruction.data[1:9], "little")
        if paid is None and instruction.accounts[2] == into:
            paid = amount
        elif given is None and instruction.accounts[0] == out_of:
            given = amount
    return paid, given


def _is_transfer(instruction: InstructionView) -> bool:
    return (
        instruction.program_id in TOKEN_PROGRAMS
        and len(instruction.data) == 10
        and instruction.data[0] == _TRANSFER_CHECKED
        and len(instruction.accounts) >= 4
    )
