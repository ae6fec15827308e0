"""Where a coin started: on a launchpad's curve, or nowhere that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.dex.registry import DETECTOR_BY_PROGRAM

if TYPE_CHECKING:
    from sniperforge.domain.pool import PoolEvent

LAUNCHPADS: Final = ("pumpfun", "raydium_launchlab", "meteora_dbc")
"""Registry names of venues whose coins start on a curve and move to a pool once it is sold."""


def launchpad_of(event: PoolEvent) -> str | None:
    """The launchpad that an event is on, or whose program called the pool's; ``None`` for all others."""
    if event.dex in LAUNCHPADS:
        return event.dex
    caller = DETECTOR_BY_PROGRAM.get(event.facts.get("caller", ""))
    return caller.name if caller is not None and caller.name in LAUNCHPADS else None


def is_named(event: PoolEvent, texts: tuple[str, ...]) -> bool:
    """Whether the coin's name or symbol, where the event tells them, holds one of ``texts``, in any case."""
    told = " ".join(event.facts.get(key, "") for key in ("name", "symbol")).casefold()
    return any(text.casefold() in told for text in texts)
