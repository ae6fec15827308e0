from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from sniperforge.config.layers import Layers, scalar_keys
from sniperforge.config.model import Config
from sniperforge.errors import ConfigError


def test_each_value_keeps_its_origin() -> None:
    """A key says the line it was written on, and the last layer that set it."""
    layers = Layers()
    layers.add_text("live = true\n[limits]\nreserve_sol = 0.1\n", "f.toml")
    layers.add_environment(Config, {"X_LIMITS__RESERVE_SOL": "0.2", "HOME": "/"}, "X_")
    layers.set(("network",), "devnet", "option --network")
    assert layers.values == {"live": True, "limits": {"reserve_sol": Decimal("0.2")}, "network": "devnet"}
    assert layers.origins == {
        ("live",): "f.toml:1",
        ("limits", "reserve_sol"): "env X_LIMITS__RESERVE_SOL",
        ("network",): "option --network",
    }
    assert layers.tables == {("limits",): "f.toml:2"}


@pytest.mark.parametrize(
    ("variable", "text", "value"),
    [
        ("X_LIVE", "true", True),
        ("X_LIVE", "maybe", "maybe"),
        ("X_WALLET", "123", "123"),
        ("X_LOCALNET__RPC_PORT", "1", 1),
        ("X_LOCALNET__RPC_PORT", "1\nother = 2", "1\nother = 2"),
        ("X_LIMITS__RESERVE_SOL", "0.1", Decimal("0.1")),
    ],
)
def test_variables_are_read_as_toml_unless_text_is_wanted(variable: str, text: str, value: object) -> None:
    """A number in the environment is a number, a name is a name, and nothing can smuggle in another key."""
    layers = Layers()
    layers.add_environment(Config, {variable: text}, "X_")
    leaf = layers.values
    for part in variable.removeprefix("X_").lower().split("__"):
        leaf = leaf[part]
    assert leaf == value


def test_unknown_variables_name_the_nearest() -> None:
    """A slip in a variable's name is an error, not a value without effect."""
    with pytest.raises(ConfigError, match="X_LIMITS__RESERVE") as caught:
        Layers().add_environment(Config, {"X_LIMITS__RESERVE_SLO": "1"}, "X_")
    assert "X_LIMITS__RESERVE_SOL" in caught.value.hint


def test_a_scalar_is_not_overwritten_by_a_table() -> None:
    """A section given as a number stays for the model to refuse."""
    layers = Layers()
    layers.add_text("limits = 3\n", "f.toml")
    layers.set(("limits", "reserve_sol"), "1", "env X")
    assert layers.values == {"limits": 3}


@pytest.mark.parametrize(
    ("text", "line"),
    [("a = \n", 1), ("a = 1\n[b\n", 2), ("a = 1\n\nb = [1,\n", 3), ("a = 1\na = 2\n", 2), ('a = "x', 1)],
)
def test_syntax_errors_name_file_and_line(text: str, line: int) -> None:
    """Bad TOML is said with its line, an unfinished value on the last one."""
    with pytest.raises(ConfigError, match="not TOML") as caught:
        Layers().add_text(text, "f.toml")
    assert caught.value.details["file"] == "f.toml"
    assert abs(caught.value.details["line"] - line) <= 1


def test_files_that_cannot_be_read_are_errors(tmp_path: Path) -> None:
    """A missing file and a file that is not text are configuration errors that name it."""
    binary = tmp_path / "b.toml"
    binary.write_bytes(b"\xff\xfe")
    for path, reason in ((binary, "not UTF-8"), (tmp_path / "none.toml", "cannot be read")):
        with pytest.raises(ConfigError, match=reason) as caught:
            Layers().add_file(path)
        assert caught.value.details["file"] == str(path)


def test_references_take_the_environments_value() -> None:
    """``${NAME}`` is replaced inside texts and arrays, and the key is remembered as secret."""
    layers = Layers()
    layers.add_text('plain = "x"\nurl = "https://h/${KEY}"\nmore = ["${KEY}", 1]\n', "f.toml")
    layers.expand({"KEY": "s3cret"})
    assert layers.values == {"plain": "x", "url": "https://h/s3cret", "more": ["s3cret", 1]}
    assert layers.secret_keys == {("url",), ("more",)}
    assert layers.origins[("url",)] == "f.toml:2"


@pytest.mark.parametrize("env", [{}, {"KEY": ""}])
def test_a_missing_variable_is_named(env: dict[str, str]) -> None:
    """A reference to nothing, or to an empty value, is an error that names variable, key and line."""
    layers = Layers()
    layers.add_text('url = "${KEY}"\n', "f.toml")
    with pytest.raises(ConfigError, match=r"f\.toml:1: url asks for \$\{KEY\}"):
        layers.expand(env)


def test_scalar_keys_walk_the_whole_model() -> None:
    """Every value has a dotted key; tables themselves have none."""
    keys = dict(scalar_keys(Config))
    assert keys["limits", "max_trade_sol"] is False
    assert keys[("network",)] is True
    assert ("limits",) not in keys
