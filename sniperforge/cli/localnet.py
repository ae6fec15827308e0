"""``sniperforge localnet``: the embedded Solana network as a service on loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sniperforge.cli import localnet_chain
from sniperforge.cli.command import command_app
from sniperforge.cli.result import Result

if TYPE_CHECKING:
    from sniperforge.app.fork import Fork
    from sniperforge.app.local_service import ServicePlan
    from sniperforge.cli.options import Options
    from sniperforge.config.load import Settings
    from sniperforge.localnet.service.info import NetworkInfo

DEFAULT = "status"

app = command_app("Run the embedded Solana network: real SVM, faucet, simulated market.")


@app.command()
def up(
    ctx: typer.Context,
    detach: Annotated[bool, typer.Option("--detach", help="Run in the background.")] = False,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65_535, help="JSON-RPC; 0 takes a free one. [8899]")
    ] = None,
    ws_port: Annotated[
        int | None,
        typer.Option("--ws-port", min=0, max=65_535, help="WebSocket; by default one above --port."),
    ] = None,
    jupiter_port: Annotated[
        int | None,
        typer.Option("--jupiter-port", min=0, max=65_535, help="Jupiter API; by default one below --port."),
    ] = None,
    slot_ms: Annotated[
        int | None, typer.Option("--slot-ms", min=10, max=60_000, help="Length of a slot. [400]")
    ] = None,
    market: Annotated[
        bool | None, typer.Option("--market/--no-market", help="Simulated traders, launches and rug pulls.")
    ] = None,
    market_seed: Annotated[
        int | None, typer.Option("--market-seed", min=0, help="The same seed sees the same launches.")
    ] = None,
    launches_per_minute: Annotated[
        int | None, typer.Option("--launches-per-minute", min=0, max=600, help="New pools a minute.")
    ] = None,
    curve_launches_per_minute: Annotated[
        int | None,
        typer.Option("--curve-launches-per-minute", min=0, max=600, help="New coins on the curve. [0]"),
    ] = None,
    faults: Annotated[
        str | None, typer.Option("--faults", metavar="PROFILE", help="What it does wrong: rough or hostile.")
    ] = None,
    endpoints: Annotated[
        int | None,
        typer.Option("--endpoints", min=1, max=16, help="How many addresses it serves at. [1]"),
    ] = None,
    program: Annotated[
        list[str] | None, typer.Option("--program", metavar="ID=FILE", help="Deploy a program; repeatable.")
    ] = None,
    account: Annotated[
        list[str] | None,
        typer.Option("--account", metavar="PATH", help="Load recorded accounts: file or folder; repeatable."),
    ] = None,
    clock_slot: Annotated[
        int | None, typer.Option("--clock-slot", min=1, max=2**53, help="First slot. [as recorded]")
    ] = None,
    clock_time: Annotated[
        str | None,
        typer.Option("--clock-time", metavar="TIME", help="Unix or ISO time of it. [as recorded]"),
    ] = None,
    reset: Annotated[
        bool, typer.Option("--reset", help="Begin a new chain; the last one is kept aside.")
    ] = False,
    record: Annotated[
        str | None,
        typer.Option("--record", metavar="FILE", help="Record a new chain for `localnet replay`."),
    ] = None,
) -> Result:
    """Start the network; in the foreground it runs until Ctrl-C.

    It goes on with the chain of the last time. What is not given comes from [localnet] in the configuration.
    Where it serves is printed once it does.
    With --program or --account it continues from another network, without a market: see docs/forking.md.

    Example: sniperforge localnet up --detach

    Example: sniperforge localnet up --port 0 --slot-ms 50 --no-market --json

    Example: sniperforge localnet up --account pool.json --program CPMMoo8…=cpmm.so --detach
    """
    from pathlib import Path

    from sniperforge.cli.faults import profile_argument
    from sniperforge.cli.settings import load_settings

    options: Options = ctx.obj
    settings = load_settings(options)
    plan = _plan(
        settings,
        slot_ms=slot_ms,
        market=False if market is None and (program or account) else market,
        market_seed=market_seed,
        launches_per_minute=launches_per_minute,
        curve_launches_per_minute=curve_launches_per_minute,
        faults=None if faults is None else profile_argument(faults),
        endpoints=endpoints,
        fork=_fork(program or [], account or [], clock_slot, clock_time),
        reset=reset,
        record=None if record is None else Path(record),
        **_ports(port, ws_port, jupiter_port),
    )
    return _detached(settings, plan) if detach else _foreground(settings, plan, options)


@app.command()
def down(ctx: typer.Context) -> Result:
    """Stop the network that runs for this project; its chain is kept, and the next up goes on with it."""
    from sniperforge.app.local_service import stop
    from sniperforge.cli.settings import load_settings

    stopped = stop(load_settings(ctx.obj))
    if stopped is None:
        return _result({"stopped": False, "pid": None}, "no embedded network was running")
    return _result({"stopped": True, "pid": stopped.pid}, f"stopped the network (pid {stopped.pid})")


@app.command()
def status(ctx: typer.Context) -> Result:
    """Where this project's network serves and how far it is; exit 6 when none runs."""
    from sniperforge.app.local_service import facts
    from sniperforge.cli.settings import load_settings

    data = _shown(facts(load_settings(ctx.obj)))
    rows = {**data, "payer": data["payer"]["pubkey"], "payer_key": data["payer"]["keypair_file"]}
    rows["endpoints"] = "  ".join(urls["rpc_url"] for urls in data["endpoints"])
    lines = [f"{name.replace('_', ' '):13} {'-' if value is None else value}" for name, value in rows.items()]
    return _result(data, "\n".join(lines))


