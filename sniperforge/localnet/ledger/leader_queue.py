"""Transactions that a full block had no room for; the best paying go into the next one first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sniperforge.localnet.ledger.block_work import ACCOUNT_FULL, BLOCK_FULL
from sniperforge.localnet.ledger.compute_price import compute_unit_price
from sniperforge.localnet.ledger.refusals import TransactionRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.localnet.ledger.envelope import Envelope
    from sniperforge.localnet.ledger.records import TransactionRecord

MAX_WAITING: Final = 10_000
"""Beyond that the worst paying are dropped, as a leader's buffer does."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    envelope: Envelope
    verified: bool
    price: int


class LeaderQueue:
    """Hands transactions to ``submit`` now, or when a block has room.

    Args:
        submit: executes one; raises ``TransactionRefusedError``.
        limit: how many may wait.
    """

    def __init__(self, submit: Callable[..., TransactionRecord], limit: int = MAX_WAITING) -> None:
        self._submit = submit
        self._limit = limit
        self._waiting: list[_Waiting] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def offer(self, envelope: Envelope, *, verified: bool) -> None:
        """Execute ``envelope`` now, or keep it for the next blocks.

        Raises:
            TransactionRefusedError: it will never land as it is.
        """
        one = _Waiting(envelope, verified, compute_unit_price(envelope))
        if not self._fits(one):
            self._waiting.append(one)
            self._waiting.sort(key=lambda entry: -entry.price)
            del self._waiting[self._limit :]

    def block_opened(self) -> None:
        """Try all that wait; what is refused by now, as its hash is dead, is forgotten."""
        waiting, self._waiting = self._waiting, []
        self._waiting = [one for one in waiting if not self._fits_or_dies(one)]

    def _fits(self, one: _Waiting) -> bool:
        try:
            self._submit(one.envelope, verified=one.verified)
        except TransactionRefusedError as refusal:
            if refusal.err not in {BLOCK_FULL, ACCOUNT_FULL}:
                raise
            return False
        return True

    def _fits_or_dies(self, one: _Waiting) -> bool:
        try:
            return self._fits(one)
        except TransactionRefusedError:
            return True
