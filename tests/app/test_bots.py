"""Bots by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from sniperforge.app.bots import BOTS, bot_config, bot_named
from sniperforge.errors import ConfigError, UsageError
from tests.app.place import settings_in


@pytest.mark.parametrize("name", ["lp-sniper", "lp_sniper", "LPSniper", "LP-SNIPER"])
def test_spelling_is_forgiven(name: str) -> None:
    """The documents spell it in several ways."""
    assert bot_named(name) is BOTS["lp-sniper"]


def test_an_unknown_bot_names_the_nearest() -> None:
    """Or all there are."""
    with pytest.raises(UsageError, match='no such bot "lp-snipper"') as near:
        bot_named("lp-snipper")
    assert near.value.hint == "did you mean lp-sniper?"
    with pytest.raises(UsageError) as far:
        bot_named("zzz")
    assert "lp-sniper" in far.value.hint


def test_every_bot_says_what_it_is() -> None:
    """Name and summary are what lists show."""
    assert all(spec.name == name and spec.summary for name, spec in BOTS.items())


def _sniper_file(folder: Path, text: str) -> None:
    (folder / "configs" / "bots").mkdir(parents=True, exist_ok=True)
    (folder / "configs" / "bots" / "lp-sniper.toml").write_text(text)


def test_the_default_configuration_is_sound(tmp_path: Path) -> None:
    """What ships names venues and checks that exist."""
    spec = BOTS["lp-sniper"]
    assert isinstance(bot_config(settings_in(tmp_path), spec), spec.config)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[filters]\ndexes = ["raydium_cpm"]\n', 'no such venue "raydium_cpm"'),
        ('[risk]\nallow_unknown = ["lp_loked"]\n', "lp_loked"),
        ('[filters]\nquote_mints = ["EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"]\n', "quoted in SOL"),
    ],
    ids=["venue", "check", "quote"],
)
def test_names_that_mean_nothing_are_refused_with_the_nearest(tmp_path: Path, text: str, said: str) -> None:
    """A bot that would silently look at nothing does not start."""
    settings = settings_in(tmp_path)
    _sniper_file(tmp_path, text)
    with pytest.raises(ConfigError, match=said) as caught:
        bot_config(settings, BOTS["lp-sniper"])
    assert caught.value.hint
