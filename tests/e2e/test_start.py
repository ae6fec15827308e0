"""``sniperforge start`` as a process of its own, and other commands beside it."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sniperforge.domain.trade import IntentKind, PositionState
from sniperforge.store.shared import SharedStore
from tests.e2e.conftest import Network, Start
from tests.trading import Project, eventually

Make = Callable[..., Project]


def held(project: Project, count: int) -> list[dict[str, Any]]:
    """The first ``count`` held positions, once there are as many."""

    def look() -> Any:
        if not project.journal_path.exists():
            return None
        with project.journal() as journal:
            found = [each.to_json() for each in journal.positions()]
        return found[:count] if len(found) >= count else None

    found: list[dict[str, Any]] = eventually(look, seconds=20)
    return found


def buys(project: Project) -> int:
    """How many buys are on record."""
    with project.journal() as journal:
        kinds = [fill.kind for fill in journal.fills()] + [intent.kind for intent, _ in journal.unresolved()]
    return kinds.count(IntentKind.BUY)


def session(project: Project) -> Any:
    """The wallet's last session as status reads it."""
    store = SharedStore(project.chain_folder / "shared.db", readonly=True)
    try:
        return store.session(project.wallet)
    finally:
        store.close()


def log_lines(project: Project) -> list[dict[str, Any]]:
    """Every line of the project's logs, each a JSON object."""
    (path,) = (project.folder / "logs").glob("sniperforge.log.*")
    text = path.read_text()
    assert text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


def test_commands_beside_a_running_bot(make_project: Make, spawn: Start) -> None:
    """Sale, key, halt, write-off, resume: the holder does them, at once; exits go on while entries are halted."""
    project = make_project()
    bot = spawn(project, "start")
    first, second, third = held(project, 3)

    half = spawn(project, "sell", first["mint"][:8], "50%", "--intent-id", "noon", "--json").end()
    again = spawn(project, "sell", first["mint"], "50%", "--intent-id", "noon", "--json").end()
    assert half.data == again.data, "the same key, the same outcome"
    assert half.data["sales"][0]["outcome"] == "filled"
    with project.journal() as journal:
        sales = [fill for fill in journal.fills() if fill.position_id == first["id"]]
        assert [fill.kind for fill in sales] == [IntentKind.BUY, IntentKind.SELL]
        assert abs(2 * sales[1].token_delta + sales[0].token_delta) <= 1
        assert sales[1].origin == "sell"
    assert "sold by command" in bot.err, "the holder did it"

    too_much = spawn(project, "sell", second["mint"], "99999999999999").end()
    assert (too_much.code, too_much.out) == (4, "")
    assert "held" in too_much.err

    assert spawn(project, "halt", "--reason", "lunch", "--json").end().data == {"halted": True}
    halted_at = len(bot.err)
    before = buys(project)
    written = spawn(project, "positions", "abandon", second["mint"], "--yes", "--json").end()
    assert written.data == {"abandoned": second["id"]}
    gone = spawn(project, "sell", third["mint"], "--json").end()
    assert gone.data["sales"][0]["outcome"] == "filled", "exits go on"
    eventually(lambda: bot.err[halted_at:].count("\nseen ") >= 3)
    assert buys(project) == before, "no new entry while halted"
    assert "lunch" in spawn(project, "status").end().out

    assert spawn(project, "resume", "--json").end().data == {"halted": False}
    eventually(lambda: buys(project) > before, seconds=20)
    with project.journal() as journal:
        states = {each.id: each.state for each in journal.positions(tuple(PositionState))}
    assert states[second["id"]] is PositionState.WORTHLESS
    assert states[third["id"]] is PositionState.CLOSED

    bot.send(signal.SIGTERM)
    stopped = bot.end()
    assert stopped.code == 143
    assert stopped.seconds < 10
    assert session(project).ended_at is not None
    sold_later(project, spawn)


