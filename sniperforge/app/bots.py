"""The bots that there are, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.bots import lp_sniper
from sniperforge.config.nearest import did_you_mean
from sniperforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.plugin import BotSpec

BOTS: Final[Mapping[str, BotSpec]] = {spec.name: spec for spec in (lp_sniper.SPEC,)}


def bot_named(name: str) -> BotSpec:
    """The bot called ``name``; ``_`` and missing hyphens are forgiven (``lp_sniper``, ``lpsniper``).

    Raises:
        UsageError: no such bot; names the nearest.
    """
    wanted = name.lower().replace("_", "").replace("-", "")
    for known, spec in BOTS.items():
        if known.replace("-", "") == wanted:
            return spec
    hint = did_you_mean(name, BOTS) or f"bots: {', '.join(BOTS)}"
    raise UsageError(f'no such bot "{name}"', hint=hint)
