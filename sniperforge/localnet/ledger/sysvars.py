"""Clock, SlotHashes and RecentBlockhashes as programs read them, brought up to each new block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from solders.account import Account
from solders.clock import Clock
from solders.epoch_schedule import EpochSchedule
from solders.pubkey import Pubkey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sniperforge.localnet.ledger.chain import Block
    from sniperforge.localnet.ledger.vm import Vm

SLOTS_PER_EPOCH: Final = 432_000
LAMPORTS_PER_SIGNATURE: Final = 5_000

SYSVAR_OWNER: Final = Pubkey.from_string("Sysvar1111111111111111111111111111111111111")
CLOCK: Final = Pubkey.from_string("SysvarC1ock11111111111111111111111111111111")
SLOT_HASHES: Final = Pubkey.from_string("SysvarS1otHashes111111111111111111111111111")
_RECENT_HASHES: Final = Pubkey.from_string("SysvarRecentB1ockHashes11111111111111111111")
_SLOT_HASHES_BYTES: Final = 20_488


class Sysvars:
    """Writes the sysvars of one VM.

    Args:
        vm: to write to.
        limit: entries kept in SlotHashes.
        first: the first block.
    """

    def __init__(self, vm: Vm, limit: int, first: Block) -> None:
        self._vm = vm
        self._limit = limit
        self._started = first.time
        self._hashes: list[bytes] = []
        vm.svm.set_epoch_schedule(EpochSchedule.without_warmup())
        self._set_clock(first)

    def resume(self, blocks: Sequence[Block]) -> None:
        """Let programs see that ``blocks`` are closed, oldest first; the newest opens the next one."""
        older = reversed(blocks[-1 - self._limit : -1])
        self._hashes = [block.slot.to_bytes(8, "little") + block.hash_bytes for block in older]
        self._set_clock(blocks[-1])

    def open_block(self, parent: Block, block: Block) -> None:
        """Let programs see that ``block`` is open and ``parent`` closed."""
        self._put(SLOT_HASHES, self._slot_hashes(parent))
        recent = (1).to_bytes(8, "little") + block.hash_bytes + LAMPORTS_PER_SIGNATURE.to_bytes(8, "little")
        self._put(_RECENT_HASHES, recent)
        self._set_clock(block)

    def _slot_hashes(self, newest: Block) -> bytes:
        entry = newest.slot.to_bytes(8, "little") + newest.hash_bytes
        if self._hashes[:1] != [entry]:  # it is there already when the block after it was rolled back
            self._hashes.insert(0, entry)
            del self._hashes[self._limit :]
        body = len(self._hashes).to_bytes(8, "little") + b"".join(self._hashes)
        return body.ljust(_SLOT_HASHES_BYTES, b"\0")

    def _set_clock(self, block: Block) -> None:
        epoch = block.slot // SLOTS_PER_EPOCH
        self._vm.replaced[str(CLOCK)] = self._vm.get(CLOCK)
        self._vm.svm.set_clock(Clock(block.slot, self._started, epoch, epoch + 1, block.time))

    def _put(self, key: Pubkey, data: bytes) -> None:
        self._vm.put(key, Account(1, data, SYSVAR_OWNER))
