"""The bots that there are, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sniperforge.bots import lp_sniper
from sniperforge.config.load import load_bot
from sniperforge.config.nearest import did_you_mean
from sniperforge.dex.registry import VENUES, venue_named
from sniperforge.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.config.load import Settings
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


def bot_config(settings: Settings, spec: BotSpec) -> Any:
    """A bot's validated configuration, an instance of ``spec.config``.

    Raises:
        ConfigError: its file is invalid, or names a venue or a check that does not exist.
    """
    config, _ = load_bot(settings, spec.name, spec.config)
    spec.risk(config)
    spec.exits(config)
    for name in spec.dexes(config):
        if venue_named(name) is None:
            known = [venue.name for venue in VENUES]
            hint = did_you_mean(name, known) or f"venues: {', '.join(known)}"
            raise ConfigError(f'bots/{spec.name}.toml: no such venue "{name}"', hint=hint)
    return config
