"""An endpoint proves its chain first, and keeps an account of itself."""

from __future__ import annotations

import asyncio

import pytest

from sniperforge.chain.endpoint_health import FAILURES_TO_REST
from sniperforge.chain.retries import NO_RETRY
from sniperforge.chain.rpc import RpcClient
from sniperforge.chain.rpc_endpoint import RpcEndpoint
from sniperforge.errors import RpcError, UnavailableError
from sniperforge.testing.clock import FakeClock
from sniperforge.testing.rpc import FakeRpc

GENESIS = "genesis"


def endpoint(fake: FakeRpc, clock: FakeClock | None = None) -> RpcEndpoint:
    """One that shall serve :data:`GENESIS`."""
    fake.answer("getGenesisHash", GENESIS)
    one = RpcEndpoint(fake, clock or FakeClock(), name="http://a")
    one.expect(GENESIS)
    return one


async def test_the_chain_is_proved_once_before_anything_else() -> None:
    """Requests that come together wait for the one proof."""
    fake = FakeRpc({"getSlot": 5})
    rpc = RpcClient(one := endpoint(fake), FakeClock())
    assert not one.proved
    await asyncio.gather(rpc.slot(), rpc.slot())
    assert [call.method for call in fake.calls] == ["getGenesisHash", "getSlot", "getSlot"]
    assert one.proved
    assert repr(one) == "RpcEndpoint(http://a)"


async def test_another_chain_is_refused_for_good() -> None:
    """Nothing else is ever asked of it or sent to it; the reason is told every time."""
    fake = FakeRpc({"sendTransaction": "Sig"})
    one = endpoint(fake)
    fake.answer("getGenesisHash", "stranger")
    rpc = RpcClient(one, FakeClock(), retry=NO_RETRY)
    for ask in (rpc.send(b"x"), rpc.slot(), one.look(), one.prove()):
        with pytest.raises(UnavailableError, match="http://a is not trusted: it serves another chain"):
            await ask
    assert [call.method for call in fake.calls] == ["getGenesisHash"]
    assert one.wrong_chain


async def test_an_outage_of_the_proof_is_no_verdict() -> None:
    """It is asked again the next time."""
    fake = FakeRpc({"getSlot": 5})
    one = endpoint(fake)
    fake.answer("getGenesisHash", UnavailableError("down"), GENESIS)
    with pytest.raises(UnavailableError, match="down"):
        await one.ask("getSlot", (), int)
    assert await one.ask("getSlot", (), int) == 5


async def test_every_request_counts() -> None:
    """Outages and passing errors are failures; an answer that says no is an answer."""
    clock = FakeClock(autojump=True)
    fake = FakeRpc({"getSlot": lambda _: slowly(clock)})
    one = endpoint(fake, clock)
    await one.ask("getSlot", (), int)
    assert (one.health.answers, one.health.latency) == (2, pytest.approx(0.1))  # the proof took no time
    for error in (UnavailableError("down"), RpcError("behind", rpc_code=-32005)):
        fake.answer("getSlot", error)
        with pytest.raises(UnavailableError):
            await one.ask("getSlot", (), int)
    assert (one.health.failures, one.health.last_error) == (2, "getSlot: behind")
    fake.answer("getSlot", RpcError("Invalid param", rpc_code=-32602))
    with pytest.raises(RpcError):
        await one.ask("getSlot", (), int)
    assert (one.health.answers, one.health.failures) == (3, 2)


async def slowly(clock: FakeClock) -> int:
    """Half a second."""
    await clock.sleep(0.5)
    return 5


async def test_a_trial_that_is_given_up_is_over() -> None:
    """A cancelled request leaves the way free for the next trial."""
    clock = FakeClock()
    fake = FakeRpc({"getSlot": UnavailableError("down")})
    one = endpoint(fake, clock)
    for _ in range(FAILURES_TO_REST):
        with pytest.raises(UnavailableError):
            await one.ask("getSlot", (), int)
    await clock.advance(1.0)
    fake.answer("getSlot", lambda _: slowly(clock))
    trial = asyncio.create_task(one.ask("getSlot", (), int))
    await asyncio.sleep(0)
    assert one.health.rests(clock.monotonic())
    trial.cancel()
    with pytest.raises(asyncio.CancelledError):
        await trial
    assert one.health.on_probation(clock.monotonic())


async def test_a_look_reads_both_slots_of_a_distrusted_one_too() -> None:
    """So that it can be believed again."""
    fake = FakeRpc({"getSlot": lambda params: {"processed": 90, "finalized": 58}[params[0]["commitment"]]})
    one = endpoint(fake)
    one.distrust = "it says slot 1000000"
    await one.look()
    assert (one.health.slot, one.health.final_slot) == (90, 58)
    with pytest.raises(UnavailableError, match="1000000"):
        await one.ask("getSlot", (), int)
