"""The price per compute unit that transactions offer, and the lowest that landed per account in a block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.domain.addresses import COMPUTE_BUDGET_PROGRAM

if TYPE_CHECKING:
    from sniperforge.localnet.ledger.chain import Block
    from sniperforge.localnet.ledger.envelope import Envelope
    from sniperforge.localnet.ledger.lookups import LoadedKeys

ANY_ACCOUNT: Final = ""
_SET_PRICE: Final = 3
"""Compute budget instruction: tag u8, micro-lamports u64."""


def compute_unit_price(envelope: Envelope) -> int:
    """Micro-lamports per compute unit that ``envelope`` offers; 0 when it says nothing."""
    if COMPUTE_BUDGET_PROGRAM not in envelope.names:
        return 0
    program = envelope.names.index(COMPUTE_BUDGET_PROGRAM)
    for instruction in envelope.message.instructions:
        data = instruction.data
        if instruction.program_id_index == program and len(data) == 9 and data[0] == _SET_PRICE:
            return int.from_bytes(data[1:], "little")
    return 0


def note_price(block: Block, envelope: Envelope, loaded: LoadedKeys) -> None:
    """Lower ``block``'s floor to ``envelope``'s price where it is cheaper."""
    price, floor = compute_unit_price(envelope), block.price_floor
    for name in (ANY_ACCOUNT, *(loaded.names[position] for position in loaded.writable)):
        if price < floor.get(name, price + 1):
            floor[name] = price
