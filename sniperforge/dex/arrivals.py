"""What one transfer brought into a token account, its fee taken off: only balances tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.dex.token_flow import received_by
from sniperforge.domain.addresses import TOKEN_PROGRAMS

if TYPE_CHECKING:
    from sniperforge.domain.chain import TransactionView

_MOVES: Final = frozenset({3, 7, 8, 9, 12, 14, 15, 17, 26})
"""Tags of token instructions that change a balance: transfers, mints, burns, closing, syncing native SOL."""


def arrived(transaction: TransactionView, account: str) -> int | None:
    """The change of a balance that one single token instruction touched; ``None`` where more did, or none."""
    touched = sum(
        account in instruction.accounts
        and instruction.program_id in TOKEN_PROGRAMS
        and instruction.data[:1] != b""
        and instruction.data[0] in _MOVES
        for instruction in transaction.instructions
    )
    return received_by(transaction, account) if touched == 1 else None
