"""``sniperforge config``: the effective configuration and where each value came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sniperforge.cli.command import command_app
from sniperforge.cli.result import Result

if TYPE_CHECKING:
    from sniperforge.config.files import Row
    from sniperforge.config.load import Settings

DEFAULT = "show"

app = command_app("Show, check, create or describe the configuration.")


@app.command()
def show(ctx: typer.Context) -> Result:
    """Every value in force and its origin; keys in URLs are masked."""
    from sniperforge.cli.settings import load_settings
    from sniperforge.config.files import effective_rows

    settings = load_settings(ctx.obj)
    rows = list(effective_rows(settings))
    data = {
        "root": str(settings.root.path),
        "config_file": _file(settings),
        "values": {row.key: {"value": row.value, "origin": row.origin} for row in rows},
    }
    return _result(settings, data, lambda: _table(settings, rows))


@app.command()
def check(ctx: typer.Context) -> Result:
    """Read every file of the configuration: main file, all networks and bots."""
    from sniperforge.cli.settings import load_settings
    from sniperforge.config.files import check_files

    settings = load_settings(ctx.obj)
    checked = check_files(settings)
    shown = [f"{row.status:4}  {row.file}" + (f"  ({row.message})" if row.message else "") for row in checked]
    files = [{"file": row.file, "status": row.status, "message": row.message} for row in checked]
    return _result(settings, {"files": files}, lambda: "\n".join(shown))


@app.command()
def path(ctx: typer.Context) -> Result:
    """Where the configuration, state, logs and wallets are, and how the place was found."""
    from sniperforge.cli.settings import load_settings

    settings = load_settings(ctx.obj)
    data = {
        "config_file": _file(settings),
        "found_by": settings.root.found_by,
        "root": str(settings.root.path),
        "state": str(settings.state_dir),
        "logs": str(settings.logs_dir),
        "wallets": str(settings.wallets_dir),
    }
    shown = {**data, "config_file": data["config_file"] or f"none; {settings.root.config_file} would be read"}
    return _result(settings, data, lambda: "\n".join(f"{key:12} {value}" for key, value in shown.items()))


@app.command()
def init(
    folder: Annotated[str, typer.Argument(help="Project folder; its configs/ is created.")] = ".",
) -> Result:
    """Write the commented default files; refuses to overwrite any."""
    from pathlib import Path

    from sniperforge.config.files import write_defaults

    written = write_defaults(Path(folder).expanduser() / "configs")
    data = {"files": [str(file) for file in written]}
    return Result(data, lambda: "\n".join(f"wrote {file}" for file in written))


@app.command()
def schema(
    kind: Annotated[str, typer.Argument(help="sniperforge, network or lp-sniper.")] = "sniperforge",
) -> Result:
    """The JSON Schema of one kind of file, for editors."""
    import json

    from sniperforge.config.nearest import did_you_mean
    from sniperforge.config.schema import MODELS, json_schema
    from sniperforge.errors import UsageError

    if kind not in MODELS:
        hint = did_you_mean(kind, MODELS) or f"kinds: {', '.join(MODELS)}"
        raise UsageError(f'no such kind of file "{kind}"', hint=hint)
    document = json_schema(kind)
    return Result({"schema": document}, lambda: json.dumps(document, indent=2))


def _result(settings: Settings, data: dict[str, Any], human: Any) -> Result:
    return Result(
        data,
        human,
        network=settings.network_name,
        chain=settings.network.chain,
        mode=settings.trading_mode(),
    )


def _file(settings: Settings) -> str | None:
    return str(settings.root.config_file) if settings.root.config_file.is_file() else None


def _table(settings: Settings, rows: list[Row]) -> str:
    import json

    width = max(len(row.key) for row in rows)
    values = [json.dumps(row.value) for row in rows]
    value_width = min(60, max(map(len, values)))
    prefix = f"{settings.root.path}/"
    lines = [
        f"{row.key:{width}}  {value:{value_width}}  {row.origin.removeprefix(prefix)}"
        for row, value in zip(rows, values, strict=True)
    ]
    return "\n".join([f"project root: {settings.root.path} ({settings.root.found_by})", *lines])
