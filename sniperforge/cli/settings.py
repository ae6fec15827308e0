"""Loads the configuration that the common options ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sniperforge.cli.options import Options
    from sniperforge.config.load import Settings


def load_settings(options: Options) -> Settings:
    """The settings of this run: main file, selected network, paths, with options laid over them.

    Raises:
        ConfigError: naming file, line, key, value and the nearest valid key.
    """
    from sniperforge.config.load import load

    given = {"network": ("--network", options.network), "wallet": ("--wallet", options.wallet)}
    overrides: dict[str, tuple[str, Any]] = {key: pair for key, pair in given.items() if pair[1] is not None}
    return load(config=options.config, options=overrides)
