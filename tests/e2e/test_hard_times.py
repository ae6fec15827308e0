"""``start`` through what machines do to processes: stopped for longer than a blockhash lives, a full disk."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sniperforge.domain.lifecycle import TxState
from sniperforge.domain.trade import Attempt, Intent, IntentKind, Position, PositionState
from tests.e2e.conftest import ROOM, Network, Start
from tests.e2e.processes import Process
from tests.trading import PATIENCE, Project, eventually

SLOT_MS, PER_MINUTE, SEED = 20, 240, 11
BLOCKHASH_SLOTS = 150
STALE = BLOCKHASH_SLOTS + 100
HOLD_SECONDS = 5


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """A network whose blockhashes live for three seconds."""
    script = Path(__file__).with_name("network.py")
    process = Process(tmp_path_factory.mktemp("fast"), *map(str, (SLOT_MS, PER_MINUTE, SEED)), script=script)
    try:
        where = json.loads(eventually(lambda: process.out))
        yield Network(where["rpc_url"], where["ws_url"], where["genesis"])
    finally:
        process.send(signal.SIGTERM)
        process.end()


@pytest.fixture
def project(fast: Network, tmp_path: Path) -> Project:
    """A funded project on it; positions leave by themselves after five seconds and not before."""
    hold = {"SNIPERFORGE_BOTS__LP_SNIPER__EXITS__MAX_HOLD_SECONDS": str(HOLD_SECONDS)}
    made = Project(
        tmp_path / "project",
        tmp_path / "state-home",
        fast.rpc_url,
        fast.ws_url,
        fast.genesis,
        extra=ROOM | PATIENCE | hold,
    )
    fast.fund(made.wallet)
    return made


def every(project: Project) -> list[tuple[Intent, Attempt]]:
    """All transactions on record, with what they are for."""
    with project.journal() as journal:
        attempts = [journal.attempt(signature) for signature in journal.known_signatures()]
        found = [(journal.intent(each.intent_id), each) for each in attempts if each is not None]
    return [(intent, attempt) for intent, attempt in found if intent is not None]


def positions(project: Project) -> list[Position]:
    """All that were ever opened; none before the journal is there."""
    if not project.journal_path.exists():
        return []
    with project.journal() as journal:
        return journal.positions(tuple(PositionState))


def height(network: Network) -> int:
    """The newest block's."""
    return int(network.ask("getBlockHeight", {"commitment": "processed"}))


def audit(network: Network, project: Project) -> None:
    """Whatever the wallet signed is on record, and each intent had one effect at most."""
    on_chain = {
        text
        for text in network.signatures(project.wallet)
        if network.transaction(text)["transaction"]["message"]["accountKeys"][0] == project.wallet
    }
    trades = every(project)
    assert on_chain <= {attempt.signature for _, attempt in trades}
    landed = [
        intent.id for intent, attempt in trades if attempt.state in (TxState.CONFIRMED, TxState.FINALIZED)
    ]
    assert len(landed) == len(set(landed))
    mints = [intent.mint for intent, attempt in trades if intent.kind is IntentKind.BUY]
    held = network.tokens(project.wallet)
    for position in positions(project):
        if position.closed_at is None:
            assert held.get(position.mint, 0) == position.raw
    assert set(held) <= set(mints)


def test_stopped_for_longer_than_a_blockhash_lives(fast: Network, project: Project, spawn: Start) -> None:
    """Afterwards nothing stale is signed, what was in flight has its outcome, and what is held is sold on time."""
    bot = spawn(project, "start")
    before = eventually(lambda: [each for each in positions(project) if each.closed_at is None], seconds=30)
    bot.send(signal.SIGSTOP)
    stopped_at, at = time.time(), height(fast)
    eventually(lambda: height(fast) > at + STALE and time.time() > stopped_at + HOLD_SECONDS, seconds=60)
    woken_at, reached = time.time(), height(fast)
    bot.send(signal.SIGCONT)

    def sold() -> Any:
        found = {each.id: each for each in positions(project)}
        return all(found[each.id].state is PositionState.CLOSED for each in before)

    eventually(sold, seconds=20)
    eventually(lambda: [each for each in positions(project) if each.opened_at > woken_at], seconds=30)
    later = [attempt for _, attempt in every(project) if attempt.created_at > woken_at]
    assert later
    stale = [
        (attempt.created_at - woken_at, attempt.last_valid_height - reached)
        for attempt in later
        if attempt.last_valid_height < reached
    ]
    assert not stale, "signed on a blockhash that was dead"
    bot.send(signal.SIGTERM)
    assert bot.end().code == 143
    settle(project, spawn)
    audit(fast, project)


def settle(project: Project, spawn: Start) -> None:
    """A next start that brings everything to its outcome; nothing new is bought meanwhile."""
    file = project.folder / "state" / "KILL"
    file.touch()
    before = sum(intent.kind is IntentKind.BUY for intent, _ in every(project))
    data = spawn(project, "start", "--duration", "2", "--json").end().data
    file.unlink()
    assert data["unresolved"] == []
    assert sum(intent.kind is IntentKind.BUY for intent, _ in every(project)) == before, "the file stops buys"


def test_a_disk_that_fills_up_and_has_room_again(fast: Network, project: Project, spawn: Start) -> None:
    """Exit 1 naming the file and the log; nothing was sent that is not on record; the next start goes on."""
    bot = spawn(project, "start", "--json", limit_file_bytes=400_000)
    ended = bot.end()
    assert ended.code == 1, ended.out
    error = ended.document["error"]
    assert "cannot write" in error["message"]
    assert str(project.folder / "logs") in error["hint"]
    assert "Traceback" not in ended.err
    assert positions(project), "it traded until then"
    settle(project, spawn)
    audit(fast, project)
    done = spawn(project, "start", "--duration", "3", "--json").end().data
    assert done["bought"] >= 1, "it buys again"
    assert done["unresolved"] == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_in_the_middle_of_trades_is_bounded(
    fast: Network, project: Project, spawn: Start, number: signal.Signals
) -> None:
    """One signal ends it in time with what is in flight on record; the next start settles that."""
    bot = spawn(project, "start")
    eventually(lambda: positions(project), seconds=30)
    bot.send(number)
    ended = bot.end()
    assert ended.code == 128 + number
    assert ended.seconds < 10
    settle(project, spawn)
    audit(fast, project)


def test_a_second_signal_ends_a_stopped_clean_up_at_once(project: Project, spawn: Start) -> None:
    """It waits for nothing, also for a process that was stopped when the first one came."""
    bot = spawn(project, "start")
    eventually(lambda: positions(project), seconds=30)
    bot.send(signal.SIGSTOP)
    bot.send(signal.SIGTERM)
    bot.send(signal.SIGINT)
    bot.send(signal.SIGCONT)
    ended = bot.end()
    assert ended.code in (130, 143)
    assert ended.seconds < 10
    assert os.path.exists(project.journal_path)  # noqa: PTH110
    settle(project, spawn)
