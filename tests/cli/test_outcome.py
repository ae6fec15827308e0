from __future__ import annotations

import json
import sys
from pathlib import Path
from subprocess import CompletedProcess, run
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import CommandLine


def test_exit_codes_of_the_real_command(command_line: CommandLine) -> None:
    """Usage is 2, configuration 3, success 0; stdout holds results only."""
    cases = {("config",): 0, ("confg",): 2, ("config", "--nope"): 2, ("--network", "nope", "config"): 3}
    for arguments, code in cases.items():
        done = command_line(*arguments)
        assert (done.returncode, bool(done.stdout)) == (code, code == 0), arguments
        assert bool(done.stderr) == (code != 0)


@pytest.mark.parametrize(
    "text", ["x = ", "nope = 1", '[limits]\nmax_trade_sol = "9"', "[limits]\nmax_trade = 1"]
)
def test_bad_configuration_exits_3_naming_file_and_line(command_line: CommandLine, text: str) -> None:
    """Bad TOML, unknown keys and contradictions are one document with file, line and key."""
    configs = command_line.folder / "configs"
    configs.mkdir()
    (configs / "sniperforge.toml").write_text(text + "\n")
    done = command_line("config", "--json")
    document = json.loads(done.stdout)
    assert (done.returncode, document["error"]["code"]) == (3, "config")
    assert f"{configs}/sniperforge.toml:{text.count(chr(10)) + 1}" in document["error"]["message"]


def test_a_reader_that_leaves_early_is_not_an_error(command_line: CommandLine) -> None:
    """``config schema | head -1`` ends without a traceback."""
    line = f"{sys.executable} -m sniperforge config schema lp-sniper | head -c 1"
    done: CompletedProcess[str] = run(
        ["bash", "-c", f"set -o pipefail; {line}"],
        env=command_line.env,
        cwd=command_line.folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "{", "")


def test_a_full_disk_under_stdout_is_exit_1(command_line: CommandLine) -> None:
    """A result that could not be written was not given."""
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with Path("/dev/full").open("w") as full:
        done = run(
            [sys.executable, "-m", "sniperforge", "config"],
            env=command_line.env,
            cwd=command_line.folder,
            stdout=full,
            stderr=-1,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert "cannot be written to stdout" in done.stderr
    assert "Traceback" not in done.stderr
