from __future__ import annotations

import tomllib
from decimal import Decimal

import pytest
from pydantic import ValidationError

from sniperforge.config.lp_sniper import LpSniperConfig
from sniperforge.config.packaged import default_text
from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT


def test_defaults_equal_the_packaged_file() -> None:
    """The commented file shows every key with its default."""
    table = tomllib.loads(default_text("bots/lp-sniper.toml") or "", parse_float=Decimal)
    assert LpSniperConfig.model_validate(table) == LpSniperConfig()
    for name, field in LpSniperConfig.model_fields.items():
        inner = getattr(field.annotation, "model_fields", None)
        assert set(table[name]) == set(inner) if inner else name in table


@pytest.mark.parametrize(
    ("table", "key"),
    [
        (
            {"filters": {"min_quote_liquidity_sol": 9, "max_quote_liquidity_sol": 8}},
            "min_quote_liquidity_sol",
        ),
        ({"filters": {"target_mints": [WSOL_MINT], "block_mints": [WSOL_MINT]}}, "block_mints"),
        ({"filters": {"target_creators": [WSOL_MINT], "watch_creators": [WSOL_MINT]}}, "watch_creators"),
        ({"risk": {"largest_holder_max_percent": 50, "top10_max_percent": 40}}, "largest_holder_max_percent"),
        ({"exits": {"take_profit_percent": 10}}, "trailing_activation_percent"),
        ({"exits": {"stop_loss_percent": 0}}, "stop_loss_percent"),
        ({"exits": {"liquidity_pull_percent": 0}}, "liquidity_pull_percent"),
        ({"exits": {"take_profit_ladder": [[50, 40], [25, 40]]}}, "take_profit_ladder"),
        ({"exits": {"take_profit_ladder": [[0, 40]]}}, "take_profit_ladder"),
        ({"exits": {"take_profit_ladder": [[25, 0]]}}, "take_profit_ladder"),
        ({"exits": {"take_profit_ladder": [[25, 60], [50, 41]]}}, "take_profit_ladder"),
    ],
)
def test_contradictions_name_the_key(table: dict[str, object], key: str) -> None:
    """Values that exclude each other, or that would sell everything at once, are errors at their key."""
    with pytest.raises(ValidationError) as caught:
        LpSniperConfig.model_validate(table)
    assert caught.value.errors()[0]["ctx"]["key"] == key


def test_different_addresses_may_be_in_different_lists() -> None:
    """Lists contradict each other only over the same address."""
    table = {"filters": {"target_mints": [WSOL_MINT, WSOL_MINT], "block_mints": [USDC_MINT]}}
    assert LpSniperConfig.model_validate(table).filters.block_mints == (USDC_MINT,)


def test_a_ladder_is_read_from_pairs() -> None:
    """Gain and share, exact."""
    config = LpSniperConfig.model_validate({"exits": {"take_profit_ladder": [[25, 40], [40, 30]]}})
    assert config.exits.take_profit_ladder == ((25, 40), (40, 30))
