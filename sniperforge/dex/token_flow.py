"""What moved into and out of token accounts: from a transaction's balances and its inner transfers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sniperforge.dex.inner_calls import made_by
from sniperforge.domain.addresses import TOKEN_PROGRAM, TOKEN_PROGRAMS

if TYPE_CHECKING:
    from sniperforge.dex.venue import Call
    from sniperforge.domain.chain import InstructionView, TransactionView

_FORMS: Final = {3: (9, 1, 1), 12: (10, 1, 2), 26: (19, 2, 2)}
"""By tag of a token instruction: its size, where its amount is, which account receives. The first pays.

``Transfer``: tag, u64 amount; source, destination, authority.
``TransferChecked``: tag, u64 amount, u8 decimals; source, mint, destination, authority.
``TransferCheckedWithFee``: tag, 1, u64 amount, u8 decimals, u64 fee; accounts as before.
"""
_WITH_FEE: Final = bytes((26, 1))


class _Transfer(NamedTuple):
    source: str
    destination: str
    amount: int
    untaxed: bool


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
    paid, given = _between(call, into, out_of)
    return paid.amount if paid else None, given.amount if given else None


def sent_from(call: Call, account: str) -> int | None:
    """All that the call transferred out of ``account``; ``None`` when it transferred nothing."""
    transfers = (_transfer(instruction) for instruction in made_by(call))
    amounts = [transfer.amount for transfer in transfers if transfer and transfer.source == account]
    return sum(amounts) if amounts else None


def swapped_between(call: Call, into: str, out_of: str, *, untaxed: bool = False) -> dict[str, int]:
    """The common names of a swap's amounts as far as its transfers tell.

    Old tokens have no transfer fee: both ends of a transfer see the same amount. Of others only the sender's
    end is known.

    Args:
        call: the swap.
        into: the vault of what was sold.
        out_of: the vault of what was bought.
        untaxed: it is known that neither mint has a transfer fee, whatever its program.
    """
    paid, given = _between(call, into, out_of)
    found: dict[str, int] = {}
    for transfer, sent, arrived in (
        (paid, "amount_in", "input_amount"),
        (given, "output_amount", "amount_out"),
    ):
        if transfer is not None:
            found[sent] = transfer.amount
            if transfer.untaxed or untaxed:
                found[arrived] = transfer.amount
    return found


def _between(call: Call, into: str, out_of: str) -> tuple[_Transfer | None, _Transfer | None]:
    paid: _Transfer | None = None
    given: _Transfer | None = None
    outer = call.instruction.path[0]
    for instruction in call.transaction.instructions[call.index + 1 :]:
        if instruction.path[0] != outer or (paid is not None and given is not None):
            break
        transfer = _transfer(instruction)
        if transfer is None:
            continue
        if paid is None and transfer.destination == into:
            paid = transfer
        elif given is None and transfer.source == out_of:
            given = transfer
    return paid, given


def _transfer(instruction: InstructionView) -> _Transfer | None:
    data, accounts = instruction.data, instruction.accounts
    if instruction.program_id not in TOKEN_PROGRAMS or not data:
        return None
    size, at, index = _FORMS.get(data[0], (0, 0, 0))
    if len(data) != size or len(accounts) <= index + 1 or (at == 2 and not data.startswith(_WITH_FEE)):
        return None
    amount = int.from_bytes(data[at : at + 8], "little")
    return _Transfer(accounts[0], accounts[index], amount, instruction.program_id == TOKEN_PROGRAM)
