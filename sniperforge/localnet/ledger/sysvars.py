"""Clock, SlotHashes and RecentBlockhashes as programs read them, brought up to each new block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from solders.account import Account
from solders.clock import Clock
from solders.epoch_schedule import EpochSchedule
from solders.pubkey import Pubkey

if TYPE_CHECKING:
    from solders.litesvm import LiteSVM

    from sniperforge.localnet.ledger.chain import Block

SLOTS_PER_EPOCH: Final = 432_000
LAMPORTS_PER_SIGNATURE: Final = 5_000

_SYSVAR_OWNER: Final = Pubkey.from_string("Sysvar1111111111111111111111111111111111111")
_SLOT_HASHES: Final = Pubkey.from_string("SysvarS1otHashes111111111111111111111111111")
_RECENT_HASHES: Final = Pubkey.from_string("SysvarRecentB1ockHashes11111111111111111111")
_SLOT_HASHES_BYTES: Final = 20_488


class Sysvars:
    """Writes the sysvars of one SVM.

    Args:
        svm: to write to.
        limit: entries kept in SlotHashes.
        started: Unix seconds of the first block.
    """

    def __init__(self, svm: LiteSVM, limit: int, started: int) -> None:
        self._svm = svm
        self._limit = limit
        self._started = started
        self._hashes: list[bytes] = []
        svm.set_epoch_schedule(EpochSchedule.without_warmup())

    def close_block(self, block: Block) -> None:
        """Let programs see ``block``'s hash from the next block on."""
        self._hashes.insert(0, block.slot.to_bytes(8, "little") + block.hash_bytes)
        del self._hashes[self._limit :]
        body = len(self._hashes).to_bytes(8, "little") + b"".join(self._hashes)
        self._write(_SLOT_HASHES, body.ljust(_SLOT_HASHES_BYTES, b"\0"))

    def open_block(self, block: Block) -> None:
        """Set the clock and the recent blockhash to ``block``'s."""
        recent = (1).to_bytes(8, "little") + block.hash_bytes + LAMPORTS_PER_SIGNATURE.to_bytes(8, "little")
        self._write(_RECENT_HASHES, recent)
        epoch = block.slot // SLOTS_PER_EPOCH
        self._svm.set_clock(Clock(block.slot, self._started, epoch, epoch + 1, block.time))

    def _write(self, key: Pubkey, data: bytes) -> None:
        self._svm.set_account(key, Account(1, data, _SYSVAR_OWNER))
