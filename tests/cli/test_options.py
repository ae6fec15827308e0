from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniperforge.cli.options import HELP, NAMES, Options, hoist
from sniperforge.errors import UsageError


@pytest.mark.parametrize(
    ("line", "options", "rest"),
    [
        ("", Options(), ""),
        ("--json wallet balance", Options(json=True), "wallet balance"),
        ("wallet balance --json -y", Options(json=True, yes=True), "wallet balance"),
        ("--network devnet start --network=mainnet", Options(network="mainnet"), "start"),
        ("start -u devnet --localnet", Options(network="localnet"), "start"),
        ("start --mainnet -u mine", Options(network="mine"), "start"),
        ("--devnet status", Options(network="devnet"), "status"),
        ("status --config c.toml --wallet w", Options(config="c.toml", wallet="w"), "status"),
        ("status -v -v --verbose", Options(verbose=3), "status"),
        ("status -vvq", Options(quiet=True), "status"),
        ("status -q -vv", Options(verbose=2), "status"),
        ("status -yvq", Options(yes=True, quiet=True), "status"),
        ("logs -f --bot lp-sniper", Options(), "logs -f --bot lp-sniper"),
        ("logs -fy", Options(), "logs -fy"),
        ("send -- --json -y", Options(), "send -- --json -y"),
        ("--config - x", Options(config="-"), "x"),
        ("sell M -5", Options(), "sell M -5"),
    ],
)
def test_common_options_are_lifted_out(line: str, options: Options, rest: str) -> None:
    """Before or after the command, in every spelling; the later wins; the rest keeps its order."""
    assert hoist(line.split()) == (options, rest.split())


@pytest.mark.parametrize("line", ["--network", "--network --json", "--wallet=", "x --config", "-u -y"])
def test_an_option_without_its_value_is_a_usage_error(line: str) -> None:
    """The next option is never taken for a value."""
    with pytest.raises(UsageError, match="needs a value"):
        hoist(line.split())


def test_a_flag_with_a_value_is_a_usage_error() -> None:
    """``--json=no`` would otherwise be read as yes."""
    with pytest.raises(UsageError, match="--json takes no value"):
        hoist(["--json=no"])


@given(
    st.lists(st.sampled_from(["a", "--own", "-x", "5"])),
    st.lists(st.sampled_from(["--json", "-y", "--devnet"])),
)
def test_where_a_flag_stands_makes_no_difference(words: list[str], flags: list[str]) -> None:
    """The same flags before or after the command's words give the same options and the same rest."""
    assert hoist([*flags, *words]) == hoist([*words, *flags])
    assert hoist([*flags, *words])[1] == words


def test_every_option_is_in_the_help() -> None:
    """No spelling is accepted that the help does not show."""
    shown = " ".join(names for names, _ in HELP).replace(",", " ").split()
    assert set(NAMES) == {word for word in shown if word.startswith("-")}
