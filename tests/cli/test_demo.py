"""``sniperforge demo``: its summary and its options; whole runs are in tests/e2e and tests/app."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from sniperforge.app import demo as app_demo
from sniperforge.app.books import sum_of
from sniperforge.app.bot_run import RunTally
from sniperforge.app.demo import DemoReport
from sniperforge.cli import demo as command
from sniperforge.cli.main import main
from sniperforge.cli.options import Options
from tests.session_events import FAIL, bought, judged, seen, sold

TRUTH = {
    "organic": {"launched": 2, "seen": 2, "bought": 1},
    "rug": {"launched": 1, "seen": 1, "bought": 0},
}


def report_of(**changes: Any) -> DemoReport:
    """A demo that bought and sold one of two pools."""
    tally = RunTally()
    for event in (seen(1), bought(1), sold(1, 150_025_000), seen(2), judged(2, FAIL)):
        tally.hear(event)
    made = DemoReport(
        seed=7,
        duration=20.0,
        tally=tally,
        truth=TRUTH,
        launches=[],
        open_positions=0,
        unresolved=0,
        realized=50_000_000,
        unrealized=0,
        wallet_delta=0,
        books=sum_of([], 0),
    )
    return replace(made, **changes)


@pytest.fixture
def staged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A demo without a network: what happens to it, in order."""
    happened: list[str] = []

    @asynccontextmanager
    async def open_stage(**_given: Any) -> AsyncIterator[Any]:
        trader = SimpleNamespace(wallet="Wa11et", journal=SimpleNamespace(positions=list), guard=None)
        happened.append("opened")
        yield SimpleNamespace(rpc_url="http://127.0.0.1:1", trader=trader)
        happened.append("closed")

    async def play(_stage: Any, _duration: float) -> DemoReport:
        happened.append("played")
        return report_of()

    async def report(_stage: Any, _duration: float) -> DemoReport:
        happened.append("reported")
        return report_of()

    monkeypatch.setattr(app_demo, "open_stage", open_stage)
    monkeypatch.setattr(app_demo, "play", play)
    monkeypatch.setattr(app_demo, "report", report)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    return happened


def test_the_summary_fits_and_says_all(capsys: pytest.CaptureFixture[str], staged: list[str]) -> None:
    """One fact a line, in 80 columns; where the network is goes to stderr."""
    assert main(["demo", "--duration", "5"]) == 0
    written = capsys.readouterr()
    assert written.out.splitlines() == [
        "LOCALNET",
        "pools       2 seen, 1 bought, 1 refused",
        "refused by  lp_locked 1",
        "positions   1 sold, 0 open, 0 unresolved",
        "the truth   1 of 2 organic launches bought, 0 of 1 rugs bought",
        "profit        0.050000000 SOL realised, net of fees and rent",
        "              0.000000000 SOL in open positions, if sold now",
        "fees          0.000000000 SOL",
        "wallet        0.000000000 SOL on chain, explained by the journal to the lamport",
        "latency     judged to signed  p50 100.0 ms, p99 100.0 ms",
        "            seen to signed    p50 600.0 ms, p99 600.0 ms, waits for opening included",
        "            seen to landed    p50 1000.0 ms, p99 1000.0 ms",
    ]
    assert all(len(line) <= 84 for line in written.out.splitlines())
    assert written.err == "embedded network at http://127.0.0.1:1\nwallet Wa11et\n"
    assert staged == ["opened", "played", "closed"]


def test_quiet_leaves_the_result(capsys: pytest.CaptureFixture[str], staged: list[str]) -> None:
    """Nothing on stderr."""
    assert main(["demo", "-q", "--json"]) == 0
    written = capsys.readouterr()
    assert written.err == ""
    assert json.loads(written.out)["wallet"] == "Wa11et"


def test_what_is_not_explained_is_shouted() -> None:
    """A lamport too many is a bug, and the summary says so; without a buy there is no latency."""
    text = command._summary(report_of(wallet_delta=-5, tally=RunTally()))
    assert "-0.000000005 of it NOT explained by the journal" in text
    assert "refused by  nothing" in text
    assert "judged to signed  no buy" in text


@pytest.mark.parametrize("as_json", [True, False])
async def test_lingering_prints_once(
    capsys: pytest.CaptureFixture[str], staged: list[str], as_json: bool
) -> None:
    """People see the summary at once, scripts the one document at the end; the network is up meanwhile."""
    task = asyncio.create_task(command._demo(Options(json=as_json), 5, 7, linger=True))
    await asyncio.sleep(0.1)
    written = capsys.readouterr()
    assert staged == ["opened", "played"]
    assert "the network stays up at http://127.0.0.1:1 until Ctrl-C" in written.err
    assert written.out.startswith("" if as_json else "LOCALNET\npools ")
    assert bool(written.out) is not as_json
    task.cancel()
    result = await task
    assert staged[-1] == "closed"
    assert result.human() is None or as_json


async def test_a_signal_still_tells_what_was_done(monkeypatch: pytest.MonkeyPatch, staged: list[str]) -> None:
    """The first Ctrl-C stops trading; the report is of what happened until then."""

    async def play(_stage: Any, _duration: float) -> DemoReport:
        staged.append("playing")
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(app_demo, "play", play)
    task = asyncio.create_task(command._demo(Options(quiet=True), 5, 7, linger=False))
    await asyncio.sleep(0.1)
    task.cancel()
    assert (await task).data["bought"] == 1
    assert staged == ["opened", "playing", "reported", "closed"]


@pytest.mark.parametrize(
    "argv", [["--duration", "4"], ["--duration", "nan"], ["--duration", "1e9"], ["--seed", "-1"], ["x"]]
)
def test_usage(argv: list[str], staged: list[str]) -> None:
    """Exit 2 before anything is set up."""
    assert main(["demo", *argv]) == 2
    assert staged == []
