"""Turns a command module's typer functions into the one command that main runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import typer

from sniperforge.cli.options import HELP, NAMES
from sniperforge.config.nearest import did_you_mean
from sniperforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sniperforge.cli.options import Options

_EPILOG: Final = "\b\nCommon options, before or after the command:\n" + "\n".join(
    f"  {names:30} {meaning}" for names, meaning in HELP
)
# click's UsageError; named through typer, whose newer versions bring their own copy of click.
_ClickUsageError: Final[type[Exception]] = typer.BadParameter.__mro__[1]


def command_app(summary: str) -> typer.Typer:
    """An empty app; decorate functions with ``@app.command()``. Two or more make a group of subcommands.

    For a group of one, add an empty ``@app.callback()``.
    """
    return typer.Typer(
        help=summary,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        suggest_commands=False,
    )


class Invocation(NamedTuple):
    """A command found and ready to run: its full name (``wallet balance``) and the arguments left for it."""

    name: str
    command: Any
    arguments: list[str]

    def run(self, options: Options) -> Any:
        """Parse the arguments, call the function, return what it returns; ``None`` after its help.

        Raises:
            UsageError: the arguments are wrong; the message names the nearest option.
        """
        settings = {"help_option_names": ["-h", "--help"], "max_content_width": 110}
        try:
            with self.command.make_context(
                f"sniperforge {self.name}", list(self.arguments), obj=options, **settings
            ) as context:
                return self.command.invoke(context)
        except typer.Exit as stop:
            if stop.exit_code:
                raise SystemExit(stop.exit_code) from None
            return None
        except typer.Abort:
            raise KeyboardInterrupt from None
        except _ClickUsageError as error:
            raise _usage_error(error, self) from None


def find(name: str, app: typer.Typer, arguments: Sequence[str], default: str | None = None) -> Invocation:
    """The command that ``arguments`` mean in the module of command ``name``.

    Args:
        name: as in the command table.
        app: the module's typer app.
        arguments: what followed the name.
        default: subcommand that runs when none is named.

    Raises:
        UsageError: no such subcommand; names the nearest.
    """
    command: Any = typer.main.get_command(app)
    words, path = list(arguments), [name]
    while subcommands := getattr(command, "commands", None):
        word = words[0] if words else ""
        if word in subcommands:
            command = subcommands[words.pop(0)]
        elif default in subcommands and word[:1] in ("", "-") and word not in ("-h", "--help"):
            word, command = str(default), subcommands[default]
        elif word[:1] in ("", "-"):
            break
        else:
            known = sorted(subcommands)
            hint = did_you_mean(word, known) or f"subcommands of {' '.join(path)}: {', '.join(known)}"
            raise UsageError(f'no such command "{" ".join([*path, word])}"', hint=hint)
        path.append(word)
    _add_epilog(command)
    return Invocation(" ".join(path), command, words)


def _add_epilog(command: Any) -> None:
    command.epilog = _EPILOG


def _usage_error(error: Any, invocation: Invocation) -> UsageError:
    message = error.format_message().rstrip(".")
    wrong = getattr(error, "option_name", None)
    known = [name for parameter in invocation.command.params for name in parameter.opts] + list(NAMES)
    hint = did_you_mean(wrong, [name for name in known if name.startswith("--")]) if wrong else ""
    text = message[:1].lower() + message[1:]
    return UsageError(text, hint=hint or f"sniperforge {invocation.name} --help shows how it is used")
