"""Accounts and programs from files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sniperforge.errors import ConfigError
from sniperforge.localnet.genesis_files import read_program_file, read_recording
from sniperforge.localnet.program.binary import CPMM
from sniperforge.localnet.recording import Recording
from tests.localnet.kit import address
from tests.localnet.test_recording import GOOD, MINE, OTHER, RAW, clock, response


def write(path: Path, document: Any) -> Path:
    path.write_text(json.dumps(document))
    return path


def test_files_and_folders_are_one_recording(tmp_path: Path) -> None:
    """As of the newest slot among them; the same account twice is fine while it is the same."""
    folder = tmp_path / "accounts"
    folder.mkdir()
    write(folder / f"{address(3)}.json", response(RAW, 60))
    write(folder / "b.json", [GOOD, clock(70, 1_700_000_000)])
    (folder / "readme.txt").write_text("not an account")
    one = write(tmp_path / "one.json", {**GOOD, "context": {"slot": 90}})
    assert read_recording([folder, one]) == Recording((OTHER, MINE), 90, 1_700_000_000)
    assert read_recording([]) == Recording()


def test_files_that_differ(tmp_path: Path) -> None:
    """Nobody guesses which is right."""
    one = write(tmp_path / "one.json", GOOD)
    two = write(tmp_path / "two.json", {**GOOD, "account": {**RAW, "lamports": 5}})
    with pytest.raises(ConfigError, match=rf"one\.json and .*two\.json differ about {address(1)}"):
        read_recording([one, two])


def test_wrong_files_are_named(tmp_path: Path) -> None:
    """No JSON, no account, no file, an empty folder."""
    path = tmp_path / "account.json"
    for text in (b"\xff{", b"{", b"[" * 100_000, b"7"):
        path.write_bytes(text)
        with pytest.raises(ConfigError, match=r"account\.json is no") as caught:
            read_recording([path])
        assert "base64" in caught.value.hint
    with pytest.raises(ConfigError, match=r"cannot read .*missing\.json: No such file"):
        read_recording([tmp_path / "missing.json"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match=r"empty holds no \*\.json"):
        read_recording([tmp_path / "empty"])


def test_a_program(tmp_path: Path) -> None:
    """ELF bytes with their address; anything else is refused."""
    path = tmp_path / "program.so"
    path.write_bytes(CPMM.elf())
    assert read_program_file(address(1), path) == (address(1), CPMM.elf())
    with pytest.raises(ConfigError, match="not a program's address"):
        read_program_file("x", path)
    path.write_bytes(b"#!/bin/sh")
    with pytest.raises(ConfigError, match="ELF"):
        read_program_file(address(1), path)
