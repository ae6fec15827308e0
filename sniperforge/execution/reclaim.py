"""Which token accounts may be closed for their rent, and the transactions that close them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from sniperforge.execution.plan import (
    MAX_TRANSACTION_BYTES,
    compile_message,
    reclaim_instructions,
    unsigned_transaction,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sniperforge.execution.plan import FeePlan
    from sniperforge.tokens.account import TokenAccount

_ANY_BLOCKHASH: Final = "11111111111111111111111111111111"


@dataclass(frozen=True, slots=True)
class Disposal:
    """A token account that is closed.

    Attributes:
        account, mint, program: base58.
        burn: raw units destroyed first: all that it holds.
        rent: lamports that come back.
    """

    account: str
    mint: str
    program: str
    burn: int
    rent: int


def disposal_of(account: TokenAccount) -> Disposal:
    """The closing of ``account``, with all that it holds burned."""
    return Disposal(account.address, account.mint, account.program, account.raw, account.lamports)


def obstacle(account: TokenAccount, wallet: str) -> str:
    """What stands in the way of closing an account of ``wallet``, its tokens' worth aside; may be empty."""
    if account.is_native:
        return "wraps SOL, which is money"
    if account.close_authority not in (None, wallet):
        return f"only {account.close_authority} may close it"
    if account.withheld_raw:
        return f"keeps {account.withheld_raw} raw units of withheld transfer fees"
    if account.frozen and account.raw:
        return "frozen: what it holds cannot be burned"
    return ""


def batches(wallet: str, disposals: Sequence[Disposal], fees: FeePlan) -> list[tuple[Disposal, ...]]:
    """The disposals in their order, as few transactions as they fit into.

    Size decides: 25 closings fit into a transaction, or 11 with burning of as many tokens, and use a quarter
    of a trade's compute units.
    """
    found: list[tuple[Disposal, ...]] = []
    batch: tuple[Disposal, ...] = ()
    for each in disposals:
        if batch and not _fits(wallet, (*batch, each), fees):
            found.append(batch)
            batch = ()
        batch = (*batch, each)
    return [*found, batch] if batch else found


def refused_one(disposals: Sequence[Disposal], instructions: int, err: object) -> Disposal | None:
    """Which account an ``InstructionError`` is about; ``None`` for any other error.

    Args:
        disposals: of one transaction.
        instructions: how many it has; what is offered for the landing comes first.
        err: as the chain tells it.
    """
    sizes = [2 if each.burn else 1 for each in disposals]
    match err:
        case {"InstructionError": [int(index), _]} if index >= instructions - sum(sizes):
            index -= instructions - sum(sizes)
            return next(each for each, end in zip(disposals, accumulate(sizes), strict=True) if index < end)
    return None


def _fits(wallet: str, disposals: Sequence[Disposal], fees: FeePlan) -> bool:
    message = compile_message(wallet, reclaim_instructions(wallet, disposals, fees), _ANY_BLOCKHASH)
    return len(unsigned_transaction(message)) <= MAX_TRANSACTION_BYTES
