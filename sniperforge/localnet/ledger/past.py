"""What a ledger needs of a chain that was kept: to go on from it, and to read what it no longer holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from solders.account import Account
    from solders.pubkey import Pubkey

    from sniperforge.localnet.ledger.chain import Block
    from sniperforge.localnet.ledger.records import TransactionRecord

Place = tuple[int, int]
"""Of a transaction: its slot, and its index within the block."""


class Archive(Protocol):
    """Closed blocks and what landed in them, wherever they are kept."""

    def record(self, signature: str) -> TransactionRecord | None:
        """The record of ``signature``; ``None`` when there is none."""
        ...

    def in_slot(self, slot: int) -> list[TransactionRecord]:
        """The records of one block, in order."""
        ...

    def of_address(self, address: str, *, newest: int, before: Place | None) -> Iterator[TransactionRecord]:
        """Records that mention ``address``, newest first.

        Args:
            address: base58.
            newest: none after so many transactions since genesis.
            before: only what landed before this place.
        """
        ...

    def block(self, slot: int) -> Block | None:
        """The block of ``slot``; ``None`` when the slot was skipped or its block is no longer kept."""
        ...

    def slots(self, first: int, last: int, limit: int) -> list[int]:
        """The first ``limit`` slots with a block from ``first`` to ``last``, both included."""
        ...

    def first_slot(self) -> int | None:
        """Slot of the oldest block; ``None`` when there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Past:
    """A chain as it was when its newest stored block closed.

    Attributes:
        started: Unix seconds of the very first block.
        ahead: seconds by which its clock is ahead of the wall clock.
        blocks: the newest ones, oldest first; at least one. ``seen`` has what landed with hashes that live.
        accounts: all there were, without sysvars.
    """

    started: int
    ahead: float
    blocks: Sequence[Block]
    accounts: Iterable[tuple[Pubkey, Account]]
