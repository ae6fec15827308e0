"""Reading secret files: bounds and errors."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from sniperforge.errors import ConfigError, NotFoundError, StorageError
from sniperforge.wallets.private_file import MAX_SIZE, read_private

if TYPE_CHECKING:
    from pathlib import Path


def test_reads_text_mode_and_time(tmp_path: Path) -> None:
    """The content, the mode and the time come together; repr shows the path only."""
    path = tmp_path / "f"
    path.write_text("[1]")
    path.chmod(0o600)
    os.utime(path, (5, 7))
    file = read_private(path)
    assert (file.text, file.mode, file.modified_at, file.warning) == ("[1]", 0o600, 7.0, "")
    assert file.json() == [1]
    assert repr(file) == f"PrivateFile({path})"


def test_a_wide_mode_is_a_warning_that_says_what_to_run(tmp_path: Path) -> None:
    """The warning holds the mode and the command."""
    path = tmp_path / "f"
    path.write_text("x")
    path.chmod(0o640)
    warning = read_private(path).warning
    assert "mode 0640" in warning
    assert f"chmod 600 {path}" in warning


@pytest.mark.parametrize("text", ['{"a": hunter2}', "[1,", "NaN", "[" * 60_000, ""])
def test_bad_json_names_the_place_and_not_the_content(tmp_path: Path, text: str) -> None:
    """Neither the message nor a chained exception holds the text."""
    path = tmp_path / "f"
    path.write_text(text)
    with pytest.raises(ConfigError, match="not valid JSON") as caught:
        read_private(path).json()
    assert str(path) in caught.value.message
    assert "hunter2" not in caught.value.message
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_what_is_no_small_text_file_is_refused(tmp_path: Path) -> None:
    """Missing, folder, too large, binary: each has its error."""
    with pytest.raises(NotFoundError, match="no such file"):
        read_private(tmp_path / "absent")
    with pytest.raises(ConfigError, match="is not a file"):
        read_private(tmp_path)
    large = tmp_path / "large"
    large.write_bytes(b"1" * (MAX_SIZE + 1))
    with pytest.raises(ConfigError, match="too large"):
        read_private(large)
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not a text file"):
        read_private(binary)
    with pytest.raises(NotFoundError):
        read_private(binary / "below")


def test_an_unreadable_file_is_a_storage_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused open names path and reason."""
    path = tmp_path / "f"
    path.write_text("x")

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", refuse)
    with pytest.raises(StorageError, match=r"cannot read .*Permission denied"):
        read_private(path)
