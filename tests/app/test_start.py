"""A bot in the foreground: what is logged, what status can read, what the document says."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sniperforge.app import start as app_start
from sniperforge.app.bot_run import RunTally
from sniperforge.app.start import StartRequest, start, waiting_line
from sniperforge.engine.events import SessionEvent, Waiting
from sniperforge.errors import ConfigError, RefusedError, UsageError, WalletBusyError
from sniperforge.store.shared import SharedStore
from sniperforge.wallets.secret import SecretText
from tests.app.session_kit import bot, place, until
from tests.session_events import FAIL, judged, seen
from tests.trading import Project


def nobody() -> SecretText:
    """Nobody may be asked for a password."""
    raise AssertionError("a password was asked for")


async def run(
    project: Project,
    *,
    bot: str | None = None,
    duration: float | None = 1.0,
    live: bool = False,
    **hears: Any,
) -> dict[str, Any]:
    """As the command does."""
    return await start(
        project.settings,
        StartRequest(bot, duration, live),
        password=nobody,
        tell=hears.get("tell", lambda _event: None),
        ready=hears.get("ready", lambda _trader: None),
        note=hears.get("note", lambda _text: None),
        console=False,
    )


def logged(project: Project) -> list[dict[str, Any]]:
    """Every log line."""
    (path,) = (project.folder / "logs").iterdir()
    return [json.loads(line) for line in path.read_text().splitlines()]


async def test_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Document, log and session row say the same; the view hears every event."""
    async with place(tmp_path, monkeypatch, per_minute=480) as (_, project):
        events: list[SessionEvent] = []
        data = await run(project, tell=events.append, duration=3.0)
        assert data["pools_seen"] >= 1
        assert data["bought"] == data["exits"] + data["open_positions"]
        assert data["unresolved"] == []
        lines = logged(project)
        assert lines[0]["event"] == "started"
        assert lines[0]["genesis"] == project.genesis
        stopped = next(line for line in lines if line["event"] == "stopped")
        assert all(stopped[key] == data[key] for key in ("pools_seen", "bought", "refused", "exits"))
        shared = SharedStore(project.chain_folder / "shared.db", readonly=True)
        session = shared.session(project.wallet)
        shared.close()
        assert session is not None
        assert session.ended_at is not None
        assert session.health["feed"]["subscribed"] == session.health["feed"]["wanted"]
        assert session.health["pools_seen"] == data["pools_seen"]
        assert len(session.health["values_sol"]) <= data["open_positions"]
        assert len([line for line in lines if line["event"] == "pool seen"]) == data["pools_seen"]
        assert len(events) >= data["pools_seen"]


async def test_a_signal_still_tells_what_was_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cancelled in the middle, it returns its document; the wallet is free."""
    async with place(tmp_path, monkeypatch) as (_, project):
        ready: list[Any] = []
        task = asyncio.create_task(run(project, duration=None, ready=ready.append))
        await until(lambda: ready)
        await asyncio.sleep(0.2)
        task.cancel()
        assert (await task)["bought"] == 0
        assert not project.lock.read_text()


async def test_mistakes_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown bot or a bad file before anything is written; a busy wallet before a password is asked for."""
    async with place(tmp_path, monkeypatch) as (_, project):
        with pytest.raises(UsageError):
            await run(project, bot="nope")
        path = project.folder / "configs" / "bots" / "lp-sniper.toml"
        good = path.read_text()
        path.write_text(good.replace("trade_sol", "trade_so"))
        with pytest.raises(ConfigError):
            await run(project)
        assert not (project.folder / "logs").exists()
        path.write_text(good)
        async with bot(project):
            with pytest.raises(WalletBusyError):
                await run(project)


async def test_paper_is_not_traded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mainnet without --live is refused with what to do instead."""
    async with place(tmp_path, monkeypatch) as (_, project):
        node = SimpleNamespace(mode="paper")

        class Opened:
            async def __aenter__(self) -> Any:
                return node

            async def __aexit__(self, *_error: object) -> None:
                return

        monkeypatch.setattr(app_start, "open_node", lambda *_given, **_more: Opened())
        with pytest.raises(RefusedError, match="live = true"):
            await run(project)


@pytest.mark.parametrize("gives", [True, False])
async def test_play_money_for_an_empty_wallet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gives: bool
) -> None:
    """Told either way; a faucet that refuses stops nothing."""
    async with place(tmp_path, monkeypatch) as (_, project):
        empty = Project(
            tmp_path / "empty", project.state_home, project.rpc_url, project.ws_url, project.genesis
        )
        empty.extra["SNIPERFORGE_WALLETS__AIRDROP_SOL"] = "2" if gives else "9999999999"
        notes: list[str] = []
        await run(empty, duration=0.2, note=notes.append)
        (note,) = notes
        assert ("gave it 2.000000000 SOL of play money" in note) is gives
        assert ("the faucet gave nothing" in note) is not gives
        assert {"airdrop" if gives else "no airdrop"} <= {line["event"] for line in logged(empty)}


async def test_silence_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line after a while without a buy, again and again."""
    monkeypatch.setattr(app_start, "WAITING_SECONDS", 0.1)
    async with place(tmp_path, monkeypatch) as (_, project):
        events: list[SessionEvent] = []
        await run(project, tell=events.append, duration=1.0)
        said = [each.text for each in events if isinstance(each, Waiting)]
    assert len(said) >= 2
    assert said[-1].startswith("no buy in the last minute: 0 pools seen so far; feed heard ")


def test_the_line_that_explains() -> None:
    """What refused most, and how old the feed is; before a feed there is none."""
    tally = RunTally()
    for event in (seen(1), judged(1, FAIL), seen(2)):
        tally.hear(event)
    heard: Any = SimpleNamespace(health=lambda: SimpleNamespace(age=1.25))
    assert waiting_line(tally, [heard]) == (
        "no buy in the last minute: 2 pools seen so far, refused by lp_locked 1; feed heard 1.2 s ago"
    )
    assert waiting_line(RunTally(), []) == "no buy in the last minute: 0 pools seen so far; feed never heard"
