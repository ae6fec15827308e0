"""The only printer: results to stdout, as text or one JSON document; errors and notes to stderr."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.cli.options import Options
    from sniperforge.cli.result import Result
    from sniperforge.errors import SniperForgeError

_PIPE_WIDTH: Final = 240  # a file or pipe has no width of its own, and nothing may be cut off in it

# Control characters but newline and tab, those that change the direction of text, and halves of pairs, which
# no encoding has.
_CONTROLS: Final = (*range(9), *range(11, 32), *range(127, 160))
_UNSAFE: Final = (*_CONTROLS, *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000))
_REPLACED: Final = dict.fromkeys(_UNSAFE, "\N{REPLACEMENT CHARACTER}")


def clean(text: str) -> str:
    """``text`` without terminal control characters: token names come from strangers."""
    return text.translate(_REPLACED)


def render_result(result: Result, *, command: str | None, options: Options, out: TextIO) -> None:
    """Print a command's outcome; a broken pipe is left to the caller."""
    if options.json:
        _print_document(_document(result, command), out)
    else:
        if result.banner:
            out.write(result.banner + "\n")
        _print_view(result.human(), out)
    out.flush()
    for warning in result.warnings if not (options.json or options.quiet) else ():
        note(f"warning: {warning}")
    if result.error is not None and not options.json:
        _print_error(result.error)


def render_error(
    error: SniperForgeError, *, command: str | None, options: Options, out: TextIO, network: str | None = None
) -> None:
    """Print an error: the document on stdout with ``--json``, else message and hint on stderr."""
    if not options.json:
        _print_error(error)
        return
    head = {"ok": False, "command": command, "network": network, "mode": None, "wallet": None}
    _print_document({**head, **_error_part(error), "warnings": []}, out)
    out.flush()


def write_line(document: Mapping[str, Any]) -> None:
    """Print one line of a JSON stream (``--jsonl``) and flush it."""
    _print_document(document, sys.stdout)
    sys.stdout.flush()


def write_text(text: str) -> None:
    """Print one line of a stream for people and flush it."""
    sys.stdout.write(clean(text) + "\n")
    sys.stdout.flush()


def note(text: str) -> None:
    """Print a line on stderr; a closed stderr is no reason to stop."""
    try:
        sys.stderr.write(clean(text) + "\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        return


def _document(result: Result, command: str | None) -> dict[str, Any]:
    document = {
        "ok": result.error is None,
        "command": command,
        "network": result.network,
        "mode": result.mode or (None if result.network is None else _default_mode(result)),
        "wallet": result.wallet,
        "data": result.data,
        "warnings": list(result.warnings),
    }
    return document if result.error is None else document | _error_part(result.error)


def _default_mode(result: Result) -> str:
    return "paper" if (result.chain or result.network) == "mainnet" else "live"


def _error_part(error: SniperForgeError) -> dict[str, Any]:
    facts = {"code": error.code, "message": error.message, "hint": error.hint, "details": error.details}
    return {"error": facts, "exit_code": error.exit_code}


def _print_document(document: Mapping[str, Any], out: TextIO) -> None:
    import json

    out.write(json.dumps(document, default=_plain, separators=(", ", ": "), allow_nan=False) + "\n")


def _plain(value: object) -> object:
    from collections.abc import Mapping as AnyMapping
    from decimal import Decimal
    from pathlib import PurePath

    if hasattr(value, "to_json"):
        return value.to_json()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, AnyMapping):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"a result holds {type(value).__name__}, which has no JSON form")


def _print_error(error: SniperForgeError) -> None:
    note(f"error: {error.message}")
    if error.hint:
        note(f"hint: {error.hint}")


def _print_view(view: object, out: TextIO) -> None:
    if isinstance(view, (list, tuple)):
        for part in view:
            _print_view(part, out)
    elif isinstance(view, str):
        out.write(clean(view).removesuffix("\n") + "\n" if view else "")
    elif view is not None:
        _print_rich(view, out)


def _print_rich(view: Any, out: TextIO) -> None:
    from rich.console import Console

    class CleanConsole(Console):
        def render_str(self, text: str, **settings: Any) -> Any:
            return super().render_str(clean(text), **settings)

    width = None if out.isatty() else _PIPE_WIDTH
    CleanConsole(file=out, width=width, markup=False, highlight=False, emoji=False).print(view)
