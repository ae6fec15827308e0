"""What a transaction offers for being landed: what others paid, by urgency, raised and capped. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sniperforge.domain.trade import Urgency
from sniperforge.errors import ConfigError
from sniperforge.execution.plan import SIGNATURE_FEE, FeePlan

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from solders.instruction import Instruction

_MICRO = 1_000_000
_SALT_ROOM = 1_000
"""Units by which a plan's limit may still grow, see :meth:`FeePlan.distinct`."""


MAX_ACCOUNTS: Final = 128
"""As many accounts a node tells the recent fees of at once."""


def competed_for(instructions: Iterable[Instruction], own: Collection[str]) -> tuple[str, ...]:
    """What the instructions write and others write too, in their order; ``own`` accounts are left out."""
    written = (str(meta.pubkey) for each in instructions for meta in each.accounts if meta.is_writable)
    return tuple(dict.fromkeys(address for address in written if address not in own))[:MAX_ACCOUNTS]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeRules:
    """How much may be offered.

    Attributes:
        floor_micro_lamports: least price per compute unit, offered also when nobody knows what others pay.
        max_fee: most lamports of one transaction, signature and tip included.
        max_share_bps: the same as a share of what is traded; 10000 leaves it to ``max_fee``.
        normal_percentile, fast_percentile, urgent_percentile: of what recent slots took.
        raise_percent: added to the price with every further attempt.

    Raises:
        ConfigError: a percentile is not in 0..100, or they fall.
    """

    floor_micro_lamports: int
    max_fee: int
    max_share_bps: int = 10_000
    normal_percentile: int = 50
    fast_percentile: int = 75
    urgent_percentile: int = 90
    raise_percent: int = 50

    def __post_init__(self) -> None:
        if not 0 <= self.normal_percentile <= self.fast_percentile <= self.urgent_percentile <= 100:
            raise ConfigError("the fee percentiles of normal, fast and urgent do not rise within 0..100")

    def cap(self, trade: int | None) -> int:
        """Most lamports of a transaction that trades ``trade`` lamports; ``None`` where no share is meant."""
        return self.max_fee if trade is None else min(self.max_fee, trade * self.max_share_bps // 10_000)

    def percentile(self, urgency: Urgency) -> int:
        """The percentile of an urgency."""
        by_urgency = {Urgency.NORMAL: self.normal_percentile, Urgency.FAST: self.fast_percentile}
        return by_urgency.get(urgency, self.urgent_percentile)


def fee_plan(
    rules: FeeRules,
    compute_units: int,
    *,
    urgency: Urgency = Urgency.NORMAL,
    number: int = 1,
    recent: Sequence[int] = (),
    trade: int | None = None,
    tip: int = 0,
) -> FeePlan:
    """The offer of an attempt.

    Args:
        compute_units: the transaction's limit.
        number: 1 for the first attempt.
        recent: micro-lamports per compute unit that recent slots took, in rising order.
        trade: lamports that are traded; ``None`` where no share is meant.
        tip: lamports that the transaction pays beside the network's fee, within the same cap.
    """
    price = max(rules.floor_micro_lamports, percentile_of(recent, rules.percentile(urgency)))
    for _ in range(min(number, 64) - 1):
        price += price * rules.raise_percent // 100
    room = max(rules.cap(trade) - SIGNATURE_FEE - tip, 0) * _MICRO // (compute_units + _SALT_ROOM)
    return FeePlan(compute_units, min(price, room))


def percentile_of(rising: Sequence[int], percentile: int) -> int:
    """The least of ``rising`` that ``percentile`` percent are not above; 0 of nothing."""
    return rising[max(-(-len(rising) * percentile // 100) - 1, 0)] if rising else 0
