"""Where a command gets a wallet's password: stdin, environment, file, or a question at the terminal."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from sniperforge.wallets.password import PasswordSource


def password_source(*, password_stdin: bool = False, password_file: Path | None = None) -> PasswordSource:
    """The source that the options ask for; nothing is read before it is needed."""
    from sniperforge.wallets.password import PasswordSource

    return PasswordSource(
        environment=os.environ, stdin=sys.stdin, prompt=_ask, from_stdin=password_stdin, file=password_file
    )


def _ask(question: str) -> str:
    """Ask without echo. Ctrl-C and SIGTERM end the question at once, whatever they do elsewhere."""
    from getpass import getpass

    from sniperforge.cli.signals import raise_on_sigterm

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    raise_on_sigterm()
    try:
        return getpass(question)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
