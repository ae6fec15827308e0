"""Requests of one moment leave as one, and nobody pays for another's mistake."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from sniperforge.chain.gathering import Gathering
from sniperforge.chain.retries import NO_RETRY
from sniperforge.chain.rpc import RpcClient
from sniperforge.chain.urgency import for_exit
from sniperforge.errors import RpcError, UnavailableError
from sniperforge.testing.clock import FakeClock, settle
from sniperforge.testing.rpc import FakeRpc

Answer = tuple[int, dict[str, str]]


class Desk:
    """Counts what is asked together and alone."""

    def __init__(self, limit: int = 4) -> None:
        self.together: list[list[str]] = []
        self.alone: list[list[str]] = []
        self.error: BaseException | None = None
        self.gate: asyncio.Event | None = None
        self.gathering: Gathering[str] = Gathering(self._together, limit)

    async def _together(self, keys: Sequence[str]) -> Answer:
        self.together.append(list(keys))
        if self.gate is not None:
            await self.gate.wait()
        if self.error is not None:
            raise self.error
        return 7, {key: key.upper() for key in keys}

    async def ask(self, *keys: str) -> Answer:
        async def alone() -> Answer:
            self.alone.append(list(keys))
            return 3, {key: key.upper() for key in keys}

        return await self.gathering.ask(keys, alone)


async def test_askers_of_one_pass_share_a_request() -> None:
    """Repeated keys are asked for once; all are answered as of one slot."""
    desk = Desk()
    first, second = await asyncio.gather(desk.ask("a", "b"), desk.ask("b", "c"))
    assert desk.together == [["a", "b", "c"]]
    assert first[0] == second[0] == 7
    assert (first[1]["a"], second[1]["c"]) == ("A", "C")


async def test_one_asker_asks_alone() -> None:
    """In its own way, also when others come later."""
    desk = Desk()
    assert await desk.ask("a") == (3, {"a": "A"})
    await desk.ask("b")
    assert (desk.together, desk.alone) == ([], [["a"], ["b"]])


async def test_keys_of_one_asker_stay_together() -> None:
    """What does not fit any more begins the next request."""
    desk = Desk(limit=4)
    await asyncio.gather(desk.ask("a", "b", "c"), desk.ask("d", "e"), desk.ask("f"))
    assert desk.together == [["d", "e", "f"]]
    assert desk.alone == [["a", "b", "c"]]


async def test_a_question_that_spoils_the_request_is_answered_apart() -> None:
    """The node refused it: everybody asks alone, and only the wrong one fails there."""
    desk = Desk()
    desk.error = RpcError("Invalid param", rpc_code=-32602)
    assert [slot for slot, _ in await asyncio.gather(desk.ask("a"), desk.ask("b"))] == [3, 3]
    assert desk.alone == [["a"], ["b"]]


async def test_an_outage_is_everybodys() -> None:
    """It is not asked again once per asker."""
    desk = Desk()
    desk.error = UnavailableError("down")
    said = await asyncio.gather(desk.ask("a"), desk.ask("b"), return_exceptions=True)
    assert [str(error) for error in said] == ["down", "down"]
    assert desk.alone == []


@pytest.mark.parametrize("early", [True, False])
async def test_the_first_asker_is_cancelled(early: bool) -> None:
    """Before the request or during it: the others ask by themselves."""
    desk = Desk()
    desk.gate = asyncio.Event()
    tasks = [asyncio.create_task(desk.ask(key)) for key in "ab"]
    await asyncio.sleep(0)
    if not early:
        await settle()
    tasks[0].cancel()
    assert await tasks[1] == (3, {"b": "B"})
    assert tasks[0].cancelled()
    assert await desk.ask("c") == (3, {"c": "C"})


async def test_a_follower_is_cancelled() -> None:
    """The others do not notice."""
    desk = Desk()
    desk.gate = asyncio.Event()
    tasks = [asyncio.create_task(desk.ask(key)) for key in "ab"]
    await settle()
    tasks[1].cancel()
    await settle()
    desk.gate.set()
    assert (await tasks[0])[0] == 7
    assert tasks[1].cancelled()


def info(owner: str) -> dict[str, object]:
    """An account as a node writes it."""
    return {"owner": owner, "lamports": 1, "data": ["", "base64"]}


async def test_accounts_of_one_moment() -> None:
    """Single reads and lists, of one commitment, in one ``getMultipleAccounts``; each sees its own."""
    fake = FakeRpc(
        {
            "getMultipleAccounts": lambda params: {
                "context": {"slot": 5},
                "value": [info(a) for a in params[0]],
            }
        }
    )
    rpc = RpcClient(fake, FakeClock(), retry=NO_RETRY)
    one, other, many = await asyncio.gather(rpc.account("A"), rpc.account("B"), rpc.accounts(["C", "A"]))
    assert [call.params[0] for call in fake.calls] == [["A", "B", "C"]]
    assert (one.owner, other.owner) == ("A", "B")  # type: ignore[union-attr]
    assert (many.slot, list(many.accounts)) == (5, ["C", "A"])


async def test_what_is_not_alike_is_not_joined() -> None:
    """Another commitment, a least slot, an exit: requests of their own."""
    fake = FakeRpc(
        {
            "getAccountInfo": {"context": {"slot": 5}, "value": None},
            "getMultipleAccounts": {"context": {"slot": 5}, "value": [None]},
        }
    )
    rpc = RpcClient(fake, FakeClock(), retry=NO_RETRY)

    async def exiting() -> None:
        with for_exit():
            await rpc.account("A")

    await asyncio.gather(
        rpc.account("A"), rpc.account("A", "processed"), rpc.accounts(["A"], min_slot=4), exiting()
    )
    assert sorted(call.method for call in fake.calls) == ["getAccountInfo"] * 3 + ["getMultipleAccounts"]


async def test_statuses_of_one_moment() -> None:
    """Each asker gets its own, in its own order, repeated ones too."""
    fake = FakeRpc(
        {
            "getSignatureStatuses": lambda params: {
                "context": {"slot": 9},
                "value": [{"slot": int(name), "confirmations": None} for name in params[0]],
            }
        }
    )
    rpc = RpcClient(fake, FakeClock(), retry=NO_RETRY)
    first, second = await asyncio.gather(
        rpc.signature_statuses(["1", "2"]), rpc.signature_statuses(["3", "1", "3"])
    )
    assert fake.count("getSignatureStatuses") == 1
    assert [status.slot for status in first.statuses if status] == [1, 2]
    assert [status.slot for status in second.statuses if status] == [3, 1, 3]