@app.command()
def fund(
    ctx: typer.Context,
    address: Annotated[str, typer.Argument(help="Who gets it: an address or the name of a wallet.")],
    sol: Annotated[str, typer.Argument(metavar="SOL", help="How much, for example 2.5.")],
) -> Result:
    """Give SOL of the embedded network to an address, and wait until it is there.

    Example: sniperforge localnet fund default 10
    """
    from sniperforge.app.wallet import resolve_address
    from sniperforge.cli.arguments import lamports_argument
    from sniperforge.cli.settings import load_settings
    from sniperforge.cli.signals import run_async

    settings, amount = load_settings(ctx.obj), lamports_argument(sol)
    return run_async(_fund(settings, resolve_address(settings, address), amount))


@app.command("faults")
def faults_command(
    ctx: typer.Context,
    action: Annotated[str, typer.Argument(metavar="[show|set|clear]", help="What to do.")] = "show",
    values: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME=VALUE]...", help="For set: docs/localnet.md.")
    ] = None,
    profile: Annotated[
        str | None, typer.Option("--profile", metavar="PROFILE", help="Begin with rough or hostile.")
    ] = None,
    endpoint: Annotated[
        int | None,
        typer.Option("--endpoint", metavar="N", min=1, help="Of several endpoints this one. [all]"),
    ] = None,
) -> Result:
    """Make the running network fail, from a seed: drops, delays, rate limits, cut connections, lag.

    Example: sniperforge localnet faults set drop=0.3 delay=0.5 delay_slots=10

    Example: sniperforge localnet faults set --profile rough seed=4

    Example: sniperforge localnet faults set --endpoint 2 lag=1 lag_slots=30

    Example: sniperforge localnet faults clear
    """
    from sniperforge.app.local_service import faults
    from sniperforge.cli.faults import fault_change, fault_lines
    from sniperforge.cli.settings import load_settings

    change = fault_change(action, values or [], profile)
    data = faults(load_settings(ctx.obj), change, clear=action == "clear", endpoint=endpoint)
    return _result(data, fault_lines(data, endpoint))


for _command in (localnet_chain.snapshot, localnet_chain.warp, localnet_chain.replay):
    app.command()(_command)


