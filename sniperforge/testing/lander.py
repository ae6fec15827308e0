"""A lander without a chain: a script decides every transaction's fate, and what was handed over is kept."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sniperforge.domain.landing import InDoubt

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from sniperforge.domain.chain import TransactionView
    from sniperforge.domain.landing import Fate
    from sniperforge.domain.trade import Attempt


@dataclass(frozen=True, slots=True)
class Handed:
    """One transaction as it was handed over."""

    raw: bytes
    signature: str
    last_valid_height: int
    send: bool
    deadline: float | None


class FakeLander:
    """Implements :class:`~sniperforge.engine.executor.Lander`.

    Args:
        script: called with each transaction; returns its fate, plain or awaited. Without one all stay in
            doubt.

    Attributes:
        handed: what was handed over, in order.
        views: what :meth:`transaction` shows, by signature.
    """

    def __init__(self, script: Callable[[Handed], Fate | Awaitable[Fate]] | None = None) -> None:
        self._script = script or (lambda _handed: InDoubt("the script says nothing"))
        self.handed: list[Handed] = []
        self.views: dict[str, TransactionView] = {}

    async def land(
        self, raw: bytes, signature: str, last_valid_height: int, *, send: bool, deadline: float | None
    ) -> Fate:
        """Note the hand-over and ask the script."""
        handed = Handed(raw, signature, last_valid_height, send, deadline)
        self.handed.append(handed)
        fate = self._script(handed)
        return await fate if inspect.isawaitable(fate) else fate

    async def land_series(self, attempts: Sequence[Attempt], *, send: bool, deadline: float | None) -> Fate:
        """The same, for the last of a series."""
        last = attempts[-1]
        return await self.land(last.raw, last.signature, last.last_valid_height, send=send, deadline=deadline)

    async def transaction(self, signature: str) -> TransactionView:
        """The view that the test has put there."""
        return self.views[signature]
