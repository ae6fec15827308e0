"""What moved into and out of token accounts: from a transaction's balances and its inner transfers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.domain.addresses import TOKEN_PROGRAMS

if TYPE_CHECKING:
    from sniperforge.dex.venue import Call
    from sniperforge.domain.chain import InstructionView, TransactionView

_DESTINATION: Final = {3: (9, 1), 12: (10, 2)}
"""By tag of a token instruction: its size, and which account receives; the first always pays.

``Transfer``: tag, u64 amount; source, destination, authority.
``TransferChecked``: tag, u64 amount, u8 decimals; source, mint, destination, authority.
"""


def mint_of(transaction: TransactionView, account: str) -> str:
    """The mint of a token account whose balance the node reported; ``""`` when it did not."""
    for balances in (transaction.post_tokens, transaction.pre_tokens):
        for entry in balances:
            if entry.account == account:
                return entry.mint
    return ""


def mints_of(transaction: TransactionView, *pairs: tuple[str, str]) -> tuple[str, str]:
    """The mints of a pair of token accounts, or of the same side of the next pair: both or neither."""
    found = [
        next(filter(None, (mint_of(transaction, one) for one in side)), "")
        for side in zip(*pairs, strict=True)
    ]
    return (found[0], found[1]) if all(found) else ("", "")


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
        destination = _destination(instruction)
        if destination is None:
            continue
        amount = int.from_bytes(instruction.data[1:9], "little")
        if paid is None and destination == into:
            paid = amount
        elif given is None and instruction.accounts[0] == out_of:
            given = amount
    return paid, given


def swapped_between(call: Call, into: str, out_of: str, *, untaxed: bool) -> dict[str, int]:
    """The common names of a swap's amounts as far as its transfers tell.

    Args:
        call: the swap.
        into: the vault of what was sold.
        out_of: the vault of what was bought.
        untaxed: neither mint has a transfer fee, so that both ends of a transfer see the same amount.
    """
    paid, given = sent_between(call, into=into, out_of=out_of)
    moved = {"amount_in": paid, "output_amount": given}
    if untaxed:
        moved |= {"input_amount": paid, "amount_out": given}
    return {name: amount for name, amount in moved.items() if amount is not None}


def _destination(instruction: InstructionView) -> str | None:
    """Who receives, if it is a transfer."""
    if instruction.program_id not in TOKEN_PROGRAMS or not instruction.data:
        return None
    size, index = _DESTINATION.get(instruction.data[0], (0, 0))
    if len(instruction.data) != size or len(instruction.accounts) <= index + 1:
        return None
    return instruction.accounts[index]
