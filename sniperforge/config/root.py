"""Where the project is: the folder that configuration is read from and that relative paths mean."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sniperforge.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE_NAME: Final = "sniperforge.toml"
FOLDER_NAME: Final = "configs"


@dataclass(frozen=True, slots=True)
class Root:
    """The project's place on disk.

    Attributes:
        path: relative paths in the configuration are inside it.
        config_dir: holds ``sniperforge.toml``, ``networks/`` and ``bots/``.
        config_file: the main file; it may not exist, then the defaults rule.
        found_by: ``--config``, ``SNIPERFORGE_HOME``, ``parent folder`` or ``XDG folders``.
    """

    path: Path
    config_dir: Path
    config_file: Path
    found_by: str


def find_root(config: str | None, *, env: Mapping[str, str], cwd: Path) -> Root:
    """The project root, by the first of: ``config``, ``$SNIPERFORGE_HOME``, the nearest parent, XDG.

    Args:
        config: value of ``--config``: a file, or a folder that holds one.
        env: the environment.
        cwd: where the search through the parents starts.

    Raises:
        ConfigError: ``config`` names nothing that exists.
    """
    if config is not None:
        return _of_file(_existing(cwd / Path(config).expanduser()), "--config")
    if home := env.get("SNIPERFORGE_HOME"):
        return _of_file((cwd / Path(home).expanduser()) / FOLDER_NAME / FILE_NAME, "SNIPERFORGE_HOME")
    for folder in (cwd, *cwd.parents):
        if (folder / FOLDER_NAME / FILE_NAME).is_file():
            return _of_file(folder / FOLDER_NAME / FILE_NAME, "parent folder")
    return _xdg(env)


def _existing(path: Path) -> Path:
    for candidate in (path, path / FILE_NAME, path / FOLDER_NAME / FILE_NAME):
        if candidate.is_file():
            return candidate
    raise ConfigError(
        f"no configuration file at {path}",
        hint="`sniperforge config init` writes one with commented defaults",
        details={"file": str(path)},
    )


def _of_file(file: Path, found_by: str) -> Root:
    folder = file.parent
    return Root(folder.parent if folder.name == FOLDER_NAME else folder, folder, file, found_by)


def _xdg(env: Mapping[str, str]) -> Root:
    home = Path(env["HOME"]) if env.get("HOME") else Path.home()
    config_dir = Path(env.get("XDG_CONFIG_HOME") or home / ".config") / "sniperforge"
    data_dir = Path(env.get("XDG_DATA_HOME") or home / ".local" / "share") / "sniperforge"
    return Root(data_dir, config_dir, config_dir / FILE_NAME, "XDG folders")
