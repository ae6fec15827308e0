"""Questions to the person at the terminal; without one they fail at once, naming the option that answers."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from sniperforge.errors import UsageError

if TYPE_CHECKING:
    from sniperforge.cli.options import Options


def confirm(question: str, options: Options) -> None:
    """Ask for a yes on stderr; ``--yes`` answers it.

    Raises:
        UsageError: no terminal to ask on, or the answer is not yes.
    """
    if options.yes:
        return
    _require_terminal(question, "--yes")
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise UsageError("not confirmed; nothing was done")


def ask_secret(question: str, *, answered_by: str) -> str:
    """Ask for a secret without showing it.

    Args:
        question: shown before the cursor, without a colon.
        answered_by: the option or variable that gives the secret without a terminal.

    Raises:
        UsageError: no terminal to ask on.
    """
    from getpass import getpass

    _require_terminal(question, answered_by)
    return getpass(f"{question}: ")


def _require_terminal(question: str, answered_by: str) -> None:
    if not sys.stdin.isatty():
        raise UsageError(f"no terminal to ask on: {question}", hint=f"give {answered_by}")
