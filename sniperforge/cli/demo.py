"""``sniperforge demo``: the main job in one command, offline, with play money."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sniperforge.cli.arguments import seconds_argument
from sniperforge.cli.command import command_app
from sniperforge.cli.result import Result

if TYPE_CHECKING:
    from sniperforge.app.demo import DemoReport, Stage
    from sniperforge.cli.options import Options
    from sniperforge.localnet.faults.plan import FaultPlan

app = command_app("Run the sniper on an embedded network: no keys, no money, no internet.")


@app.command()
def demo(
    ctx: typer.Context,
    duration: Annotated[
        float, typer.Option(min=5, max=86_400, metavar="SECONDS", help="Seconds to trade.")
    ] = 60,
    seed: Annotated[
        int, typer.Option(min=0, metavar="N", help="Of the market: the same seed launches the same tokens.")
    ] = 7,
    linger: Annotated[
        bool, typer.Option("--linger", help="Keep the network up after the summary, until Ctrl-C.")
    ] = False,
    faults: Annotated[
        str | None,
        typer.Option(
            "--faults", metavar="PROFILE", help="A network that fails: rough or hostile, by --seed."
        ),
    ] = None,
) -> Result:
    """Start a real SVM with a market of launches, scams included; snipe, guard, sell; report the truth."""
    from sniperforge.cli.event_loop import loop_factory
    from sniperforge.cli.faults import fault_profile
    from sniperforge.cli.signals import run_async

    seconds = seconds_argument(duration)
    plan = None if faults is None else fault_profile(faults).changed({"seed": seed})
    return run_async(_demo(ctx.obj, seconds, seed, linger, plan), loop_factory=loop_factory())


async def _demo(
    options: Options, duration: float, seed: int, linger: bool, faults: FaultPlan | None = None
) -> Result:
    from contextlib import ExitStack

    from sniperforge.app.demo import open_stage
    from sniperforge.cli.live_board import open_board
    from sniperforge.cli.render import note

    with ExitStack() as drawing:
        title = f"LOCALNET  demo, seed {seed}"
        board = drawing.enter_context(open_board(options, title=title, seconds=duration))
        async with open_stage(seed=seed, duration=duration, tell=board.hear, faults=faults) as stage:
            if not options.quiet:
                note(f"embedded network at {stage.rpc_url}")
                note(f"wallet {stage.trader.wallet}")
            board.watch(stage.trader)
            report = await _played(stage, duration)
            drawing.close()
            result = Result(
                report.to_json(),
                lambda: _summary(report),
                network="localnet",
                chain="localnet",
                mode="live",
                wallet=stage.trader.wallet,
            )
            return await _lingered(options, result, stage.rpc_url) if linger else result


async def _played(stage: Stage, duration: float) -> DemoReport:
    """The demo to its end; one that a signal ends still says what it did."""
    import asyncio

    from sniperforge.app.demo import play, report

    try:
        return await play(stage, duration)
    except asyncio.CancelledError:
        return await report(stage, duration)


async def _lingered(options: Options, result: Result, rpc_url: str) -> Result:
    """Keep the network up until a signal; with ``--json`` the one document comes at the end."""
    import asyncio
    import sys
    from contextlib import suppress

    from sniperforge.cli.render import note, render_result

    if not options.json:
        render_result(result, command="demo", options=options, out=sys.stdout)
    note(f"the network stays up at {rpc_url} until Ctrl-C")
    with suppress(asyncio.CancelledError):
        await asyncio.Event().wait()
    return result if options.json else Result(result.data, lambda: None)


def _summary(report: DemoReport) -> str:
    data, tally = report.to_json(), report.tally
    refusals = ", ".join(f"{name} {count}" for name, count in tally.refused_by.items()) or "nothing"
    rows = [
        ("pools", f"{data['pools_seen']} seen, {data['bought']} bought, {data['refused']} refused"),
        ("refused by", refusals),
        (
            "positions",
            f"{data['exits']} sold, {data['open_positions']} open, {data['unresolved']} unresolved",
        ),
        ("the truth", _truth(report)),
        ("profit", f"{data['realized_pnl_sol']:>13} SOL realised, net of fees and rent"),
        ("", f"{data['unrealized_pnl_sol']:>13} SOL in open positions, if sold now"),
        ("fees", f"{data['fees_sol']:>13} SOL"),
        ("wallet", f"{data['wallet_delta_sol']:>13} SOL on chain, {_explained(report)}"),
        ("latency", f"judged to signed  {_latency(data, 'decide_to_signed')}"),
        ("", f"seen to signed    {_latency(data, 'detect_to_signed')}, waits for opening included"),
        ("", f"seen to landed    {_latency(data, 'detect_to_landed')}"),
    ]
    return "\n".join(f"{name:10}  {text}" for name, text in rows)


def _explained(report: DemoReport) -> str:
    from sniperforge.domain.amounts import format_sol

    if report.unexplained == 0:
        return "explained by the journal to the lamport"
    return f"{format_sol(report.unexplained)} of it NOT explained by the journal"


def _truth(report: DemoReport) -> str:
    organic, rug = report.truth["organic"], report.truth["rug"]
    return (
        f"{organic['bought']} of {organic['seen']} organic launches bought,"
        f" {rug['bought']} of {rug['seen']} rugs bought"
    )


def _latency(data: dict[str, Any], name: str) -> str:
    found = data["latency_ms"][name]
    return "no buy" if found["p50"] is None else f"p50 {found['p50']:.1f} ms, p99 {found['p99']:.1f} ms"
