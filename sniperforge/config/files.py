"""The configuration as files and rows: checks all of it, writes the defaults, shows what is in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sniperforge.config.load import load_bot, load_network
from sniperforge.config.lp_sniper import LpSniperConfig
from sniperforge.config.masking import MASK, mask_url
from sniperforge.config.packaged import default_files, default_text, file_names
from sniperforge.errors import ConfigError
from sniperforge.files import create_exclusive, make_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pydantic import BaseModel

    from sniperforge.config.load import Settings

BOT_MODELS: Final[dict[str, type[BaseModel]]] = {"lp-sniper": LpSniperConfig}
"""Bots whose file this package knows; a plugin checks its own when it starts."""


WRITE_ONLY: Final = {"writeOnly": True}
"""What marks a :data:`~sniperforge.config.values.Secret`, as JSON Schema has it."""


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """One file read: ``ok``, or ``skip`` with the reason."""

    file: str
    status: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One value in force, fit to be shown: keys in URLs are masked."""

    key: str
    value: Any
    origin: str


def check_files(settings: Settings) -> list[CheckedFile]:
    """Read every network and bot file beside the main file, which was read already.

    A network that is not selected and asks for a variable which is not set is a ``skip``.

    Raises:
        ConfigError: the first file that is wrong.
    """
    settings.require_block_engine()
    main = settings.root.config_file
    rows = [CheckedFile(str(main), "ok") if main.is_file() else CheckedFile(str(main), "skip", "not there")]
    rows += [_checked_network(settings, name) for name in file_names(settings.root, "networks")]
    rows += [_checked_bot(settings, name) for name in file_names(settings.root, "bots")]
    return rows


def effective_rows(settings: Settings) -> Iterator[Row]:
    """Every value of the main file, the selected network and the configured bot, with its origin."""
    yield from _rows(settings.config, "", settings.origins, settings.secret_keys)
    prefix = f"networks.{settings.network_name}."
    yield from _rows(settings.network, prefix, settings.origins, settings.secret_keys)
    name = settings.config.bot
    if name in BOT_MODELS:
        bot, origins = load_bot(settings, name, BOT_MODELS[name])
        dotted = {f"bots.{name}.{key}": origin for key, origin in origins.items()}
        yield from _rows(bot, f"bots.{name}.", dotted, frozenset())


def write_defaults(folder: Path) -> list[Path]:
    """Write the commented default files into ``folder``.

    Raises:
        ConfigError: one of them exists; nothing was written.
        StorageError: the folder cannot be written.
    """
    targets = {folder / name: default_text(name) or "" for name in default_files()}
    if present := [path for path in targets if path.exists()]:
        raise _exists_error(present[0], "nothing was written")
    for path, text in targets.items():
        make_folder(path.parent, mode=0o755)
        try:
            create_exclusive(path, text, mode=0o644)
        except FileExistsError:
            raise _exists_error(path, "another process made it meanwhile") from None
    return list(targets)


def _exists_error(path: Path, consequence: str) -> ConfigError:
    return ConfigError(
        f"{path} exists already; {consequence}",
        hint="move it away first, or name another folder",
        details={"file": str(path)},
    )


def _checked_network(settings: Settings, name: str) -> CheckedFile:
    file = f"networks/{name}.toml"
    try:
        load_network(settings.root, name, settings.env)
    except ConfigError as error:
        variable = error.details.get("variable")
        if variable is None or variable in settings.env:
            raise
        return CheckedFile(file, "skip", f"{variable} is not set")
    return CheckedFile(file, "ok")


def _checked_bot(settings: Settings, name: str) -> CheckedFile:
    file = f"bots/{name}.toml"
    if name not in BOT_MODELS:
        return CheckedFile(file, "skip", "checked by the bot when it starts")
    load_bot(settings, name, BOT_MODELS[name])
    return CheckedFile(file, "ok")


def _rows(model: BaseModel, prefix: str, origins: Mapping[str, str], secret: frozenset[str]) -> Iterator[Row]:
    for name, field in type(model).model_fields.items():
        value, key = getattr(model, name), prefix + name
        if field.json_schema_extra == WRITE_ONLY:
            yield Row(key, MASK if value else "", origins.get(key, "default"))
        elif hasattr(type(value), "model_fields"):
            yield from _rows(value, f"{key}.", origins, secret)
        else:
            yield Row(key, _shown(value, key in secret), _origin(key, origins))


def _origin(key: str, origins: Mapping[str, str]) -> str:
    """Where ``key`` was set, or the first entry of the table that it is."""
    inside = (origin for name, origin in origins.items() if name.startswith(f"{key}."))
    return origins.get(key) or next(inside, "default")


def _shown(value: Any, is_secret: bool) -> Any:
    if isinstance(value, tuple):
        return [_shown(item, is_secret) for item in value]
    if hasattr(type(value), "model_fields"):
        return {
            name: _shown(getattr(value, name), is_secret and name.endswith("_url"))
            for name in type(value).model_fields
        }
    if isinstance(value, dict):
        return {key: _shown(item, is_secret) for key, item in value.items()}
    if isinstance(value, str):
        return MASK if is_secret and "://" not in value else mask_url(value)
    return value if isinstance(value, (bool, int)) or value is None else f"{value:f}"
