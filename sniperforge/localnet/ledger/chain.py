"""Blocks: slots, heights, hashes, and how long a hash may be used. No accounts, no transactions' contents."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from solders.hash import Hash

from sniperforge.localnet.ledger.block_work import BlockWork

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sniperforge.localnet.ledger.pace import Commitment, SlotProfile
    from sniperforge.localnet.ledger.past import Archive
    from sniperforge.localnet.ledger.state_view import Replaced

FIRST_SLOT: Final = 435_888_000
"""Slot of the first block unless told otherwise: the slot that LiteSVM starts with."""

FIRST_HEIGHT: Final = 414_121_600
"""Height of the first block, or its slot if that is lower. Far below the slot: mixing them up shows."""

HASH_LIFE: Final = 150
"""Blocks for which a blockhash may be used after its own block."""

KEPT_BLOCKS: Final = 4_096

LAGGING_STATES: Final = 32
"""Blocks before the finalized one whose account state can still be read, for nodes that lag."""


@dataclass(slots=True)
class Block:
    """One block; the newest is still being filled.

    Attributes:
        slot, parent_slot, height: slots may be skipped, heights are not.
        hash_bytes, blockhash: usable from the moment the block opens.
        time: Unix seconds at opening.
        landed: transactions in it so far.
        total: transactions since genesis up to and including this block.
        seen: digest of each landed message that used this block's hash -> slot where it landed.
        price_floor: lowest price per compute unit that wrote each account, in micro-lamports; the
            key ``""`` is for any account.
        set_directly: accounts that were set without a transaction while it was the newest.
        replaced: what its first write to each account replaced.
        work: cost units of its transactions, in all and by written account.
    """

    slot: int
    parent_slot: int
    height: int
    hash_bytes: bytes
    blockhash: str
    time: int
    total: int
    landed: int = 0
    seen: dict[bytes, int] = field(default_factory=dict, repr=False)
    price_floor: dict[str, int] = field(default_factory=dict)
    set_directly: set[str] = field(default_factory=set, repr=False)
    replaced: Replaced = field(default_factory=dict, repr=False)
    work: BlockWork = field(default_factory=BlockWork, repr=False)

    @property
    def last_valid_height(self) -> int:
        """Highest block height at which this block's hash is accepted."""
        return self.height + HASH_LIFE


class Chain:
    """The blocks of one network, newest last; old ones are forgotten, or left to an archive.

    Args:
        seed: makes the genesis hash and with it every blockhash.
        profile: commitment depths.
        now: Unix seconds of the first block.
        first_slot: of the first block; at least 1.

    Attributes:
        tip: the newest block.
        archive: where blocks are that are no longer remembered.
    """

    def __init__(
        self, seed: bytes, profile: SlotProfile, now: float, *, first_slot: int = FIRST_SLOT
    ) -> None:
        self._profile = profile
        self.archive: Archive | None = None
        self._final_height = min(FIRST_HEIGHT, first_slot)
        digest = hashlib.sha256(b"sniperforge localnet genesis" + seed).digest()
        self.genesis_hash = str(Hash.from_bytes(digest))
        self._heights: dict[int, Block] = {}
        self._slots: dict[int, Block] = {}
        self._usable: dict[str, Block] = {}
        first = Block(
            slot=first_slot,
            parent_slot=first_slot - 1,
            height=self._final_height,
            hash_bytes=digest,
            blockhash=self.genesis_hash,
            time=int(now),
            total=0,
        )
        self.tip = first
        self._add(first)

    def resume(self, blocks: Sequence[Block]) -> None:
        """Go on after ``blocks``, oldest first, in place of the first block; all of them are final."""
        self._heights.clear()
        self._slots.clear()
        self._usable.clear()
        for block in blocks:
            self._add(block)
        self._final_height = self.tip.height

    def open_block(self, slot: int, now: float) -> Block:
        """Close the newest block and open one in ``slot``, which must be later."""
        parent = self.tip
        digest = hashlib.sha256(parent.hash_bytes + slot.to_bytes(8, "little")).digest()
        block = Block(
            slot=slot,
            parent_slot=parent.slot,
            height=parent.height + 1,
            hash_bytes=digest,
            blockhash=str(Hash.from_bytes(digest)),
            time=max(parent.time, int(now)),
            total=parent.total,
        )
        self._add(block)
        return block

    def at(self, commitment: Commitment) -> Block:
        """The newest block that has reached ``commitment``; the first one, or what was kept, is final."""
        height = max(self._final_height, self.tip.height - self._profile.depth(commitment))
        return self._heights[height]

    def newer_than(self, block: Block) -> list[Block]:
        """The blocks after ``block``, oldest first."""
        return [self._heights[height] for height in range(block.height + 1, self.tip.height + 1)]

    def drop_tip(self) -> Block:
        """Forget the newest block, as if it had never been; returns it."""
        dropped = self.tip
        del self._heights[dropped.height], self._slots[dropped.slot], self._usable[dropped.blockhash]
        self.tip = self._heights[dropped.height - 1]
        return dropped

    def usable(self, blockhash: str) -> Block | None:
        """The block of ``blockhash`` while transactions may still use it, else ``None``."""
        return self._usable.get(blockhash)

    def in_slot(self, slot: int) -> Block | None:
        """The block of ``slot``; ``None`` when the slot was skipped, is too old or yet to come."""
        block = self._slots.get(slot)
        if block is None and self.archive is not None and slot < self.oldest().slot:
            return self.archive.block(slot)
        return block

    def slots_between(self, first: int, last: int, limit: int) -> list[int]:
        """The first ``limit`` slots with a block from ``first`` to ``last``, both included."""
        oldest, found = self.oldest().slot, []
        if self.archive is not None and first < oldest:
            found = self.archive.slots(first, min(last, oldest - 1), limit)
        return [*found, *(slot for slot in self._slots if first <= slot <= last)][:limit]

    def first_slot(self) -> int:
        """Slot of the oldest block that can still be read."""
        kept = self.archive.first_slot() if self.archive is not None else None
        return self.oldest().slot if kept is None else min(kept, self.oldest().slot)

    def slots(self) -> Iterable[int]:
        """Slots of the blocks still remembered, oldest first."""
        return self._slots.keys()

    def oldest(self) -> Block:
        """The oldest block still remembered."""
        return next(iter(self._heights.values()))

    def recent(self, count: int) -> list[Block]:
        """The newest ``count`` blocks, oldest first."""
        first = max(self.oldest().height, self.tip.height - count + 1)
        return [self._heights[height] for height in range(first, self.tip.height + 1)]

    def _add(self, block: Block) -> None:
        self.tip = block
        self._heights[block.height] = self._slots[block.slot] = self._usable[block.blockhash] = block
        expired = self._heights.get(block.height - HASH_LIFE - 1)
        if expired is not None:
            self._usable.pop(expired.blockhash, None)  # gone already when this height is opened again
            expired.seen = {}
            expired.price_floor = {}
        settled = self._heights.get(block.height - self._profile.finalize_slots - LAGGING_STATES)
        if settled is not None:
            settled.replaced = {}
            settled.work = BlockWork()
        forgotten = self._heights.pop(block.height - KEPT_BLOCKS, None)
        if forgotten is not None:
            del self._slots[forgotten.slot]
