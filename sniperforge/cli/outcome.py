"""Ends a command: renders its result or error and says the exit code."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, ClassVar

from sniperforge.cli.render import note, render_error, render_result
from sniperforge.errors import SniperForgeError, StorageError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from sniperforge.cli.options import Options
    from sniperforge.config.load import Settings


class _SignalledError(SniperForgeError):
    code: ClassVar[str] = "interrupted"

    def __init__(self, signum: int) -> None:
        super().__init__(f"stopped by {'SIGINT' if signum == 2 else 'SIGTERM'}")
        self.exit_code = 128 + signum  # type: ignore[misc]


def succeed(result: Any, command: str | None, options: Options) -> int:
    """Render what a command returned; ``None`` means that it printed as it went."""
    if result is None:
        sys.stdout.flush()
        return 0
    _write(lambda: render_result(result, command=command, options=options, out=sys.stdout))
    return 0 if result.error is None else int(result.error.exit_code)


def fail(error: SniperForgeError, command: str | None, options: Options) -> int:
    """Render an error; the exit code is the error's own, whatever becomes of stdout."""
    network = options.network if isinstance(error, UsageError) else _network_name(options)
    try:
        render_error(error, command=command, options=options, out=sys.stdout, network=network)
    except BrokenPipeError:
        closed_pipe()
    except OSError as problem:
        closed_pipe()
        note(f"error: {error.message} (and stdout cannot be written: {problem.strerror})")
    return error.exit_code


def interrupted(signum: int, result: Any, command: str | None, options: Options) -> int:
    """Render what a stopped command still had to say, or that it was stopped."""
    from dataclasses import replace

    error = _SignalledError(signum)
    if result is None:
        return fail(error, command, options)
    return succeed(replace(result, error=error), command, options)


def crash(error: Exception, command: str | None, options: Options) -> int:
    """Write a bug's traceback to the log and say where that is; ``-v`` shows it too."""
    import traceback

    text = _masked("".join(traceback.format_exception(error)))
    log = _record(text, command, options)
    where = f"the traceback is in {log}" if log else "the log could not be written; -v shows the traceback"
    if options.verbose:
        note(text)
    message = f"internal error: {type(error).__name__}: {_masked(str(error))}; {where}"
    details = {"log": None if log is None else str(log)}
    hint = "please report it with that traceback"
    return fail(SniperForgeError(message, hint=hint, details=details), command, options)


def closed_pipe() -> int:
    """Stdout takes no more: say nothing there, so that the interpreter's last flush does not fail."""
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, sys.stdout.fileno())
    os.close(sink)
    return 0


def _write(render: Any) -> None:
    try:
        render()
    except BrokenPipeError:
        raise
    except OSError as problem:
        closed_pipe()
        raise StorageError(f"the result cannot be written to stdout: {problem.strerror}") from None


def _network_name(options: Options) -> str | None:
    settings = _settings(options)
    return options.network if settings is None else settings.network_name


def _settings(options: Options) -> Settings | None:
    from sniperforge.cli.settings import load_settings

    try:
        return load_settings(options)
    except Exception:  # noqa: BLE001 - an error is being told already; a second one must not hide it
        return None


def _masked(text: str) -> str:
    """Unlike in log lines, 64 bytes in base58 are masked too: nobody chose what such an error quotes."""
    import re

    from sniperforge.telemetry.masking import MASK, mask_text

    return re.sub(r"\b[1-9A-HJ-NP-Za-km-z]{80,90}\b", MASK, mask_text(text))


def _record(text: str, command: str | None, options: Options) -> Path | None:
    """Append the crash to today's log file as one JSON line in one write; ``None`` when it cannot be."""
    import json
    from datetime import UTC, datetime

    from sniperforge.files import append_line, make_folder
    from sniperforge.telemetry.pipeline import PREFIX

    settings = _settings(options)
    if settings is None:
        return None
    now = datetime.now(UTC)
    moment = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    frame = {"ts": moment, "level": "critical", "event": "crash", "pid": os.getpid()}
    path = settings.logs_dir / f"{PREFIX}.{now:%Y-%m-%d}"
    try:
        make_folder(settings.logs_dir)
        append_line(path, json.dumps(frame | {"command": command, "exception": text}))
    except StorageError:
        return None
    return path
