"""``sniperforge pools``: decode transactions, show or record a pool, watch new ones come."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sniperforge.cli.command import command_app
from sniperforge.cli.result import Result

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from pathlib import Path

    from sniperforge.app.pool_lookup import ShownPool
    from sniperforge.cli.options import Options
    from sniperforge.cli.pool_lines import WatchView
    from sniperforge.config.load import Settings
    from sniperforge.domain.pool import PoolEvent

app = command_app("Decode transactions, show or record a pool, watch new pools.")


@app.command()
def decode(
    ctx: typer.Context,
    source: Annotated[
        str, typer.Argument(metavar="FILE|-|SIGNATURE", help="JSON file, stdin, or a landed transaction.")
    ],
) -> Result:
    """What a transaction did to pools, from the transaction alone.

    Reads a getTransaction result, the whole reply, a recorded fixture, or a logsNotification. A signature is
    fetched from the network.

    Example: sniperforge pools decode transaction.json --json

    Example: curl -s ... | sniperforge pools decode -
    """
    from sniperforge.app.decoding import events_in

    document, settings = _document(ctx.obj, source)
    events, warnings = events_in(document)
    text = "\n\n".join(_event_text(event) for event in events)
    return Result(
        {"events": [event.to_json() for event in events]},
        lambda: text or "nothing in it touches a pool of a known venue",
        warnings=warnings,
        network=settings.network_name if settings else None,
        chain=settings.network.chain if settings else None,
    )


@app.command()
def show(
    ctx: typer.Context,
    pool: Annotated[str, typer.Argument(metavar="POOL", help="A pool's address.")],
) -> Result:
    """One pool now: mints, reserves, price, fees, and whether it is the canonical one of its mints.

    Example: sniperforge pools show POOL_ADDRESS --json
    """
    from sniperforge.cli.arguments import address_argument
    from sniperforge.cli.settings import load_settings
    from sniperforge.cli.signals import run_async

    address_argument(pool, name="POOL")
    return run_async(_show(load_settings(ctx.obj), pool))


@app.command()
def record(
    ctx: typer.Context,
    pool: Annotated[str, typer.Argument(metavar="POOL", help="A pool's address.")],
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="Where to write; must not exist.")],
    with_program: Annotated[
        bool, typer.Option("--with-program", help="Its program too, with the binary.")
    ] = False,
) -> Result:
    """Every account that a swap on the pool touches, with the clock, for `localnet up --account FILE`.

    Example: sniperforge pools record POOL_ADDRESS --out pool.json --mainnet
    """
    from sniperforge.cli.arguments import address_argument, path_argument
    from sniperforge.cli.settings import load_settings
    from sniperforge.cli.signals import run_async
    from sniperforge.errors import UsageError

    address_argument(pool, name="POOL")
    path = path_argument(out)
    if path.exists():
        raise UsageError(f"--out {path}: it exists already")
    return run_async(_record(load_settings(ctx.obj), pool, path, with_program=with_program))


@app.command()
def watch(
    ctx: typer.Context,
    dex: Annotated[
        list[str] | None, typer.Option("--dex", metavar="NAME", help="Only this venue; repeatable.")
    ] = None,
    launchpad: Annotated[
        list[str] | None,
        typer.Option("--launchpad", metavar="NAME", help="Only coins that started there; repeatable."),
    ] = None,
    quote_mint: Annotated[
        list[str] | None, typer.Option("--quote-mint", metavar="MINT", help="Only this side; repeatable.")
    ] = None,
    creator: Annotated[
        list[str] | None, typer.Option("--creator", metavar="ADDRESS", help="Only by them; repeatable.")
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option("--name", metavar="TEXT", help="Only with it in name or symbol; repeatable."),
    ] = None,
    min_liquidity_sol: Annotated[
        str,
        typer.Option("--min-liquidity-sol", metavar="SOL", help="Leave out pools with less, or not in SOL."),
    ] = "",
    max_liquidity_sol: Annotated[
        str,
        typer.Option("--max-liquidity-sol", metavar="SOL", help="Leave out pools with more, or not in SOL."),
    ] = "",
    max_age: Annotated[
        float, typer.Option("--max-age", min=0, metavar="SECONDS", help="Leave out older pools.")
    ] = 0,
    record_file: Annotated[
        str, typer.Option("--record", metavar="FILE", help="Write the raw messages there; must not exist.")
    ] = "",
    replay: Annotated[
        str, typer.Option("--replay", metavar="FILE", help="A recording instead of the network.")
    ] = "",
    speed: Annotated[
        float, typer.Option("--speed", min=0, help="Of --replay: 1 is the recording's own, 0 without pauses.")
    ] = 0,
    sources: Annotated[
        bool, typer.Option("--sources", help="How each source does, and who was first.")
    ] = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One JSON object a line, as they come.")] = False,
    duration: Annotated[float, typer.Option("--duration", min=0, help="Seconds; 0 runs until Ctrl-C.")] = 0,
) -> Result | None:
    """New pools and migrations as they come, of every known venue; no judgement, no trade.

    With --json one document at the end. Filters not given come from [watch] in the configuration.

    Example: sniperforge pools watch --min-liquidity-sol 10

    Example: sniperforge pools watch --dex pumpswap --dex raydium_cpmm --jsonl --duration 60

    Example: sniperforge pools watch --replay feed.jsonl --sources
    """
    from sniperforge.app.pool_stream import pool_filter, replay_pools, watch_pools
    from sniperforge.cli.arguments import address_argument, lamports_argument, path_argument, seconds_argument
    from sniperforge.cli.event_loop import loop_factory
    from sniperforge.cli.pool_lines import WatchView
    from sniperforge.cli.settings import load_settings
    from sniperforge.cli.signals import run_async
    from sniperforge.errors import UsageError

    sol = (("--min-liquidity-sol", min_liquidity_sol), ("--max-liquidity-sol", max_liquidity_sol))
    least, most = (lamports_argument(text, name=option) if text else 0 for option, text in sol)
    given = {
        "dexes": tuple(dex or ()),
        "launchpads": tuple(launchpad or ()),
        "quote_mints": tuple(address_argument(each, name="--quote-mint") for each in quote_mint or ()),
        "creators": tuple(address_argument(each, name="--creator") for each in creator or ()),
        "names": tuple(name or ()),
        "min_liquidity": least,
        "max_liquidity": most,
        "max_age": seconds_argument(max_age, name="--max-age"),
    }
    seconds = seconds_argument(duration) or None
    settings = load_settings(ctx.obj)
    view = WatchView(ctx.obj, None if replay else settings, jsonl=jsonl)
    wanted = pool_filter(settings.config.watch, given)
    report = view.report if sources else None
    if replay and (record_file or seconds):
        raise UsageError("--replay reads a recording, whole: neither --record nor --duration go with it")
    path = path_argument(record_file) if record_file else None
    if path is not None and path.exists():
        raise UsageError(f"--record {path}: it exists already")
    if replay:
        work = replay_pools(
            path_argument(replay),
            wanted=wanted,
            speed=seconds_argument(speed, name="--speed"),
            ready=view.begin,
            tell=view.tell,
            report=report,
        )
    else:
        work = watch_pools(
            settings,
            wanted=wanted,
            duration=seconds,
            ready=lambda node: view.begin(node.cluster),
            tell=view.tell,
            report=report,
            record=path,
        )
    return run_async(_ended(work, view), loop_factory=loop_factory())


async def _ended(work: Awaitable[None], view: WatchView) -> Result | None:
    import asyncio
    from contextlib import suppress

    with suppress(asyncio.CancelledError):  # a signal: what was seen is still told
        await work
    return view.end()


async def _show(settings: Settings, address: str) -> Result:
    from sniperforge.app.node import open_node
    from sniperforge.app.pool_lookup import show_pool

    async with open_node(settings) as node:
        loaded = await show_pool(node.rpc, address)
        data, mode = loaded.to_json(node.clock.now()), node.mode
    return Result(
        data,
        lambda: _pool_text(loaded, data),
        network=settings.network_name,
        chain=settings.network.chain,
        mode=mode,
    )


async def _record(settings: Settings, address: str, path: Path, *, with_program: bool) -> Result:
    import json

    from sniperforge.app.node import open_node
    from sniperforge.app.pool_record import record_pool
    from sniperforge.files import write_atomic

    async with open_node(settings) as node:
        document, mode = await record_pool(node.rpc, address, with_program=with_program), node.mode
    write_atomic(path, json.dumps(document) + "\n")
    slot, names = document["context"]["slot"], [entry["pubkey"] for entry in document["value"]]
    return Result(
        {"pool": address, "file": str(path), "slot": slot, "accounts": names},
        lambda: f"{len(names)} accounts of slot {slot} are in {path}",
        network=settings.network_name,
        chain=settings.network.chain,
        mode=mode,
    )


def _document(options: Options, source: str) -> tuple[Any, Settings | None]:
    """The document, and the settings of the network when one was asked for it."""
    from sniperforge.app.decoding import fetch, is_signature, parse_json, read_text
    from sniperforge.cli.arguments import path_argument
    from sniperforge.cli.settings import load_settings
    from sniperforge.cli.signals import run_async
    from sniperforge.errors import DecodeError

    if source == "-":
        try:
            return parse_json(sys.stdin.read(), "stdin"), None
        except UnicodeDecodeError:
            raise DecodeError("stdin is not UTF-8 text") from None
    path = path_argument(source)
    if is_signature(source) and not path.exists():
        settings = load_settings(options)
        return run_async(fetch(settings, source)), settings
    return parse_json(read_text(path), source), None


def _event_text(event: PoolEvent) -> str:
    failed = "  FAILED, nothing of it took effect" if event.failed else ""
    facts = [(name, value) for name, value in event.to_json().items() if value]
    lines = [f"  {name:22} {value}" for name, value in facts if name not in ("dex", "kind", "failed")]
    return "\n".join([f"{event.dex} {event.kind}{failed}", *lines])


def _pool_text(loaded: ShownPool, data: dict[str, Any]) -> str:
    price, fees = data["price"], dict(data["fees"])
    transfer = fees.pop("transfer", {})
    shares = [(name.removesuffix("_percent"), fees[name]) for name in fees if name.endswith("_percent")]
    rows = {
        "pool": f"{data['pool']}  ({data['dex']})",
        "base": f"{data['base_reserve']['ui']}  of {data['base_mint']}",
        "quote": f"{data['quote_reserve']['ui']}  of {data['quote_mint']}",
        "price": "none: the pool is empty"
        if price is None
        else f"{price['decimal']} quote per base ({price['inverse']} base per quote)",
        "swaps": "open" if data["open"] else "not open" if data["swap_enabled"] else "disabled",
        "canonical": "yes" if data["canonical"] else "NO: a look-alike of the pool of these mints",
        "creator": data["creator"],
        "fees": ", ".join(f"{name} {percent} %" for name, percent in shares),
        "transfer fees": ", ".join(f"{mint} {fee['bps']} bps" for mint, fee in transfer.items()),
        "slot": str(loaded.slot),
    }
    return "\n".join(f"{name:13}  {text}" for name, text in rows.items() if text)
