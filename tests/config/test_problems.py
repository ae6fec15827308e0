from __future__ import annotations

import pytest
from pydantic import BaseModel, ValidationError

from sniperforge.config.layers import Layers
from sniperforge.config.model import Config
from sniperforge.config.network import NetworkConfig
from sniperforge.config.problems import config_error
from sniperforge.errors import ConfigError


def problem(text: str, model: type[BaseModel] = Config, env: dict[str, str] | None = None) -> ConfigError:
    layers = Layers()
    layers.add_text(text, "f.toml")
    layers.expand(env or {})
    with pytest.raises(ValidationError) as caught:
        model.model_validate(layers.values)
    return config_error(caught.value, model, layers)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            "[limits]\nmax_trade = 1",
            "f.toml:2: limits.max_trade = 1: unknown key",
            "did you mean max_trade_sol? Names carry their unit: sol",
        ),
        (
            "max_trade_sol = 1",
            "f.toml:1: max_trade_sol = 1: unknown key",
            "this key is written limits.max_trade_sol",
        ),
        ("[limts]\nx = 1", "f.toml:1: limts: unknown key", "did you mean limits?"),
        ("[limts]", "f.toml:1: limts: unknown key", "did you mean limits?"),
        ("limits = 3", "f.toml:1: limits = 3: a table is needed", "write [limits] and its keys below"),
        (
            "[logging]\nzzzz = 1",
            "f.toml:2: logging.zzzz = 1: unknown key",
            "known here: level, queue_lines, ",
        ),
        ("[zzzz]\nq = 1", "f.toml:1: zzzz: unknown key", "known here: bot, live, network, wallet"),
        ('live = "no"', 'f.toml:1: live = "no": input should be a valid boolean', ""),
        (
            "\n\n[limits]\nmax_trade_sol = 5",
            "f.toml:4: limits.max_trade_sol: max_trade_sol (5) is greater than max_exposure_sol (2)",
            "",
        ),
        ("[limits]\nmax_exposure_sol = 0.1", "f.toml:1: limits.max_trade_sol: max_trade_sol (0.5) is", ""),
    ],
)
def test_problems_name_place_key_value_and_remedy(text: str, message: str, hint: str) -> None:
    """File, line, dotted key, value and the nearest valid key are in every message."""
    error = problem(text)
    assert error.message.startswith(message)
    assert error.hint.startswith(hint)


def test_every_problem_is_told_at_once() -> None:
    """Two mistakes are two lines and two entries for scripts."""
    error = problem("live = 1\n[limits]\nreserve_sol = -1\n")
    assert [entry["line"] for entry in error.details["problems"]] == [1, 3]
    assert len(error.message.splitlines()) == 2


def test_missing_keys_are_told_with_the_file() -> None:
    """What has no line of its own names the file it should be in."""
    error = problem('chain = "devnet"\nws_url = "ws://h"\n', NetworkConfig)
    assert error.message == "f.toml: rpc_url: missing"
    assert error.details["problems"][0]["line"] is None


@pytest.mark.parametrize("url", ["ftp://u:s3cret@h/", "s3cret", "${KEY}"])
def test_secrets_in_values_are_not_shown(url: str) -> None:
    """A refused URL shows no password, and what came from the environment is not shown at all."""
    error = problem(
        f'chain = "devnet"\nws_url = "ws://h"\nrpc_url = "{url}"\n', NetworkConfig, {"KEY": "s3cret"}
    )
    assert "f.toml:3: rpc_url" in error.message
    assert "s3cret" not in f"{error.message} {error.details}"


NETWORK = 'chain = "devnet"\nrpc_url = "http://h"\nws_url = "ws://h"\n'
GOOD_TABLE = '[[endpoints]]\nrpc_url = "http://i"\nroles = ["read"]\n'


@pytest.mark.parametrize(
    ("table", "message", "hint"),
    [
        (
            'rpc_ulr = "http://i"',
            'f.toml:8: endpoints.1.rpc_ulr = "http://i": unknown key',
            "did you mean rpc_url?",
        ),
        ('rpc_url = "ftp://u:s3cret@i"', "f.toml:8: endpoints.1.rpc_url", ""),
        ('rpc_url = "${KEY}"', "f.toml:8: endpoints.1.rpc_url = (hidden)", ""),
        ('roles = ["subscribe"]', "f.toml:8: endpoints.1.roles: an endpoint to subscribe at needs", ""),
        ('roles = ["read", "watch"]', "f.toml:8: endpoints.1.roles", ""),
        ('genesis_hash = "x"', "f.toml:8: endpoints.1.genesis_hash", "this key is written genesis_hash"),
    ],
)
def test_a_table_of_an_array_is_told_with_its_own_line(table: str, message: str, hint: str) -> None:
    """The second endpoint's mistake is not shown at the first one's line."""
    rest = "" if table.startswith("rpc_url") else 'rpc_url = "http://j"\n'
    rest += "" if table.startswith("roles") else 'roles = ["read"]\n'
    text = f"{NETWORK}{GOOD_TABLE}[[endpoints]]\n{table}\n{rest}"
    error = problem(text, NetworkConfig, {"KEY": "s3cret"})
    assert error.message.startswith(message)
    assert "s3cret" not in f"{error.message} {error.details}"
    assert error.hint.startswith(hint)
