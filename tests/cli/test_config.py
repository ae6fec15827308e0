from __future__ import annotations

import json
from pathlib import Path

import pytest

from sniperforge.cli.main import main


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def document(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, object]:
    assert main([*arguments, "--json"]) == code
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_bare_config_shows_values_with_origins(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``config`` is ``config show``: every value, and the file and line that it came from."""
    (folder / "configs").mkdir()
    (folder / "configs" / "sniperforge.toml").write_text('\nwallet = "mine"\n')
    shown = document(capsys, "config")
    assert shown["command"] == "config show"
    values = shown["data"]["values"]  # type: ignore[index]
    assert values["wallet"] == {"value": "mine", "origin": f"{folder}/configs/sniperforge.toml:2"}
    assert values["limits.reserve_sol"] == {"value": "0.05", "origin": "default"}
    assert main(["config", "show"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("LOCALNET\nproject root: ")
    assert "configs/sniperforge.toml:2" in text


def test_path_says_where_everything_is(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a file it says which one would be read."""
    assert document(capsys, "config", "path")["data"]["config_file"] is None  # type: ignore[index]
    assert main(["config", "path"]) == 0
    assert "none; " in capsys.readouterr().out


def test_init_writes_the_defaults_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first time creates the project; the second is a configuration error."""
    assert main(["config", "init"]) == 0
    assert (folder / "configs" / "networks" / "mainnet.toml").is_file()
    assert "wrote" in capsys.readouterr().out
    assert document(capsys, "config", "check")["ok"] is True
    assert document(capsys, "config", "init", code=3)["error"]["code"] == "config"  # type: ignore[index]


def test_check_lists_every_file(capsys: pytest.CaptureFixture[str]) -> None:
    """One row per file, those that are not there included."""
    assert main(["config", "check"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert rows[0] == "LOCALNET"
    assert rows[1].startswith("skip")
    assert "ok    networks/mainnet.toml" in rows


def test_schema_is_json_even_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    """What is printed can be written to a file for an editor."""
    assert main(["config", "schema", "network"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "NetworkConfig"
    error = document(capsys, "config", "schema", "netwrk", code=2)["error"]
    assert error["hint"] == "did you mean network?"  # type: ignore[index]
