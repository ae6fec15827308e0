"""What a call moved, as far as it made further calls for it: lamports sent, tokens minted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.dex.inner_calls import made_by
from sniperforge.domain.addresses import SYSTEM_PROGRAM, TOKEN_PROGRAMS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sniperforge.dex.venue import Call
    from sniperforge.domain.chain import InstructionView

_TRANSFER: Final = bytes((2, 0, 0, 0))
"""Of the system program: u32 tag, u64 lamports; accounts from, to."""
_MINTS: Final = frozenset((7, 14))
"""Tags of MintTo and MintToChecked: then u64 amount; accounts mint, destination."""


def before_its_event(call: Call) -> Iterator[InstructionView]:
    """What the call made before it called its own program, by which it leaves its event last.

    Without stack heights what follows may be another call's.
    """
    for each in made_by(call):
        if each.program_id == call.instruction.program_id:
            return
        yield each


def lamports_sent(call: Call, sender: str) -> int:
    """Lamports that ``sender`` paid within the call."""
    return sum(
        int.from_bytes(each.data[4:12], "little")
        for each in before_its_event(call)
        if each.program_id == SYSTEM_PROGRAM
        and each.data[:4] == _TRANSFER
        and len(each.data) == 12
        and each.accounts[:1] == (sender,)
    )


def lamports_received(call: Call, account: str) -> int:
    """Lamports that ``account`` gained, if ``call`` alone of its program could have paid it; else 0.

    A program pays out of its own accounts without a further call: only the balances tell.
    """
    transaction, own = call.transaction, call.instruction.program_id
    payers = [
        each for each in transaction.instructions if each.program_id == own and account in each.accounts
    ]
    return max(transaction.lamports_delta(account), 0) if len(payers) == 1 else 0


def minted_to(call: Call, account: str) -> int | None:
    """Raw units minted into ``account`` within the call; ``None`` when no such call is told."""
    amounts = [
        int.from_bytes(each.data[1:9], "little")
        for each in before_its_event(call)
        if each.program_id in TOKEN_PROGRAMS
        and len(each.data) >= 9
        and each.data[0] in _MINTS
        and each.accounts[1:2] == (account,)
    ]
    return sum(amounts) if amounts else None