async def _fund(settings: Settings, address: str, amount: int) -> Result:
    from sniperforge.app.local_service import fund as give

    given = await give(settings, address, amount)
    data = given.to_json()
    return _result(data, f"{data['amount_sol']} SOL to {address}\nsignature {given.signature}")


def _ports(port: int | None, ws_port: int | None, jupiter_port: int | None) -> dict[str, int | None]:
    """web3.js looks for the WebSocket one above the RPC port; the Jupiter API goes below it."""
    if port is not None:
        above, below = (port + 1 if 0 < port < 65_535 else 0), max(port - 1, 0)
        ws_port = above if ws_port is None else ws_port
        jupiter_port = below if jupiter_port is None else jupiter_port
    return {"rpc_port": port, "ws_port": ws_port, "jupiter_port": jupiter_port}


def _fork(programs: list[str], accounts: list[str], slot: int | None, time: str | None) -> Fork:
    from pathlib import Path

    from sniperforge.app.fork import Fork
    from sniperforge.errors import UsageError

    pairs = [text.partition("=") for text in programs]
    for address, _, path in pairs:
        if not address or not path:
            raise UsageError(f"--program {address}: it takes ID=FILE")
    return Fork(
        programs=tuple((address, Path(path)) for address, _, path in pairs),
        accounts=tuple(map(Path, accounts)),
        clock_slot=slot,
        clock_time=None if time is None else _unix_seconds(time),
    )


def _unix_seconds(text: str) -> int:
    from datetime import UTC, datetime

    from sniperforge.errors import UsageError

    try:
        number = text.isascii() and text.isdecimal()
        moment = datetime.fromtimestamp(int(text), UTC) if number else datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        moment = None
    if moment is None or moment.tzinfo is None:
        raise UsageError(
            f"--clock-time {text!r} is no time",
            hint="Unix seconds, or like 2026-09-21T12:00:00Z, with its zone",
        )
    return int(moment.timestamp())


def _plan(settings: Settings, **given: Any) -> ServicePlan:
    from dataclasses import replace

    from sniperforge.app.local_service import plan_of
    from sniperforge.errors import UsageError

    plan = replace(plan_of(settings), **{name: value for name, value in given.items() if value is not None})
    ports = (("--port", plan.rpc_port), ("--ws-port", plan.ws_port), ("--jupiter-port", plan.jupiter_port))
    taken: dict[int, str] = {}
    for option, number in ports:
        if number in taken:
            raise UsageError(f"{taken[number]} and {option} are both {number}")
        if number:
            taken[number] = option
    return plan


def _detached(settings: Settings, plan: ServicePlan) -> Result:
    from sniperforge.app.local_service import start_detached

    info, started = start_detached(settings, plan)
    head = "started in the background" if started else "runs already"
    return _result({**_shown(info.to_json()), "started": started}, f"{head}: {_ready(info)}")


def _foreground(settings: Settings, plan: ServicePlan, options: Options) -> Result:
    """Print where it serves, run, and end as a process does that a signal stopped."""
    import sys

    from sniperforge.app.local_service import serve
    from sniperforge.cli.event_loop import loop_factory
    from sniperforge.cli.render import note, render_result

    def announce(info: NetworkInfo) -> None:
        result = _result({**_shown(info.to_json()), "started": True}, f"ready: {_ready(info)}")
        render_result(result, command="localnet up", options=options, out=sys.stdout)

    signum = serve(settings, plan, announce, loop_factory=loop_factory())
    if not options.quiet:
        note(f"stopped by {signum.name}")
    raise typer.Exit(128 + signum)


def _ready(info: NetworkInfo) -> str:
    further = "".join(f"  rpc {urls.rpc_url}" for urls in info.further)
    return (
        f"rpc {info.rpc_url}  ws {info.ws_url}{further}  jupiter {info.jupiter_url or '-'}"
        f"  genesis {info.genesis_hash}  payer {info.payer}  pid {info.pid}"
    )


def _shown(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name != "process"}


def _result(data: dict[str, Any], text: str) -> Result:
    return Result(data, lambda: text, network="localnet", chain="localnet", mode="live")
