"""Where the password comes from."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, NoReturn

import pytest

from sniperforge.errors import ConfigError, NotFoundError, UsageError
from sniperforge.wallets.password import ENVIRONMENT, PasswordSource

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import TextIO


class Terminal(io.StringIO):
    """Standard input on a terminal."""

    def isatty(self) -> bool:
        """A person is there."""
        return True


def never(_question: str) -> NoReturn:
    """A prompt that must not be used."""
    raise AssertionError("prompted")


def source(
    *,
    environment: Mapping[str, str] | None = None,
    stdin: TextIO | None = None,
    prompt: Callable[[str], str] = never,
    from_stdin: bool = False,
    file: Path | None = None,
) -> PasswordSource:
    """A source with nothing but what is named."""
    return PasswordSource(environment or {}, stdin or io.StringIO(""), prompt, from_stdin, file)


def private(path: Path, text: str, mode: int = 0o600) -> Path:
    """A password file."""
    path.write_text(text)
    path.chmod(mode)
    return path


def answers(*texts: str) -> Callable[[str], str]:
    """A prompt that gives these answers."""
    left = list(texts)
    return lambda _question: left.pop(0)


def test_stdin_gives_its_first_line() -> None:
    """Only the line's end is taken off; spaces are part of a password."""
    stdin = io.StringIO(" a b \r\nrest")
    assert source(stdin=stdin, from_stdin=True, environment={ENVIRONMENT: "env"}).read().reveal() == " a b "
    assert stdin.read() == "rest"


def test_file_gives_its_first_line(tmp_path: Path) -> None:
    """The option comes before the environment."""
    path = private(tmp_path / "pw", "from file\nmore\n")
    assert source(file=path, environment={ENVIRONMENT: "env"}).read().reveal() == "from file"


def test_environment_comes_before_the_prompt() -> None:
    """The variable answers also on a terminal; an empty one counts as absent."""
    assert source(environment={ENVIRONMENT: "env"}, stdin=Terminal()).read().reveal() == "env"
    assert (
        source(environment={ENVIRONMENT: ""}, stdin=Terminal(), prompt=answers("typed")).read().reveal()
        == "typed"
    )


def test_without_a_terminal_the_error_names_what_answers() -> None:
    """No prompt is made when nobody is there."""
    with pytest.raises(UsageError, match="no terminal") as caught:
        source().read()
    for way in ("--password-stdin", "--password-file", ENVIRONMENT):
        assert way in caught.value.hint


def test_a_new_password_is_asked_twice() -> None:
    """Two equal answers pass, two different ones do not."""
    assert source(stdin=Terminal(), prompt=answers("a", "a")).read(confirm=True).reveal() == "a"
    with pytest.raises(UsageError, match="differ"):
        source(stdin=Terminal(), prompt=answers("a", "b")).read(confirm=True)


def test_empty_answers_are_refused(tmp_path: Path) -> None:
    """Nothing typed, nothing piped, end of input, nothing in the file."""
    with pytest.raises(UsageError, match="prompt is empty"):
        source(stdin=Terminal(), prompt=answers("")).read(confirm=True)
    with pytest.raises(UsageError, match="standard input is empty"):
        source(from_stdin=True).read()
    with pytest.raises(ConfigError, match="is empty"):
        source(file=private(tmp_path / "a", "")).read()
    with pytest.raises(ConfigError, match="is empty"):
        source(file=private(tmp_path / "b", "\nx")).read()

    def closed(_question: str) -> str:
        raise EOFError

    with pytest.raises(UsageError, match="no password was given"):
        source(stdin=Terminal(), prompt=closed).read()


def test_input_that_is_no_text_is_refused() -> None:
    """Bytes that are not UTF-8 are a usage error, not a traceback."""
    stdin = io.TextIOWrapper(io.BytesIO(b"\xff\xfe\n"), encoding="utf-8")
    with pytest.raises(UsageError, match="not UTF-8"):
        source(stdin=stdin, from_stdin=True).read()


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """The error says what to run and nothing of the password."""
    path = private(tmp_path / "pw", "hunter2", 0o644)
    with pytest.raises(ConfigError, match=f"chmod 600 {path}") as caught:
        source(file=path).read()
    assert "hunter2" not in caught.value.message
    with pytest.raises(NotFoundError):
        source(file=tmp_path / "absent").read()


def test_two_options_exclude_each_other(tmp_path: Path) -> None:
    """Which one was meant is not guessed."""
    with pytest.raises(UsageError, match="exclude each other"):
        source(from_stdin=True, file=tmp_path / "pw").read()


def test_repr_shows_no_environment() -> None:
    """The environment holds passwords."""
    assert "hunter2" not in repr(source(environment={ENVIRONMENT: "hunter2"}))
