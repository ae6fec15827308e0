from __future__ import annotations

from pathlib import Path

import pytest

from sniperforge.config.root import find_root
from sniperforge.errors import ConfigError


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project" / "configs").mkdir(parents=True)
    (tmp_path / "project" / "configs" / "sniperforge.toml").write_text("")
    (tmp_path / "project" / "deep" / "er").mkdir(parents=True)
    return tmp_path / "project"


@pytest.mark.parametrize("given", ["project", "project/configs", "project/configs/sniperforge.toml"])
def test_config_names_a_file_or_a_folder(project: Path, given: str) -> None:
    """``--config`` takes the file, its folder or the project folder, and the project is the root."""
    root = find_root(given, env={"SNIPERFORGE_HOME": "/nowhere"}, cwd=project.parent)
    assert (root.path, root.config_dir, root.found_by) == (project, project / "configs", "--config")


def test_a_file_outside_a_configs_folder_makes_its_folder_the_root(tmp_path: Path) -> None:
    """Any file will do; relative paths are then beside it."""
    file = tmp_path / "my.toml"
    file.write_text("")
    root = find_root(str(file), env={}, cwd=Path("/"))
    assert (root.path, root.config_file) == (tmp_path, file)


def test_config_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    """A mistyped path is never silently replaced by defaults."""
    with pytest.raises(ConfigError, match=r"no configuration file at .*nope\.toml"):
        find_root("nope.toml", env={}, cwd=tmp_path)


def test_home_variable_beats_the_parent_folders(project: Path, tmp_path: Path) -> None:
    """``$SNIPERFORGE_HOME`` is the root even before it has a file."""
    root = find_root(None, env={"SNIPERFORGE_HOME": str(tmp_path / "home")}, cwd=project)
    assert (root.path, root.config_file.exists()) == (tmp_path / "home", False)


def test_the_nearest_parent_is_found(project: Path) -> None:
    """From a folder deep inside a project the project is the root."""
    root = find_root(None, env={}, cwd=project / "deep" / "er")
    assert (root.path, root.found_by) == (project, "parent folder")


def test_xdg_folders_are_the_last_resort(tmp_path: Path) -> None:
    """Without a project, configuration and data are where the XDG variables say, else under the home."""
    root = find_root(None, env={"HOME": "/home/x"}, cwd=tmp_path)
    assert root.path == Path("/home/x/.local/share/sniperforge")
    assert root.config_file == Path("/home/x/.config/sniperforge/sniperforge.toml")
    moved = find_root(None, env={"HOME": "/h", "XDG_CONFIG_HOME": "/c", "XDG_DATA_HOME": "/d"}, cwd=tmp_path)
    assert (moved.path, moved.config_dir) == (Path("/d/sniperforge"), Path("/c/sniperforge"))
