"""Where a command gets a wallet's password: stdin, environment, file, or a question at the terminal."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from sniperforge.wallets.password import PasswordSource


def password_source(*, password_stdin: bool = False, password_file: Path | None = None) -> PasswordSource:
    """The source that the options ask for; nothing is read before it is needed."""
    from getpass import getpass

    from sniperforge.wallets.password import PasswordSource

    return PasswordSource(
        environment=os.environ, stdin=sys.stdin, prompt=getpass, from_stdin=password_stdin, file=password_file
    )
