from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from sniperforge import __version__
from sniperforge.cli import main as entry
from sniperforge.cli.command import command_app
from sniperforge.cli.main import main
from sniperforge.cli.result import Result
from sniperforge.cli.signals import Interrupted
from sniperforge.cli.table import COMMANDS, Command
from sniperforge.errors import RefusedError, WalletBusyError

KEY = "5" * 87  # a secret key's form in base58
Add = Callable[[Callable[[], object]], None]


@pytest.fixture(autouse=True)
def quiet_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("signal.signal", lambda *_: None)


@pytest.fixture
def add(monkeypatch: pytest.MonkeyPatch) -> Add:
    """Make a function the command ``probe``."""

    def install(function: Callable[[], object]) -> None:
        module = ModuleType("probe_command")
        module.app = command_app("Probe.")  # type: ignore[attr-defined]
        module.app.command()(function)  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "probe_command", module)
        monkeypatch.setitem(COMMANDS, "probe", Command("probe_command", "probe"))

    return install


@pytest.mark.parametrize("argv", [[], ["--help"], ["-h"], ["help"], ["--json", "--help"], ["-y"]])
def test_help_lists_every_command(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """However it is asked for, the help shows the whole table on stdout."""
    assert main(argv) == 0
    text = capsys.readouterr().out
    assert all(f"  {name} " in text and command.summary in text for name, command in COMMANDS.items())


@pytest.mark.parametrize("argv", [["--version"], ["--json", "--version"]])
def test_version(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """The version is the package's."""
    assert main(argv) == 0
    assert capsys.readouterr().out == f"sniperforge {__version__}\n"


@pytest.mark.parametrize(
    ("argv", "hint"),
    [
        (["confg"], "did you mean config?"),
        (["zzzz"], "sniperforge --help lists the commands"),
        (["--jsn", "config"], "did you mean --json?"),
        (["config", "--netwrk", "x"], "did you mean --network?"),
        (["config", "--network"], ""),
    ],
)
def test_usage_errors_exit_2_with_the_nearest_name(
    argv: list[str], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unknown commands and options are said on stderr, and as a document with ``--json``."""
    assert main(argv) == 2
    written = capsys.readouterr()
    assert written.out == ""
    assert hint in written.err
    assert main(["--json", *argv]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "usage"


def test_errors_carry_command_network_and_code(add: Add, capsys: pytest.CaptureFixture[str]) -> None:
    """A refusal is exit 4 with the command and the configured network in the document."""

    def refuse() -> None:
        raise RefusedError("too much")

    add(refuse)
    assert main(["probe", "--json", "--devnet"]) == 4
    document = json.loads(capsys.readouterr().out)
    assert (document["command"], document["network"], document["exit_code"]) == ("probe", "devnet", 4)


def test_an_error_in_the_configuration_still_names_the_network(
    add: Add, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the configuration cannot be read, the network is the one asked for."""

    def busy() -> None:
        raise WalletBusyError("held")

    add(busy)
    (tmp_path / "bad.toml").write_text("x = 1")
    assert main(["probe", "--json", "--config", "bad.toml", "--devnet"]) == 5
    assert json.loads(capsys.readouterr().out)["network"] == "devnet"


def test_a_result_with_an_error_gives_its_code(add: Add, capsys: pytest.CaptureFixture[str]) -> None:
    """The data is shown and the exit code is the error's."""

    def half() -> Result:
        return Result({"done": 1}, lambda: "half", error=RefusedError("the rest"))

    add(half)
    assert main(["probe"]) == 4
    assert capsys.readouterr().out == "half\n"


def test_a_stream_prints_for_itself(add: Add, capsys: pytest.CaptureFixture[str]) -> None:
    """A command that returns nothing adds nothing."""
    add(lambda: None)
    assert main(["probe"]) == 0
    assert capsys.readouterr().out == ""


def test_a_bug_is_exit_1_with_the_log_named(
    add: Add, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The traceback is in the log, keys in URLs masked; on the terminal only with ``-v``."""

    def broken() -> None:
        raise ValueError(f"at https://h/?k=S3CRET with {KEY}")

    add(broken)
    config = tmp_path / "my.toml"
    config.write_text("")
    assert main(["probe", "--config", str(config), "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    log = Path(document["error"]["details"]["log"])
    assert str(log) in document["error"]["message"]
    line = json.loads(log.read_text())
    assert "Traceback" in line["exception"]
    told = log.read_text() + json.dumps(document)
    assert "=S3CRET" not in told
    assert KEY not in told
    assert main(["probe", "--config", str(config)]) == 1
    assert "Traceback" not in capsys.readouterr().err
    assert main(["probe", "--config", str(config), "-v"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_second_bug_does_not_hide_the_first(
    add: Add, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """When even the configuration loader is broken, the first error is told and the code kept."""

    def broken() -> None:
        raise KeyError("first")

    def worse(_options: object) -> None:
        raise RuntimeError("second")

    add(broken)
    monkeypatch.setattr("sniperforge.cli.settings.load_settings", worse)
    assert main(["probe", "--json"]) == 1
    assert "KeyError: 'first'" in json.loads(capsys.readouterr().out)["error"]["message"]


def test_a_log_folder_that_cannot_be_made_is_said(
    add: Add, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file in the way of the log folder does not hide the bug either."""

    def broken() -> None:
        raise ValueError("odd")

    add(broken)
    (tmp_path / "my.toml").write_text('[paths]\nlogs = "file/logs"\n')
    (tmp_path / "file").write_text("")
    assert main(["probe", "--config", "my.toml"]) == 1
    assert "the log could not be written" in capsys.readouterr().err


def test_a_bug_without_a_log_says_so(add: Add, capsys: pytest.CaptureFixture[str]) -> None:
    """An unreadable configuration does not hide the bug."""

    def broken() -> None:
        raise ValueError("odd")

    add(broken)
    assert main(["probe", "--config", "none.toml"]) == 1
    assert "the log could not be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("stop", "code"), [(KeyboardInterrupt(), 130), (Interrupted(2), 130), (Interrupted(15), 143)]
)
def test_signals_have_their_codes(
    add: Add, stop: BaseException, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """An interrupted command is not ok and says by which signal."""

    def stopped() -> None:
        raise stop

    add(stopped)
    assert main(["probe", "--json"]) == code
    document = json.loads(capsys.readouterr().out)
    assert (document["error"]["code"], document["exit_code"]) == ("interrupted", code)


def test_what_a_stopped_command_returned_is_kept(add: Add, capsys: pytest.CaptureFixture[str]) -> None:
    """The summary of a clean stop is in the document beside the error."""

    def stopped() -> None:
        raise Interrupted(15, Result({"trades": 3}, lambda: "3 trades"))

    add(stopped)
    assert main(["probe", "--json"]) == 143
    document = json.loads(capsys.readouterr().out)
    assert (document["data"], document["ok"]) == ({"trades": 3}, False)


def test_run_exits_with_the_code(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The console script's exit code is the command's."""
    monkeypatch.setattr(sys, "argv", ["sniperforge", "zzzz"])
    with pytest.raises(SystemExit) as caught:
        entry.run()
    assert caught.value.code == 2


class BrokenPipe:
    """A stdout whose reader went away."""

    def __init__(self, descriptor: int, error: OSError) -> None:
        self.descriptor = descriptor
        self.error = error

    def write(self, _text: str) -> int:
        raise self.error

    def flush(self) -> None:
        raise self.error

    def fileno(self) -> int:
        return self.descriptor


@pytest.mark.parametrize(
    ("argv", "error", "code"),
    [
        (["--help"], BrokenPipeError(), 0),
        (["config", "path"], BrokenPipeError(), 0),
        (["zzzz", "--json"], BrokenPipeError(), 2),
        (["config", "path"], OSError(28, "No space left on device"), 1),
        (["zzzz", "--json"], OSError(28, "No space left on device"), 2),
    ],
)
def test_a_stdout_that_is_gone(
    argv: list[str], error: OSError, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A closed pipe is no failure, a full disk is; an error keeps its own code."""
    descriptor = os.open(tmp_path / "out", os.O_WRONLY | os.O_CREAT)
    monkeypatch.setattr(sys, "stdout", BrokenPipe(descriptor, error))
    assert main(argv) == code
    os.close(descriptor)
