"""What a model refuses, said with file, line, key, value and the nearest valid key."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, get_args

from sniperforge.config.layers import scalar_keys
from sniperforge.config.masking import mask_url
from sniperforge.config.nearest import nearest
from sniperforge.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import BaseModel, ValidationError
    from pydantic_core import ErrorDetails

    from sniperforge.config.layers import Key, Layers

_UNITS = ("_sol", "_percent", "_bps", "_ms", "_seconds", "_days", "_lamports", "_usd")
_MAX_SHOWN = 80


def config_error(error: ValidationError, model: type[BaseModel], layers: Layers) -> ConfigError:
    """One error for everything the model refuses; the first problem gives the hint."""
    found = [_problem(detail, model, layers) for detail in error.errors(include_url=False)]
    message = "\n".join(problem["message"] for problem in found)
    hint = next((problem["hint"] for problem in found if problem["hint"]), "")
    return ConfigError(message, hint=hint, details={"problems": found})


def _problem(detail: ErrorDetails, model: type[BaseModel], layers: Layers) -> dict[str, Any]:
    key = _key_of(detail)
    dotted = ".".join(key)
    origin = _origin(key, layers)
    reason, hint = _reason(detail, key, model)
    file, _, line = origin.rpartition(":")
    is_line = bool(file) and line.isdigit()
    return {
        "message": f"{origin}: {dotted}{_shown(detail, key, layers)}: {reason}",
        "key": dotted,
        "origin": origin,
        "file": file if is_line else None,
        "line": int(line) if is_line else None,
        "hint": hint,
    }


def _key_of(detail: ErrorDetails) -> Key:
    named = (detail.get("ctx") or {}).get("key")
    where = detail["loc"] if named is None else (*detail["loc"], str(named))
    # A place in a list of values says nothing about a line; one in an array of tables does.
    told = [isinstance(part, str) or isinstance(after, str) for part, after in pairwise((*where, 0))]
    return tuple(str(part) for part, said in zip(where, told, strict=True) if said)


def _origin(key: Key, layers: Layers) -> str:
    for length in range(len(key), 0, -1):
        if place := layers.origins.get(key[:length]) or layers.tables.get(key[:length]):
            return place
    return layers.source


def _shown(detail: ErrorDetails, key: Key, layers: Layers) -> str:
    value = detail["input"]
    if detail["type"] in ("missing", "contradiction") or isinstance(value, dict):
        return ""
    is_url = key[-1:] and key[-1].endswith(("_url", "_urls"))
    secret = any(key[:length] in layers.secret_keys for length in range(1, len(key) + 1))
    if secret or (is_url and "://" not in str(value)):
        return " = (hidden)"
    text = f'"{mask_url(value)}"' if isinstance(value, str) else mask_url(str(value))
    return f" = {text[:_MAX_SHOWN]}"


def _reason(detail: ErrorDetails, key: Key, model: type[BaseModel]) -> tuple[str, str]:
    kind = detail["type"]
    if kind == "extra_forbidden":
        plain = tuple(part for part in key if not part.isdigit())
        return "unknown key", _suggestion(
            plain, [name for name, _ in scalar_keys(model)] + _listed_keys(model)
        )
    if kind == "missing":
        return "missing", f"add `{key[-1]} = …`"
    if kind == "model_type":
        return "a table is needed", f"write [{'.'.join(key)}] and its keys below"
    return detail["msg"][:1].lower() + detail["msg"][1:], ""


def _listed_keys(model: type[BaseModel]) -> list[Key]:
    """The keys of tables that stand in arrays: an array is one value everywhere else."""
    return [
        (name, inner)
        for name, field in model.model_fields.items()
        for kind in get_args(field.annotation)
        for inner in getattr(kind, "model_fields", ())
    ]


def _suggestion(key: Key, known: Iterable[Key]) -> str:
    names = {".".join(name) for name in known}
    tables = {name.rpartition(".")[0] for name in names} - {""}
    siblings = {name.rpartition(".")[2] for name in names if name.rpartition(".")[0] == ".".join(key[:-1])}
    moved = [name for name in sorted(names) if name.rpartition(".")[2] == key[-1]]
    if moved:
        return f"this key is written {moved[0]}"
    near = nearest(key[-1], siblings | (tables if len(key) == 1 else set()))
    if near is None:
        return f"known here: {', '.join(sorted(siblings))}" if siblings else ""
    unit = next((unit for unit in _UNITS if near == key[-1] + unit), "")
    return f"did you mean {near}?" + (f" Names carry their unit: {unit.lstrip('_')}" if unit else "")
