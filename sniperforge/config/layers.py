"""Files, environment and options laid over each other, with the origin of every value kept."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sniperforge.config.nearest import did_you_mean
from sniperforge.config.toml_lines import key_lines
from sniperforge.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from pydantic import BaseModel

Key = tuple[str, ...]

_LINE: Final = re.compile(r"\s*\(at line (?P<line>\d+), column (?P<column>\d+)\)$")
_REFERENCE: Final = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(slots=True)
class Layers:
    """Values gathered so far and where each came from; later layers win key by key.

    Attributes:
        source: what the values are read from, for messages: the file's path, or ``built-in defaults``.
        values: nested tables as TOML gives them.
        origins: per dotted key ``file:line``, ``env NAME`` or ``option --x``; absent means a default.
        tables: where each table's header stands.
        secret_keys: keys whose text took a value out of the environment; never shown.
    """

    source: str = "built-in defaults"
    values: dict[str, Any] = field(default_factory=dict, repr=False)
    origins: dict[Key, str] = field(default_factory=dict)
    tables: dict[Key, str] = field(default_factory=dict)
    secret_keys: set[Key] = field(default_factory=set)

    def add_file(self, path: Path) -> None:
        """Read a TOML file.

        Raises:
            ConfigError: it cannot be read, is not UTF-8, or is not TOML; names the line.
        """
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise ConfigError(f"{path}: not UTF-8 text", details={"file": str(path)}) from None
        except OSError as error:
            raise ConfigError(
                f"{path}: cannot be read: {error.strerror}", details={"file": str(path)}
            ) from None
        self.add_text(text, str(path))

    def add_text(self, text: str, source: str) -> None:
        """Lay the TOML ``text`` of ``source`` over what is there. Raises like :meth:`add_file`."""
        try:
            table = tomllib.loads(text, parse_float=Decimal)
        except tomllib.TOMLDecodeError as error:
            raise _syntax_error(str(error), text, source) from None
        self.source = source
        lines = key_lines(text)
        for key, value in _leaves(table):
            line = lines.get(key) or next(
                (lines[key[:n]] for n in range(len(key), 0, -1) if key[:n] in lines), 1
            )
            self.set(key, value, f"{source}:{line}")
        self.tables = {key: f"{source}:{line}" for key, line in lines.items() if key not in self.origins}

    def set(self, key: Key, value: object, origin: str) -> None:
        """Give one key a value; a scalar in the way of a table is kept for the model to refuse."""
        table = self.values
        for part in key[:-1]:
            inner = table.setdefault(part, {})
            if not isinstance(inner, dict):
                return
            table = inner
        table[key[-1]] = value
        self.origins[key] = origin

    def add_environment(self, model: type[BaseModel], env: Mapping[str, str], prefix: str) -> None:
        """Take every variable that starts with ``prefix``; ``__`` separates table and key.

        Raises:
            ConfigError: a variable names no key of ``model``.
        """
        known = {prefix + "__".join(key).upper(): (key, kind) for key, kind in scalar_keys(model)}
        for name in sorted(env):
            if not name.startswith(prefix):
                continue
            if name not in known:
                raise _unknown_variable(name, known)
            key, is_text = known[name]
            self.set(key, env[name] if is_text else _toml_value(env[name]), f"env {name}")

    def expand(self, env: Mapping[str, str]) -> None:
        """Put the environment's values for ``${NAME}`` into every text.

        Raises:
            ConfigError: a variable that is not set or empty; names it, and where it is asked for.
        """
        for key, value in list(_leaves(self.values)):
            expanded = _expanded(value, lambda name, key=key: self._variable(name, key, env))
            if expanded != value:
                self.secret_keys.add(key)
                self.set(key, expanded, self.origins[key])

    def _variable(self, name: str, key: Key, env: Mapping[str, str]) -> str:
        if value := env.get(name):
            return value
        raise ConfigError(
            f"{self.origins[key]}: {'.'.join(key)} asks for ${{{name}}}, which is not set in the environment",
            hint=f"export {name}=… or write another value",
            details={"key": ".".join(key), "variable": name},
        )


def scalar_keys(model: type[BaseModel], prefix: Key = ()) -> Iterator[tuple[Key, bool]]:
    """Every key of a model that holds a value rather than a table, and whether that value is plain text."""
    for name, field_info in model.model_fields.items():
        inner = field_info.annotation
        if isinstance(inner, type) and hasattr(inner, "model_fields"):
            yield from scalar_keys(inner, (*prefix, name))
        else:
            yield (*prefix, name), inner is str


def _leaves(table: Mapping[str, Any], prefix: Key = ()) -> Iterator[tuple[Key, Any]]:
    for name, value in table.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, (*prefix, name))
        else:
            yield (*prefix, name), value


def _expanded(value: Any, lookup: Any) -> Any:
    if isinstance(value, str):
        return _REFERENCE.sub(lambda match: lookup(match["name"]), value)
    if isinstance(value, list):
        return [_expanded(item, lookup) for item in value]
    if isinstance(value, dict):
        return {key: _expanded(item, lookup) for key, item in value.items()}
    return value


def _toml_value(text: str) -> Any:
    try:
        table = tomllib.loads(f"value = {text}", parse_float=Decimal)
    except tomllib.TOMLDecodeError:
        return text
    return table["value"] if table.keys() == {"value"} else text


def _syntax_error(message: str, text: str, source: str) -> ConfigError:
    place = _LINE.search(message)
    line = int(place["line"]) if place else text.count("\n") + 1
    reason = _LINE.sub("", message).removesuffix(" (at end of document)")
    return ConfigError(
        f"{source}:{line}: not TOML: {reason}",
        hint="text goes in quotes, tables in [brackets], one key per line",
        details={"file": source, "line": line},
    )


def _unknown_variable(name: str, known: Iterable[str]) -> ConfigError:
    return ConfigError(
        f"env {name}: no such configuration key",
        hint=did_you_mean(name, known) or "`sniperforge config show` lists every key",
        details={"variable": name},
    )
