"""How fast slots pass and how soon they count as confirmed and finalized."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from sniperforge.errors import ConfigError

Commitment = Literal["processed", "confirmed", "finalized"]
COMMITMENTS: Final[tuple[Commitment, ...]] = get_args(Commitment)

MAX_SLOT_HASHES: Final = 512
"""Entries of a validator's SlotHashes sysvar."""


@dataclass(frozen=True, slots=True)
class SlotProfile:
    """The pace of a network.

    Attributes:
        slot_ms: length of a slot; 0 makes every transaction open a slot of its own.
        confirm_slots: blocks on top of a slot until it is confirmed.
        finalize_slots: blocks on top of a slot until it is finalized.
        slot_hashes: entries kept in the SlotHashes sysvar. The SVM parses all of them whenever a
            sysvar changes (50 us for 512), so the profile with a slot per transaction keeps fewer.
    """

    slot_ms: int = 400
    confirm_slots: int = 1
    finalize_slots: int = 32
    slot_hashes: int = MAX_SLOT_HASHES

    def __post_init__(self) -> None:
        if not 0 <= self.slot_ms <= 60_000:
            raise ConfigError(f"slot_ms {self.slot_ms} is not between 0 and 60000")
        if not 0 <= self.confirm_slots <= self.finalize_slots <= 1_000:
            raise ConfigError(
                f"confirm_slots {self.confirm_slots} and finalize_slots {self.finalize_slots} "
                "must satisfy 0 <= confirm <= finalize <= 1000"
            )
        if not 1 <= self.slot_hashes <= MAX_SLOT_HASHES:
            raise ConfigError(f"slot_hashes {self.slot_hashes} is not between 1 and {MAX_SLOT_HASHES}")

    @property
    def instant(self) -> bool:
        """Whether slots pass by transaction instead of by time."""
        return self.slot_ms == 0

    def depth(self, commitment: Commitment) -> int:
        """Blocks between the newest block and the newest one at ``commitment``."""
        return {"processed": 0, "confirmed": self.confirm_slots, "finalized": self.finalize_slots}[commitment]


MAINNET_PACE: Final = SlotProfile()
"""400 ms, confirmed after 1 slot, finalized after 32."""

FAST: Final = SlotProfile(slot_ms=50, confirm_slots=1, finalize_slots=8)
"""50 ms slots, finalized after 0.4 s: for tests that wait for commitment over real sockets."""

INSTANT: Final = SlotProfile(slot_ms=0, confirm_slots=0, finalize_slots=0, slot_hashes=64)
"""A slot per transaction, finalized at once: for tests and benchmarks in process."""
