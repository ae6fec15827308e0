"""The default files that ship inside the package, and which networks and bots have a file at all."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sniperforge.config.root import Root


def default_text(relative: str) -> str | None:
    """The commented default file of that path inside ``configs/``, or ``None`` when there is none."""
    resource = files("sniperforge.config").joinpath("defaults", *relative.split("/"))
    return resource.read_text(encoding="utf-8") if resource.is_file() else None


def default_files() -> tuple[str, ...]:
    """Paths inside ``configs/`` of every default file, sorted."""
    top = files("sniperforge.config").joinpath("defaults")
    found = [entry.name for entry in top.iterdir() if entry.name.endswith(".toml")]
    for folder in ("networks", "bots"):
        found += [f"{folder}/{entry.name}" for entry in top.joinpath(folder).iterdir()]
    return tuple(sorted(name for name in found if name.endswith(".toml")))


def file_names(root: Root, folder: str) -> tuple[str, ...]:
    """Names of the networks or bots that have a file, the built-in ones included."""
    packaged = {name for name in default_files() if name.startswith(f"{folder}/")}
    own = root.config_dir / folder
    present = {f"{folder}/{path.name}" for path in own.glob("*.toml")} if own.is_dir() else set()
    return tuple(sorted(name.removeprefix(f"{folder}/").removesuffix(".toml") for name in packaged | present))
