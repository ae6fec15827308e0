from __future__ import annotations

from typing import Annotated

import pytest
import typer

from sniperforge.cli.command import command_app, find
from sniperforge.cli.options import Options
from sniperforge.errors import UsageError

single = command_app("One thing.")


@single.command()
def fly(ctx: typer.Context, where: str, height: Annotated[int, typer.Option()] = 1) -> str:
    """Fly somewhere."""
    return f"{where} {height} {ctx.obj.wallet}"


group = command_app("Several things.")
nested = command_app("Deeper.")


@group.command()
def show() -> str:
    """Show it."""
    return "shown"


@group.command()
def leave(code: int) -> None:
    """Leave with a code."""
    raise typer.Exit(code)


@group.command()
def give_up() -> None:
    """Give up."""
    raise typer.Abort


@nested.command()
def low() -> str:
    """Go low."""
    return "low"


@nested.callback()
def deeper() -> None:
    """Deeper."""


group.add_typer(nested, name="deep")


def run(app: typer.Typer, line: str, default: str | None = None) -> object:
    return find("it", app, line.split(), default).run(Options(wallet="w"))


def test_a_single_function_is_the_command() -> None:
    """Arguments and options reach the function, the common options through the context."""
    assert run(single, "north --height 5") == "north 5 w"
    assert find("it", single, ["north"]).name == "it"


@pytest.mark.parametrize(
    ("line", "default", "name", "value"),
    [
        ("show", None, "it show", "shown"),
        ("", "show", "it show", "shown"),
        ("deep low", None, "it deep low", "low"),
    ],
)
def test_groups_find_their_subcommand(line: str, default: str | None, name: str, value: str) -> None:
    """The full name is known, a bare group runs its default, groups may nest."""
    invocation = find("it", group, line.split(), default)
    assert (invocation.name, invocation.run(Options())) == (name, value)


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("shw", 'no such command "it shw"', "did you mean show?"),
        ("zzz", 'no such command "it zzz"', "subcommands of it: deep, give-up, leave, show"),
        ("deep lo", 'no such command "it deep lo"', "did you mean low?"),
        ("show --heigth", "no such option: --heigth", "sniperforge it show --help shows how it is used"),
        ("show --jsn", "no such option: --jsn", "did you mean --json?"),
        ("show extra", "got unexpected extra argument", "sniperforge it show --help"),
        ("", "missing command", ""),
    ],
)
def test_mistakes_name_what_was_meant(line: str, message: str, hint: str) -> None:
    """Unknown subcommands and options, and wrong arguments, are usage errors with a remedy."""
    with pytest.raises(UsageError) as caught:
        run(group, line)
    assert caught.value.message.startswith(message)
    assert caught.value.hint.startswith(hint)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "missing argument 'where'"),
        ("n --height x", "invalid value for '--height'"),
        ("n --heigt 2", "no such option: --heigt"),
    ],
)
def test_wrong_arguments_are_usage_errors(line: str, message: str) -> None:
    """What typer refuses becomes our error, with the nearest option where one is like it."""
    with pytest.raises(UsageError) as caught:
        run(single, line)
    assert caught.value.message.lower().startswith(message)
    assert "--heigt " not in line or caught.value.hint == "did you mean --height?"


def test_help_lists_the_common_options(capsys: pytest.CaptureFixture[str]) -> None:
    """Every command's help ends with them, and running it returns nothing."""
    for app, line in ((single, "--help"), (group, "-h"), (group, "show -h")):
        assert run(app, line, "show") is None
        text = capsys.readouterr().out
        assert "Usage: sniperforge it" in text
        assert "--network NAME" in text


def test_leaving_early_keeps_the_code() -> None:
    """``typer.Exit`` is an exit code, ``typer.Abort`` an interruption."""
    assert run(group, "leave 0") is None
    with pytest.raises(SystemExit) as caught:
        run(group, "leave 3")
    assert caught.value.code == 3
    with pytest.raises(KeyboardInterrupt):
        run(group, "give-up")
