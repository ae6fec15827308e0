"""The Token-2022 transfer fee: its arithmetic and when it applies. Layouts are read in ``extensions``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sniperforge.domain.amounts import ceil_div

ONE_IN_BASIS_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class TransferFee:
    """A fee withheld from what a transfer delivers.

    Source: ``TransferFee`` of spl-token-2022, ``extension/transfer_fee/mod.rs``.

    Attributes:
        epoch: first epoch in which it applies.
        maximum: cap in raw units of the mint.
        bps: rate in basis points, at most 10,000.
    """

    epoch: int
    maximum: int
    bps: int

    def on(self, amount: int) -> int:
        """The fee in raw units withheld when ``amount`` is sent (``calculate_fee``)."""
        return min(ceil_div(amount * self.bps, ONE_IN_BASIS_POINTS), self.maximum)

    def net(self, amount: int) -> int:
        """What arrives when ``amount`` is sent (``calculate_post_fee_amount``)."""
        return amount - self.on(amount)

    def gross(self, net: int) -> int:
        """The smallest amount to send so that at least ``net`` arrives (``calculate_pre_fee_amount``).

        The result may exceed a u64 where the program would report an overflow.
        """
        if self.bps == 0 or net == 0:
            return net
        if self.bps == ONE_IN_BASIS_POINTS:
            return net + self.maximum
        uncapped = ceil_div(net * ONE_IN_BASIS_POINTS, ONE_IN_BASIS_POINTS - self.bps)
        return min(uncapped, net + self.maximum)

    def inverse_on(self, net: int) -> int:
        """The fee withheld when exactly enough is sent for ``net`` to arrive (``calculate_inverse_fee``)."""
        return self.on(self.gross(net))


@dataclass(frozen=True, slots=True)
class TransferFeeConfig:
    """The extension on a mint: the fee in force and the one that replaces it.

    Attributes:
        authority: who may set another fee; ``None`` means that it is fixed.
        withdraw_authority: who may collect withheld fees.
        withheld: raw units withheld on the mint itself.
        older, newer: ``newer`` is in force from its epoch on, ``older`` before.
    """

    type: ClassVar[int] = 1
    name: ClassVar[str] = "transfer_fee"

    authority: str | None
    withdraw_authority: str | None
    withheld: int
    older: TransferFee
    newer: TransferFee

    def at(self, epoch: int) -> TransferFee:
        """The fee in force in ``epoch``."""
        return self.newer if epoch >= self.newer.epoch else self.older
