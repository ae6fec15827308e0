from __future__ import annotations

import tomllib
from decimal import Decimal

import pytest
from pydantic import ValidationError

from sniperforge.config.model import Config, Execution, Limits, Localnet, Watch
from sniperforge.config.packaged import default_text
from sniperforge.domain.addresses import LAMPORTS_PER_SOL


def test_defaults_equal_the_packaged_file() -> None:
    """What the commented file shows as defaults is what a missing line means, and it shows every key."""
    table = tomllib.loads(default_text("sniperforge.toml") or "", parse_float=Decimal)
    assert Config.model_validate(table) == Config()
    for name, field in Config.model_fields.items():
        inner = getattr(field.annotation, "model_fields", None)
        assert set(table[name]) == set(inner) if inner else name in table


def test_defaults_are_validated_money() -> None:
    """A default is converted like a value from a file."""
    assert Limits().max_trade_sol * LAMPORTS_PER_SOL == 500_000_000


@pytest.mark.parametrize(
    ("section", "values", "key"),
    [
        (Limits, {"max_trade_sol": 3}, "max_trade_sol"),
        (Limits, {"max_creator_sol": "0.4"}, "max_trade_sol"),
        (Limits, {"max_token_sol": "0.4"}, "max_trade_sol"),
        (Execution, {"exit_slippage_bps": 6_000}, "exit_slippage_bps"),
        (Execution, {"tip_sol": "0.000000999"}, "tip_sol"),
        (Execution, {"tip_sol": "0.002"}, "tip_sol"),
        (Execution, {"mev": "tip", "max_tip_sol": "0.01"}, "max_tip_sol"),
        (Watch, {"min_quote_liquidity_sol": 2, "max_quote_liquidity_sol": 1}, "min_quote_liquidity_sol"),
        (Localnet, {"ws_port": 8899}, "ws_port"),
        (Localnet, {"jupiter_port": 8900}, "jupiter_port"),
    ],
)
def test_contradictions_name_the_key(section: type[Config], values: dict[str, object], key: str) -> None:
    """Values that exclude each other are errors, shown at one of them."""
    with pytest.raises(ValidationError) as caught:
        section.model_validate(values)
    assert caught.value.errors()[0]["ctx"]["key"] == key


def test_ports_of_zero_do_not_collide() -> None:
    """0 lets the system choose, so it may stand more than once."""
    assert Localnet(rpc_port=0, ws_port=0, jupiter_port=0).ws_port == 0


def test_tips_that_nobody_pays_may_be_high() -> None:
    """Without a policy they are no part of the fees."""
    assert Execution.model_validate({"max_tip_sol": 1}).mev == "none"
    with pytest.raises(ValidationError):
        Execution.model_validate({"mev": "private"})
