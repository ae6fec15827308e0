"""Entry point: finds the command, runs it, renders what it returns, and answers with its exit code."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from sniperforge import __version__
from sniperforge.cli.table import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sniperforge.cli.command import Invocation
    from sniperforge.cli.options import Options


def run() -> None:
    """Run the command line of this process and exit with its code."""
    sys.exit(main(sys.argv[1:]))


def main(argv: Sequence[str]) -> int:
    """Run one command line and return the exit code. Never raises."""
    if not argv or argv[0] in ("-h", "--help", "help", "--version"):
        return _print_text(_version() if argv and argv[0] == "--version" else _help())
    from sniperforge.cli.options import Options, hoist
    from sniperforge.errors import UsageError

    options = Options(json="--json" in argv)
    try:
        options, rest = hoist(argv)
    except UsageError as error:
        from sniperforge.cli.outcome import fail

        return fail(error, None, options)
    if not rest or rest[0] in ("-h", "--help", "--version"):
        return _print_text(_version() if rest and rest[0] == "--version" else _help())
    return _run(rest, options)


def _run(words: list[str], options: Options) -> int:
    from sniperforge.cli import outcome
    from sniperforge.cli.signals import Interrupted, raise_on_sigterm
    from sniperforge.errors import SniperForgeError

    raise_on_sigterm()
    name: str | None = words[0] if words[0] in COMMANDS else None
    try:
        invocation = _find(words)
        name = invocation.name
        return outcome.succeed(invocation.run(options), name, options)
    except SniperForgeError as error:
        return outcome.fail(error, name, options)
    except Interrupted as stop:
        return outcome.interrupted(stop.signum, stop.outcome, name, options)
    except KeyboardInterrupt:
        return outcome.interrupted(2, None, name, options)
    except BrokenPipeError:
        return outcome.closed_pipe()
    except Exception as error:  # noqa: BLE001 - the last line of defence: a bug becomes exit 1 and a log line
        return outcome.crash(error, name, options)


def _find(words: list[str]) -> Invocation:
    from importlib import import_module

    from sniperforge.config.nearest import did_you_mean
    from sniperforge.errors import UsageError

    name = words[0]
    if name not in COMMANDS:
        if name.startswith("-"):
            from sniperforge.cli.options import NAMES

            raise UsageError(
                f"no such option {name}", hint=did_you_mean(name, (*NAMES, "--help", "--version"))
            )
        hint = did_you_mean(name, COMMANDS) or "sniperforge --help lists the commands"
        raise UsageError(f'no such command "{name}"', hint=hint)
    from sniperforge.cli.command import find

    module: Any = import_module(COMMANDS[name].module)
    return find(name, module.app, words[1:], getattr(module, "DEFAULT", None))


def _print_text(text: str) -> int:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        from sniperforge.cli.outcome import closed_pipe

        return closed_pipe()
    return 0


def _version() -> str:
    return f"sniperforge {__version__}\n"


def _help() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:{width}}  {command.summary}" for name, command in COMMANDS.items()]
    return (
        "Usage: sniperforge [COMMON OPTIONS] COMMAND [ARGUMENTS]\n\n"
        "A safe, fast, honest Solana trading toolkit for the terminal.\n\n"
        "Commands:\n" + "\n".join(lines) + "\n\n"
        "Common options, before or after the command: --config PATH, --network NAME (--localnet, --devnet,\n"
        "--mainnet), --wallet NAME, --json, --yes, --quiet, -v. `sniperforge COMMAND --help` says the rest.\n"
        "Also: --version, --help.\n\n"
        "Exit codes: 0 ok, 1 internal, 2 usage, 3 config, 4 refused, 5 wallet busy, 6 unavailable,\n"
        "7 rejected, 8 unknown, 9 not found, 130 and 143 interrupted.\n"
    )
