"""A service's chain over stops, kills and full disks: processes of their own, asked over JSON-RPC."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sniperforge.errors import ConfigError, StorageError, UnavailableError
from sniperforge.localnet.genesis import Genesis
from sniperforge.localnet.market.truth import Truth
from sniperforge.localnet.service.client import call
from sniperforge.localnet.service.control import down, find_running, warp
from sniperforge.localnet.service.foreground import MarketPlan, up_foreground
from sniperforge.localnet.service.info import NetworkInfo
from sniperforge.localnet.store.chain_file import ChainFile
from tests.localnet.kit import SOL, address
from tests.localnet.service.test_control import PROJECT, Service
from tests.localnet.service.test_foreground import options, run

HISTORY = {"searchTransactionHistory": True}


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """Ended and reaped afterwards."""
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    made = Service(tmp_path)
    yield made
    made.end()


def kill(info: NetworkInfo) -> None:
    """As a crash, or a machine out of memory."""
    os.kill(info.pid, signal.SIGKILL)
    os.waitpid(info.pid, 0)


def statuses(info: NetworkInfo, signatures: list[str]) -> list[Any]:
    found: list[Any] = call(info.rpc_url, "getSignatureStatuses", [signatures, HISTORY])["value"]
    return found


def confirmed(info: NetworkInfo, seconds: float, first: int = 0) -> dict[str, tuple[int, int]]:
    """Payments sent one after another for a while, those that were reported confirmed: slot and payee."""
    sent: dict[str, int] = {}
    seen: dict[str, tuple[int, int]] = {}
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        number = first + len(sent)
        sent[call(info.rpc_url, "requestAirdrop", [address(1_000 + number), SOL + number])] = number
        waiting = [signature for signature in sent if signature not in seen][-200:]
        for signature, status in zip(waiting, statuses(info, waiting), strict=True):
            if status is not None and status["confirmationStatus"] != "processed":
                seen[signature] = (status["slot"], sent[signature])
    return seen


def test_kill_9_loses_nothing_that_was_confirmed(service: Service) -> None:
    """Twice in a row, under load: the same chain, later slots, every confirmation that a client saw."""
    seen: dict[str, tuple[int, int]] = {}
    info, _ = service.up()
    genesis, slot = info.genesis_hash, 0
    for _ in range(2):
        seen |= confirmed(info, 0.8, first=len(seen) + 1_000)
        newest = call(info.rpc_url, "getSlot", [{"commitment": "confirmed"}])
        kill(info)
        info, started = service.up()
        assert (started, info.genesis_hash) == (True, genesis)
        assert call(info.rpc_url, "getSlot", [{"commitment": "processed"}]) > newest > slot
        slot = newest
    assert len(seen) > 20
    signatures = list(seen)[-250:]
    assert [status and status["slot"] for status in statuses(info, signatures)] == [
        seen[signature][0] for signature in signatures
    ]
    for signature in signatures[:5] + signatures[-5:]:
        number = seen[signature][1]
        assert call(info.rpc_url, "getBalance", [address(1_000 + number)])["value"] >= SOL + number
        transaction = call(info.rpc_url, "getTransaction", [signature, {"maxSupportedTransactionVersion": 0}])
        assert transaction["slot"] == seen[signature][0]


def test_down_and_up_keep_even_what_was_only_processed(service: Service) -> None:
    """A clean stop stores the open block; a warp's time is kept too."""
    info, _ = service.up()
    last = call(info.rpc_url, "requestAirdrop", [address(3), SOL])
    told = warp(service.files, {"seconds": 3_600})
    assert told is not None
    signature = call(info.rpc_url, "requestAirdrop", [address(4), SOL])
    assert down(service.files) == info
    assert warp(service.files, 1) is None
    again, _ = service.up()
    assert again.genesis_hash == info.genesis_hash
    assert again.payer == info.payer
    assert None not in statuses(again, [last, signature])
    assert call(again.rpc_url, "getBalance", [address(4)])["value"] == SOL
    newest = call(again.rpc_url, "getSlot")
    assert newest > told["slot"]
    assert call(again.rpc_url, "getBlockTime", [newest]) >= told["blockTime"]


