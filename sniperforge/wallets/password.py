"""Where a wallet's password comes from: standard input, a file, the environment, or a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sniperforge.errors import ConfigError, UsageError
from sniperforge.wallets.private_file import read_private
from sniperforge.wallets.secret import SecretText

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import TextIO

ENVIRONMENT: Final = "SNIPERFORGE_WALLET_PASSWORD"
HINT: Final = f"use --password-stdin, --password-file FILE, or the environment variable {ENVIRONMENT}"


@dataclass(frozen=True, slots=True, repr=False)
class PasswordSource:
    """Answers for the password, in this order: the option given, the environment, the prompt.

    Attributes:
        environment: the process's environment.
        stdin: the process's standard input.
        prompt: asks on the terminal without echo (``getpass.getpass``); gets the question.
        from_stdin: ``--password-stdin``: the first line of ``stdin``.
        file: ``--password-file``: the first line of a file of mode 0600.
    """

    environment: Mapping[str, str]
    stdin: TextIO
    prompt: Callable[[str], str]
    from_stdin: bool = False
    file: Path | None = None

    def __repr__(self) -> str:
        return f"PasswordSource(from_stdin={self.from_stdin}, file={self.file})"

    def read(self, question: str = "Wallet password: ", *, confirm: bool = False) -> SecretText:
        """The password.

        Args:
            question: shown by the prompt.
            confirm: ask twice, for a new password; only the prompt does.

        Raises:
            UsageError: two options at once, no terminal to ask on, an empty or unreadable answer, or
                two answers that differ.
            ConfigError: the password file can be read by others or is empty.
            NotFoundError: no such password file.
        """
        if self.from_stdin and self.file is not None:
            raise UsageError("--password-stdin and --password-file exclude each other")
        if self.from_stdin:
            return self._from_stdin()
        if self.file is not None:
            return _from_file(self.file)
        if text := self.environment.get(ENVIRONMENT, ""):
            return SecretText(text)
        return self._ask(question, confirm=confirm)

    def _from_stdin(self) -> SecretText:
        try:
            line = self.stdin.readline()
        except UnicodeDecodeError:
            raise UsageError("the password from standard input is not UTF-8 text") from None
        return _given(line, "standard input")

    def _ask(self, question: str, *, confirm: bool) -> SecretText:
        if not self.stdin.isatty():
            raise UsageError("a wallet password is needed and there is no terminal to ask on", hint=HINT)
        try:
            answer = self.prompt(question)
            repeated = self.prompt("Repeat it: ") if confirm and answer else answer
        except EOFError:
            raise UsageError("no password was given", hint=HINT) from None
        if repeated != answer:
            raise UsageError("the two passwords differ")
        return _given(answer, "the prompt")


def _from_file(path: Path) -> SecretText:
    file = read_private(path)
    if file.warning:
        raise ConfigError(f"password file {file.warning}", details={"path": str(path)})
    lines = file.text.splitlines()
    if not lines or not lines[0]:
        raise ConfigError(f"password file {path} is empty", details={"path": str(path)})
    return SecretText(lines[0])


def _given(line: str, source: str) -> SecretText:
    text = line.rstrip("\r\n")
    if not text:
        raise UsageError(f"the password from {source} is empty", hint=HINT)
    return SecretText(text)
