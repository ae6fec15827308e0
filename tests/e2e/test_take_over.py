"""Two processes and one wallet: the second waits its turn, and goes on where a killed one stopped."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

from sniperforge.app.books import sum_of
from sniperforge.domain.trade import IntentKind
from sniperforge.store.journal_reader import JournalReader
from sniperforge.wallets.keystore import KdfCost
from sniperforge.wallets.secret import SecretText
from tests.e2e.conftest import Network, Start
from tests.e2e.processes import Process
from tests.trading import Project, eventually

BUY_SECONDS = 20


def in_flight(path: Path, *kinds: IntentKind) -> list[str]:
    """Signatures in a journal whose outcome is open; of these kinds when any are named."""
    if not path.exists():
        return []
    journal = JournalReader(path)
    try:
        open_ones = journal.unresolved()
        return [attempt.signature for intent, attempt in open_ones if not kinds or intent.kind in kinds]
    finally:
        journal.close()


def holds(path: Path, count: int) -> bool:
    """Whether a journal has that many held positions."""
    if not path.exists():
        return False
    journal = JournalReader(path)
    try:
        return len(journal.positions()) >= count
    finally:
        journal.close()


def crash_with_a_buy_in_flight(process: Process, path: Path) -> list[str]:
    """Kill it when the bytes of a buy have left and their outcome is not known; their signatures."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        eventually(lambda: in_flight(path, IntentKind.BUY), seconds=BUY_SECONDS, every=0.002)
        time.sleep(0.05)  # until the bytes have left; the next slot lands them, the one after confirms them
        process.send(signal.SIGSTOP)
        if found := in_flight(path, IntentKind.BUY):
            process.kill()
            return found
        process.send(signal.SIGCONT)
    raise AssertionError("no buy was ever in flight when it stood still")


def check_against_chain(project: Project, network: Network) -> None:
    """Every trade at most once, every position there, every lamport explained."""
    with project.journal() as journal:
        assert journal.unresolved() == []
        fills, known = journal.fills(), journal.known_signatures()
        held, foreign = journal.positions(), journal.foreign_delta()
        assert journal.foreign_signed() == []
        assert journal.flag("halted") == ""
    buys = [fill.mint for fill in fills if fill.kind is IntentKind.BUY and fill.settlement.err is None]
    assert len(buys) == len(set(buys)), "no mint was bought twice"
    history = network.signatures(project.wallet)
    signed = {
        text
        for text in history
        if network.transaction(text)["transaction"]["message"]["accountKeys"][0] == project.wallet
    }
    assert signed <= known
    assert signed == {fill.settlement.signature for fill in fills}
    tokens = network.tokens(project.wallet)
    assert all(tokens.get(position.mint, 0) >= position.raw for position in held)
    assert network.balance(project.wallet) - 10_000_000_000 == sum_of(fills, foreign).wallet_delta


def test_a_second_start_waits_its_turn_and_takes_over_after_a_crash(
    network: Network, make_project: Callable[..., Project], spawn: Start
) -> None:
    """Busy while the first lives, told by whom; after kill -9 with a buy in flight nothing is lost or doubled."""
    first = make_project()
    second = make_project(key=first.key)
    running = spawn(first, "start", "--quiet")
    eventually(lambda: holds(first.journal_path, 1), seconds=BUY_SECONDS)

    refused = spawn(second, "start", "--json").end()
    assert refused.code == 5
    error = refused.document["error"]
    assert error["code"] == "wallet_busy"
    assert (error["details"]["pid"], error["details"]["bot"]) == (running.pid, "lp-sniper")
    assert (error["details"]["host"], error["details"]["folder"]) == (socket.gethostname(), str(first.folder))
    told = spawn(second, "start").end()
    assert (told.code, told.out) == (5, "")
    assert f"pid {running.pid} on {socket.gethostname()}, in {first.folder}" in told.err

    crashed_with = crash_with_a_buy_in_flight(running, first.journal_path)
    with first.journal() as journal:
        before = {position.id for position in journal.positions()}

    taking_over = spawn(second, "start")
    taking_over.said(f"{len(before)} positions held")
    eventually(lambda: not set(crashed_with) & set(in_flight(first.journal_path)), seconds=10)
    guarded = eventually(
        lambda: [
            each["mint"]
            for each in spawn(second, "status", "--json").end().data["positions"]
            if each["id"] in before and each["value_sol"]
        ],
        seconds=20,
    )
    assert guarded
    assert spawn(first, "positions", "--json").end().data["positions"], "seen from the first folder too"
    assert spawn(second, "halt").end().code == 0
    eventually(lambda: not in_flight(first.journal_path))
    sold = spawn(second, "positions", "sell", "--all", "--yes", "--json").end()
    assert sold.code == 0, sold.out
    taking_over.send(signal.SIGTERM)
    assert taking_over.end().code == 143
    assert not (second.chain_folder / "wallets").exists(), "the wallet kept its one journal"
    drained = spawn(first, "start", "--duration", "1", "--json").end()
    assert (drained.data["unresolved"], drained.data["bought"], drained.data["open_positions"]) == ([], 0, 0)
    assert spawn(first, "resume").end().code == 0
    check_against_chain(first, network)


def test_a_busy_wallet_asks_for_no_password(make_project: Callable[..., Project], spawn: Start) -> None:
    """The answer would be worth nothing: exit 5 comes first, even without a terminal to ask on."""
    first = make_project()
    second = make_project(key=first.key)
    (second.folder / "wallets" / "main.json").unlink()
    second.wallets.add("main", first.key, SecretText("a long password"), cost=KdfCost(1, 8_192))
    running = spawn(first, "start", "--quiet")
    eventually(lambda: first.lock.exists() and first.lock.read_text())
    assert spawn(second, "start").end().code == 5
    running.kill()
    assert spawn(second, "start").end().code == 2, "now the password is what is missing"
