"""``sniperforge localnet snapshot``, ``warp`` and ``replay``: chains as files, and their time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sniperforge.cli.result import Result

if TYPE_CHECKING:
    from pathlib import Path

    from sniperforge.config.load import Settings

_ACTIONS = ("save", "load", "info")


def snapshot(
    ctx: typer.Context,
    action: Annotated[str, typer.Argument(metavar="save|load|info", help="What to do.")],
    file: Annotated[str, typer.Argument(metavar="FILE", help="The snapshot.")],
    force: Annotated[bool, typer.Option("--force", help="For save: replace FILE.")] = False,
) -> Result:
    """Save the chain to a file, load one for the next network, or say what is in a file.

    Saving works while the network runs; loading needs it stopped and keeps the last chain aside. The file is
    readable by its owner alone, for it holds the faucet's key.

    Example: sniperforge localnet snapshot save before-the-rug.db

    Example: sniperforge localnet snapshot load before-the-rug.db
    """
    from pathlib import Path

    from sniperforge.cli.settings import load_settings
    from sniperforge.errors import UsageError

    if action not in _ACTIONS:
        raise UsageError(f"no such action {action!r}", hint=f"there are {', '.join(_ACTIONS)}")
    if force and action != "save":
        raise UsageError(f"{action} takes no --force")
    data = _act(load_settings(ctx.obj), action, Path(file), force=force)
    return _result(data, _lines(action, data))


def warp(
    ctx: typer.Context,
    slots: Annotated[int | None, typer.Option("--slots", min=1, max=10**9, help="How many.")] = None,
    seconds: Annotated[
        int | None, typer.Option("--seconds", min=1, max=10**9, help="As many slots as they have.")
    ] = None,
) -> Result:
    """Let slots of the running network pass at once, and their time with them.

    The last 512 get blocks: every blockhash has expired then, and every transaction is final.

    Example: sniperforge localnet warp --seconds 3600
    """
    from sniperforge.app.local_chain import warp as pass_slots
    from sniperforge.cli.settings import load_settings
    from sniperforge.errors import UsageError

    if (slots is None) == (seconds is None):
        raise UsageError("how far?", hint="--slots N or --seconds S")
    data = pass_slots(load_settings(ctx.obj), slots=slots, seconds=seconds)
    return _result(data, f"slot {data['slot']}, block height {data['block_height']}")


def replay(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Written by `localnet up --record`.")],
) -> Result:
    """Do a recorded run again, in this process, and compare every outcome and all accounts at its end.

    Exit 7 when something ends otherwise. A recording that a kill cut short is compared as far as it goes.

    Example: sniperforge localnet replay run.jsonl
    """
    from pathlib import Path

    from sniperforge.localnet.recorded_run import replay as replayed
    from sniperforge.localnet.recorded_run import state_hash

    found = replayed(Path(file))
    data = {
        "file": file,
        "blocks": found.blocks,
        "transactions": found.transactions,
        "slot": found.ledger.chain.tip.slot,
        "whole": found.whole,
        "state": state_hash(found.ledger),
    }
    end = "to its end" if found.whole else "as far as it was recorded, for it was cut"
    counts = f"{found.blocks} blocks, {found.transactions} transactions"
    return _result(data, f"the same again {end}: {counts}\naccounts {data['state']}")


def _act(settings: Settings, action: str, file: Path, *, force: bool) -> dict[str, Any]:
    from sniperforge.app.local_chain import describe, load, save

    if action == "save":
        return save(settings, file, replace=force)
    return load(settings, file) if action == "load" else describe(file)


def _lines(action: str, data: dict[str, Any]) -> str:
    head = {"save": "saved to", "load": "the next network goes on with", "info": "a chain in"}[action]
    lines = [
        f"{head} {data['file']}",
        f"slot {data['slot']}  accounts {data['accounts']}  transactions {data['transactions']}",
        f"genesis {data['genesis_hash']}",
    ]
    if data.get("aside"):
        lines.append(f"the last chain is kept as {data['aside']}")
    return "\n".join(lines)


def _result(data: dict[str, Any], text: str) -> Result:
    return Result(data, lambda: text, network="localnet", chain="localnet", mode="live")
