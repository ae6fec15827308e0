"""Where a command's password comes from."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from sniperforge.cli.password import password_source


def test_nothing_is_read_before_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Making the source asks nobody; reading takes one line of stdin."""
    stdin = io.StringIO("secret\nmore")
    monkeypatch.setattr(sys, "stdin", stdin)
    source = password_source(password_stdin=True)
    assert stdin.tell() == 0
    assert source.read().reveal() == "secret"


def test_a_file_of_mode_0600(tmp_path: Path) -> None:
    """Given by option."""
    path = tmp_path / "password"
    path.write_text("secret\n")
    path.chmod(0o600)
    assert password_source(password_file=path).read().reveal() == "secret"