def sold_later(project: Project, spawn: Start) -> None:
    """Nobody runs: the command sells by itself, only what it was asked to, once per key."""
    (one, *others) = held(project, 2)
    done = spawn(project, "sell", one["mint"], "--intent-id", "evening", "--json").end()
    assert done.data["sales"][0]["outcome"] == "filled"
    again = spawn(project, "sell", one["mint"], "--intent-id", "evening", "--json").end()
    assert again.data == done.data, "the position is gone, its outcome is not"
    with project.journal() as journal:
        still = {each.id: each.state for each in journal.positions()}
    assert one["id"] not in still
    assert all(still[each["id"]] is PositionState.OPEN for each in others), "nothing else was touched"


def test_a_run_for_a_time(make_project: Make, spawn: Start) -> None:
    """It ends with a drain, exit 0 and one document; the log has a line for everything and no secret."""
    project = make_project()
    data = spawn(project, "start", "--duration", "3", "--json").end().data
    assert data["pools_seen"] >= 3
    assert data["unresolved"] == []
    assert data["bought"] == data["exits"] + data["open_positions"] >= 1
    assert data["refused"] >= 1
    assert data["refusals_by_check"].keys() >= {"lp_locked"} or data["refusals_by_check"]
    lines = log_lines(project)
    assert {line["event"] for line in lines} >= {
        "started",
        "pool seen",
        "pool judged",
        "buy filled",
        "stopped",
    }
    assert all(line["wallet"] == project.wallet for line in lines)
    assert all({"ts", "level", "pid", "command", "bot", "network"} <= line.keys() for line in lines)
    secret = (project.folder / "wallets" / "main.json").read_text()
    text = "".join(json.dumps(line) for line in lines)
    assert secret.strip("[]\n ") not in text
    judged = [line["pool"] for line in lines if line["event"] == "pool judged"]
    assert len(judged) <= 3 * len(set(judged)), "a verdict is logged when it is new"
    assert session(project).ended_at is not None


def test_two_signals_end_it_at_once(make_project: Make, spawn: Start) -> None:
    """The second does not wait for anything; the journal holds what the next start needs."""
    project = make_project()
    bot = spawn(project, "start", "--json")
    held(project, 1)
    bot.send(signal.SIGINT)
    bot.send(signal.SIGINT)
    stopped = bot.end()
    assert stopped.code == 130
    assert stopped.seconds < 2
    assert held(project, 1)
    assert spawn(project, "status").end().code == 0


@pytest.mark.parametrize("size", [4_096, 150_000])
def test_a_full_disk_trades_nothing_that_is_not_on_record(
    make_project: Make, spawn: Start, network: Network, size: int
) -> None:
    """Exit 1, saying which file; whatever was sent before is in the journal."""
    project = make_project()
    bot = spawn(project, "start", "--duration", "20", "--json", limit_file_bytes=size)
    ended = bot.end()
    assert ended.code == 1, ended.out
    assert str(project.folder) in ended.document["error"]["message"]
    assert "Traceback" not in ended.err
    time.sleep(1.0)
    signed = {
        text
        for text in network.signatures(project.wallet)
        if network.transaction(text)["transaction"]["message"]["accountKeys"][0] == project.wallet
    }
    known: set[str] = set()
    if size > 100_000:
        with project.journal() as journal:
            known = journal.known_signatures()
    assert signed <= known


def test_no_network(spawn: Start, tmp_path: Path) -> None:
    """Exit 6 after a few tries; nothing is written for a chain that was never seen."""
    lost = Project(
        tmp_path / "lost", tmp_path / "state-home", "http://127.0.0.1:9", "ws://127.0.0.1:9", "x" * 44
    )
    ended = spawn(lost, "start", "--duration", "1", "--json").end()
    assert ended.code == 6
    assert ended.document["error"]["code"] == "unavailable"
    assert not (lost.folder / "state").exists()