def test_a_damaged_chain_is_never_replaced(service: Service) -> None:
    """The process says so and ends; nothing serves."""
    service.up()
    down(service.files)
    service.files.chain.write_bytes(b"?" * 5_000)
    with pytest.raises(UnavailableError, match=r"ConfigError: .*localnet-chain\.db"):
        service.up()
    assert service.files.chain.read_bytes() == b"?" * 5_000
    assert find_running(service.files) is None


def test_one_process_at_a_time(tmp_path: Path) -> None:
    """The lock is taken before the chain is opened."""
    made = options(tmp_path)

    def announce(_info: NetworkInfo) -> None:
        try:
            with pytest.raises(UnavailableError, match="already running"):
                up_foreground(options(tmp_path, reset=True), lambda _: None, now=time.time)
            assert made.files.chain.exists()
            assert not made.files.chain_before.exists()
        finally:
            signal.raise_signal(signal.SIGTERM)

    up_foreground(made, announce, now=time.time)


def test_a_full_disk_ends_the_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within some slots, with what is wrong; what was confirmed is there at the next start."""
    made = options(tmp_path)
    files: list[ChainFile] = []
    keep = ChainFile.keep
    monkeypatch.setattr(ChainFile, "keep", lambda self, *given: files.append(self) or keep(self, *given))

    def fill(info: NetworkInfo) -> None:
        files[0]._db._connection.execute("PRAGMA query_only=ON")

    with pytest.raises(StorageError, match="the chain cannot be kept, so the network stops"):
        up_foreground(made, fill, now=time.time)
    assert not made.files.info.exists()
    _, ended = run(made)
    assert ended is signal.SIGTERM


def test_a_reset_keeps_the_last_chain_aside(tmp_path: Path) -> None:
    """One of them; programs, accounts and clock are for a chain that begins."""
    made = options(tmp_path)
    run(made)
    forked = replace(made, genesis=Genesis(bytes(range(32)), clock_time=1_700_000_000))
    with pytest.raises(ConfigError, match="there is a chain in") as error:
        run(forked)
    assert "--reset" in error.value.hint
    first, _ = run(made)
    second, _ = run(replace(forked, reset=True))
    assert second.genesis_hash != first.genesis_hash
    assert second.payer == first.payer
    with sqlite3.connect(made.files.chain_before) as connection:
        kept = connection.execute("SELECT value FROM facts WHERE name = 'genesis'").fetchone()
    connection.close()
    assert kept == (first.genesis_hash,)
    third, _ = run(made)
    assert third.genesis_hash == second.genesis_hash


def test_a_start_that_fails_binds_nothing(tmp_path: Path) -> None:
    """A port that is taken leaves no chain in the way of programs and accounts."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        made = options(tmp_path)
        busy = replace(made, rpc_port=taken.getsockname()[1])
        with pytest.raises(UnavailableError):
            run(busy)
    info, _ = run(replace(made, genesis=Genesis(bytes(32), clock_time=1_700_000_000)))
    assert info.genesis_hash


def test_a_market_goes_on(tmp_path: Path) -> None:
    """The second run's launches are new; its base pair is the one there was."""
    made = options(tmp_path, market=MarketPlan(seed=1, per_minute=600))

    def launched() -> set[str]:
        return set(Truth.read(made.files.truth).launches)

    def until_two_more(_info: NetworkInfo) -> None:
        loop, before = asyncio.get_running_loop(), len(launched())
        deadline = loop.time() + 10

        def look() -> None:
            if len(launched()) >= before + 2 or loop.time() > deadline:
                signal.raise_signal(signal.SIGTERM)
            else:
                loop.call_later(0.05, look)

        look()

    up_foreground(made, until_two_more, now=time.time)
    first = launched()
    up_foreground(made, until_two_more, now=time.time)
    assert len(first) >= 2
    assert first < launched()
