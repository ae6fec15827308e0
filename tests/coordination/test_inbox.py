"""The inbox between real processes: answers, refusals, silence, and deaths at every moment."""

from __future__ import annotations

import asyncio
import json
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sniperforge.chain.clock import SystemClock
from sniperforge.coordination.inbox import InboxClient, InboxServer, error_from_json, error_to_json
from sniperforge.coordination.request_table import Request, RequestTable, State
from sniperforge.coordination.wallet_lock import Holder, read_holder
from sniperforge.errors import (
    NotFoundError,
    RefusedError,
    RpcError,
    SniperForgeError,
    StorageError,
    UnavailableError,
    UnknownOutcomeError,
    WalletBusyError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Other


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """A lock's path; the inbox is beside it."""
    return tmp_path / "locks" / "w.lock"


@pytest.fixture
def path(lock: Path) -> Path:
    """The inbox's path."""
    return lock.with_suffix(".inbox.db")


@pytest.fixture
def client(path: Path, lock: Path) -> InboxClient:
    """A sender."""
    numbers = count()
    return InboxClient(
        path, clock=SystemClock(), new_id=lambda: f"r{next(numbers)}", holder=lambda: read_holder(lock)
    )


def state_of(path: Path, name: str) -> State:
    """Where a request stands."""
    table = RequestTable(path)
    try:
        return table.read(name)[0]
    finally:
        table.close()


async def first_claim(server: InboxServer) -> list[Request]:
    """The first requests that come."""

    def trouble(error: StorageError) -> None:
        raise error

    async for request in server.requests(on_trouble=trouble):
        return [request]
    raise AssertionError("the server ended")


async def test_the_holder_answers_from_another_process(
    client: InboxClient, lock: Path, other: Callable[..., Other]
) -> None:
    """Ten requests, each answered well within the second that a command waits."""
    assert other("serve", lock, "answer").line()["held"]
    loop = asyncio.get_running_loop()
    slowest = 0.0
    for number in range(10):
        started = loop.time()
        reply = await client.post("sell", {"n": number})
        slowest = max(slowest, loop.time() - started)
        assert reply == {"kind": "sell", "echo": {"n": number}}
    assert slowest < 0.9


async def test_the_holders_refusal_is_raised_here(
    client: InboxClient, lock: Path, other: Callable[..., Other]
) -> None:
    """The sender exits with the refusal's own class, hint and details."""
    assert other("serve", lock, "refuse").line()["held"]
    with pytest.raises(RefusedError, match="too large") as caught:
        await client.post("buy", {})
    assert (caught.value.hint, caught.value.details) == ("less", {"limit": 3})


async def test_without_an_answer_the_request_is_withdrawn(
    client: InboxClient, path: Path, lock: Path, other: Callable[..., Other]
) -> None:
    """A holder that does not look gives exit 5 naming it; a later server never sees the request."""
    pid = other("hold", lock).line()["pid"]
    with pytest.raises(WalletBusyError) as caught:
        await client.post("sell", {}, wait_seconds=0.05)
    assert caught.value.details["pid"] == pid
    assert state_of(path, "r0") is State.WITHDRAWN
    server = InboxServer(path, clock=SystemClock())
    assert await server.claim_new() == []
    server.close()


async def test_a_claimed_request_is_waited_for_a_while_longer(
    client: InboxClient, path: Path, lock: Path, other: Callable[..., Other]
) -> None:
    """The sender is told once that it was taken; without an answer the outcome is unknown, not failed."""
    holder = other("serve", lock, "silent")
    pid = holder.line()["pid"]
    told: list[bool] = []
    with pytest.raises(UnknownOutcomeError, match="has not answered yet") as caught:
        await client.post(
            "sell",
            {},
            wait_seconds=0.3,
            claimed_wait_seconds=0.1,
            on_claimed=lambda: told.append(True),
        )
    assert told == [True]
    assert caught.value.details == {"request": "r0", "kind": "sell", "pid": pid}
    assert holder.line() == {"claimed": "r0"}
    assert state_of(path, "r0") is State.CLAIMED


async def test_an_answer_during_the_further_wait_counts(client: InboxClient, path: Path) -> None:
    """A slow holder's answer still arrives."""
    server = InboxServer(path, clock=SystemClock())

    async def slow() -> None:
        claimed = await first_claim(server)
        await told.wait()
        assert await server.answer(claimed[0].id, {"done": True})
        assert not await server.answer(claimed[0].id, {"done": False})

    told = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(slow())
        reply = await client.post("sell", {}, wait_seconds=0.1, claimed_wait_seconds=5, on_claimed=told.set)
    assert reply == {"done": True}
    server.close()


async def test_a_holder_killed_between_claim_and_answer(
    client: InboxClient, path: Path, lock: Path, other: Callable[..., Other]
) -> None:
    """The next holder settles what the dead one had; the waiting sender learns at once, outcome unknown."""
    first = other("serve", lock, "silent")
    first.line()
    loop = asyncio.get_running_loop()
    waiting = asyncio.ensure_future(client.post("sell", {}, wait_seconds=0.2, claimed_wait_seconds=30))
    assert await asyncio.to_thread(first.line) == {"claimed": "r0"}
    await asyncio.to_thread(first.kill)
    second = other("serve", lock, "answer")
    assert (await asyncio.to_thread(second.line))["leftovers"] == 1
    started = loop.time()
    with pytest.raises(UnknownOutcomeError, match="ended before it answered") as caught:
        await waiting
    assert loop.time() - started < 5
    assert caught.value.details["pid"] == second.process.pid
    assert state_of(path, "r0") is State.LOST
    assert (await client.post("sell", {"again": 1}))["echo"] == {"again": 1}


async def test_a_dead_sender_leaves_nothing_to_execute(path: Path) -> None:
    """A request past its deadline is expired by the next holder, not claimed."""
    table = RequestTable(path)
    table.post(Request("old", "sell", {}, 1.0, 2.0))
    table.close()
    server = InboxServer(path, clock=SystemClock())
    assert server.leftovers == 1
    assert await server.claim_new() == []
    server.close()
    assert state_of(path, "old") is State.EXPIRED


async def test_a_request_that_expired_in_the_holders_hands_is_busy(client: InboxClient, path: Path) -> None:
    """A holder that looked too late executes nothing, and the sender is told that it did not."""

    async def look_late() -> None:
        table = RequestTable(path)
        while table.claim_all(1e12):
            pass
        while True:
            await asyncio.sleep(0.005)
            table.claim_all(1e12)
            if table.read("r0")[0] is State.EXPIRED:
                table.close()
                return

    with pytest.raises(WalletBusyError):
        async with asyncio.timeout(5):
            await _both(client.post("sell", {}, wait_seconds=3), look_late())


async def test_a_claim_at_the_very_moment_of_withdrawal_wins(
    client: InboxClient, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the holder is first by a hair the sender does not say that nothing happened."""
    holder = RequestTable(path)
    real = RequestTable.withdraw

    def too_late(self: RequestTable, request_id: str, now: float) -> bool:
        assert len(holder.claim_all(1.0)) == 1
        return real(self, request_id, now)

    monkeypatch.setattr(RequestTable, "withdraw", too_late)
    with pytest.raises(UnknownOutcomeError):
        await client.post("sell", {}, wait_seconds=0.02, claimed_wait_seconds=0.02)
    assert state_of(path, "r0") is State.CLAIMED
    holder.close()


async def _both(first: Any, second: Any) -> None:
    """Two coroutines at once; the first one's error."""
    task = asyncio.ensure_future(second)
    try:
        await first
    finally:
        task.cancel()


async def test_ctrl_c_withdraws(client: InboxClient, path: Path) -> None:
    """A sender that is interrupted leaves nothing that could be executed."""
    waiting = asyncio.ensure_future(client.post("sell", {}, wait_seconds=30))
    await asyncio.sleep(0.03)
    assert state_of(path, "r0") is State.POSTED
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert state_of(path, "r0") is State.WITHDRAWN


async def test_closing_the_server_settles_what_it_had(client: InboxClient, path: Path) -> None:
    """A clean stop tells the sender at once that no answer will come."""
    server = InboxServer(path, clock=SystemClock())
    waiting = asyncio.ensure_future(client.post("sell", {}, wait_seconds=0.05, claimed_wait_seconds=30))
    await first_claim(server)
    server.close()
    with pytest.raises(UnknownOutcomeError, match="ended before"):
        async with asyncio.timeout(5):
            await waiting


async def test_trouble_with_the_inbox_does_not_end_the_server(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A storage error is told and the next look follows; nothing that was posted meanwhile is missed."""

    class Impatient(SystemClock):
        async def sleep(self, seconds: float) -> None:
            pauses.append(seconds)
            await asyncio.sleep(0)

    pauses: list[float] = []
    troubles: list[StorageError] = []
    server = InboxServer(path, clock=Impatient())
    real = server._table.claim_all
    failures = iter([StorageError("disk"), StorageError("disk")])

    def failing(now: float) -> list[Request]:
        if error := next(failures, None):
            raise error
        return real(now)

    monkeypatch.setattr(server._table, "claim_all", failing)
    table = RequestTable(path)
    table.post(Request("a", "sell", {}, 1.0, 1e12))
    async with asyncio.timeout(5):
        async for request in server.requests(on_trouble=troubles.append):
            assert request.id == "a"
            break
    assert len(troubles) == 2
    assert pauses == [1.0, 1.0]
    table.close()
    server.close()


def test_errors_travel_with_their_class() -> None:
    """Code, message, hint and details survive JSON; RPC errors arrive as unavailable, unknown codes as internal."""
    cases: list[tuple[SniperForgeError, type[SniperForgeError]]] = [
        (NotFoundError("no such mint", hint="h", details={"mint": "x"}), NotFoundError),
        (RpcError("node said", rpc_code=-32002), UnavailableError),
        (StorageError("disk"), SniperForgeError),
    ]
    for error, kind in cases:
        back = error_from_json(json.loads(json.dumps(error_to_json(error))))
        assert type(back) is kind
        assert (back.message, back.hint, back.details) == (error.message, error.hint, error.details)
    assert type(error_from_json({"code": "new"})) is SniperForgeError


def test_a_holder_is_a_value() -> None:
    """The client's error can name any holder it is given."""
    holder = Holder(1, "i", "h", "b", "c", "f", "s")
    assert Holder.from_text(holder.to_text()) == holder
