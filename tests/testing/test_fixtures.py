"""Finding recorded data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.testing import fixtures

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_shared_files_are_found_beside_committed_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment names the shared folder; its files join and replace the committed ones."""
    folder = tmp_path / "raydium_cpmm"
    folder.mkdir()
    (folder / "only_here.json").write_text('{"a": 1}')
    monkeypatch.setenv(fixtures.VARIABLE, str(tmp_path))
    found = fixtures.recordings("raydium_cpmm")
    assert fixtures.read_recording(found["only_here"]) == {"a": 1}
    assert found["swap_clmm_2EawktQ9"].parent == fixtures.COMMITTED / "raydium_cpmm"


def test_without_the_shared_folder_the_committed_files_remain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An absent folder is no error."""
    monkeypatch.setenv(fixtures.VARIABLE, str(tmp_path / "absent"))
    assert fixtures.shared_root() is None
    assert len(fixtures.recordings("raydium_cpmm")) == 4
