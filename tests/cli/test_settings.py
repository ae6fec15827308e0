from __future__ import annotations

from pathlib import Path

import pytest

from sniperforge.cli.options import Options
from sniperforge.cli.settings import load_settings
from sniperforge.errors import ConfigError


def test_options_are_laid_over_the_configuration(tmp_path: Path) -> None:
    """``--config``, ``--network`` and ``--wallet`` win over the file; what is not given leaves it alone."""
    file = tmp_path / "my.toml"
    file.write_text('network = "testnet"\nwallet = "file"\n')
    settings = load_settings(Options(config=str(file), network="devnet"))
    assert (settings.network_name, settings.config.wallet) == ("devnet", "file")
    assert settings.origins["network"] == "option --network"


def test_an_unsafe_wallet_name_is_refused() -> None:
    """A name from the command line is checked like one from a file."""
    with pytest.raises(ConfigError, match="option --wallet: wallet"):
        load_settings(Options(wallet="../../etc/passwd"))
