"""The PubSub client against a loopback node that misbehaves."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Any

import pytest

from sniperforge.chain.subscription import contains_any
from sniperforge.chain.websocket import Patience, PubSubClient
from sniperforge.domain.events import Gap
from sniperforge.errors import ConfigError, RpcError, UnavailableError
from sniperforge.testing.clock import FakeClock, eventually
from sniperforge.testing.pubsub_contract import check_pubsub
from sniperforge.testing.pubsub_server import ScriptedPubSub, scripted_pubsub
from sniperforge.testing.rpc_server import listening

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LOGS = ("logsSubscribe", [{"mentions": ["P"]}])
QUICK = Patience(connect=1.0, answer=0.5, silence=8.0, first_retry=2.0, last_retry=16.0)


@pytest.fixture
async def node() -> AsyncIterator[ScriptedPubSub]:
    """A loopback WebSocket node."""
    async with scripted_pubsub() as running:
        yield running


@pytest.fixture
def clock() -> FakeClock:
    """Time that the test moves."""
    return FakeClock()


@pytest.fixture
async def client(node: ScriptedPubSub, clock: FakeClock) -> AsyncIterator[PubSubClient]:
    """A client of the node, with the longest pauses its jitter allows."""
    async with PubSubClient(node.url, clock, patience=QUICK, jitter=lambda: 1.0) as running:
        yield running


async def connected(client: PubSubClient, node: ScriptedPubSub) -> None:
    """Until the node has accepted the heartbeat of the newest connection."""
    await eventually(lambda: client.health().connected and node.ids("slotSubscribe"))


async def reconnect(client: PubSubClient, node: ScriptedPubSub, clock: FakeClock) -> None:
    """Cut the connection, wait out the pause, and let everything be renewed."""
    node.cut()
    await eventually(lambda: not client.health().connected)
    node.active = {}
    await eventually(lambda: clock.sleepers)
    await clock.advance(QUICK.last_retry)
    await connected(client, node)


async def take(stream: Any, count: int) -> list[Any]:
    """The next items."""
    async with asyncio.timeout(2):
        return [await anext(stream) for _ in range(count)]


async def test_it_keeps_the_contract(client: PubSubClient, node: ScriptedPubSub) -> None:
    """Held to what the fake is held to."""
    slots = iter(range(1, 100))

    async def notify() -> None:
        await node.notify("slotSubscribe", {"slot": next(slots), "root": 0})

    await check_pubsub(client, notify)


async def test_notifications_arrive_with_their_time(
    client: PubSubClient, node: ScriptedPubSub, clock: FakeClock
) -> None:
    """The time is that of the frame, not of its reader."""
    stream = await client.subscribe(*LOGS)
    await clock.advance(1.5)
    await node.notify(LOGS[0], {"value": 1})
    await eventually(lambda: len(stream))
    await clock.advance(1.0)
    assert await take(stream, 1) == [{"value": 1}]
    assert stream.received_at == 1.5
    assert node.asked(LOGS[0])[0]["params"] == LOGS[1]


async def test_a_cut_connection_is_renewed_with_a_gap(
    client: PubSubClient, node: ScriptedPubSub, clock: FakeClock
) -> None:
    """Every stream gets its gap, then goes on under a new id."""
    logs = await client.subscribe(*LOGS)
    account = await client.subscribe("accountSubscribe", ["A"])
    await node.notify(LOGS[0], {"context": {"slot": 40}})
    await node.notify("slotSubscribe", {"slot": 62, "root": 30})
    await take(logs, 1)
    await eventually(lambda: client.health().slot == 62)
    await reconnect(client, node, clock)
    await eventually(lambda: node.ids(LOGS[0]) and node.ids("accountSubscribe"))
    await node.notify(LOGS[0], {"context": {"slot": 70}})
    assert await take(logs, 2) == [Gap(40, "reconnected"), {"context": {"slot": 70}}]
    assert await take(account, 1) == [Gap(30, "reconnected")]
    health = client.health()
    assert (health.connected, health.reconnects, health.subscriptions) == (True, 1, 2)
    assert node.connections == 2


async def test_a_silent_node_is_left(client: PubSubClient, node: ScriptedPubSub, clock: FakeClock) -> None:
    """No frame for the length of the silence: the connection is dropped and made anew."""
    stream = await client.subscribe(*LOGS)
    await node.notify("slotSubscribe", {"slot": 1})
    await eventually(lambda: client.health().slot)
    for _ in range(4):
        await eventually(lambda: clock.sleepers)
        await clock.advance(2.0)
    await eventually(lambda: not client.health().connected)
    assert client.health().last_error == "the node was silent for 8 s"
    await eventually(lambda: clock.sleepers)
    await clock.advance(QUICK.last_retry)
    assert await take(stream, 1) == [Gap(0, "reconnected")]


async def test_slots_keep_the_connection(
    client: PubSubClient, node: ScriptedPubSub, clock: FakeClock
) -> None:
    """A node that only sends slots is alive, however long nothing else happens."""
    await client.subscribe(*LOGS)
    for slot in range(1, 13):
        await node.notify("slotSubscribe", {"slot": slot})
        await eventually(lambda slot=slot: client.health().slot == slot)
        await clock.advance(2.0)
    assert (node.connections, client.health().connected) == (1, True)


async def test_pongs_do_not_stand_for_slots(
    client: PubSubClient, node: ScriptedPubSub, clock: FakeClock
) -> None:
    """A proxy that answers for a dead node is found out."""
    await connected(client, node)
    await node.notify("slotSubscribe", {"slot": 1})
    await eventually(lambda: client.health().slot)
    for _ in range(4):
        await node.pong()
        await asyncio.sleep(0.002)
        await clock.advance(2.0)
    await eventually(lambda: not client.health().connected)


async def test_pings_stand_in_where_slots_are_refused(node: ScriptedPubSub, clock: FakeClock) -> None:
    """A node without slots stays connected as long as it answers pings."""
    node.refusals["slotSubscribe"] = {"code": -32601, "message": "Method not found"}
    async with PubSubClient(node.url, clock, patience=QUICK) as client:
        await client.subscribe(*LOGS)
        for _ in range(8):
            await clock.advance(2.0)
            await eventually(lambda: client.frame_age == 0.0)
        assert node.connections == 1


async def test_without_a_heartbeat_no_slots_are_asked_for(node: ScriptedPubSub, clock: FakeClock) -> None:
    """Some providers charge for every notification."""
    async with PubSubClient(node.url, clock, patience=QUICK, heartbeat=False) as client:
        await client.subscribe(*LOGS)
    assert node.asked("slotSubscribe") == []


async def test_a_node_that_does_not_answer_a_renewal_is_left(
    client: PubSubClient, node: ScriptedPubSub, clock: FakeClock
) -> None:
    """Slots flow, yet the subscription hangs: the connection is made anew, and the stream lives on."""
    stream = await client.subscribe(*LOGS)
    node.mute = True
    node.cut()
    await eventually(lambda: not client.health().connected)
    await eventually(lambda: clock.sleepers)
    await clock.advance(2.0)
    await eventually(lambda: client.health().connected)
    await eventually(lambda: clock.sleepers)
    await clock.advance(2.0)
    await eventually(lambda: not client.health().connected)
    assert client.health().last_error == "the node did not answer a subscription"
    node.mute = False
    await eventually(lambda: clock.sleepers)
    await clock.advance(QUICK.last_retry)
    assert await take(stream, 1) == [Gap(0, "reconnected")]


async def test_a_refused_subscription_is_raised(client: PubSubClient, node: ScriptedPubSub) -> None:
    """The node's own words and code; nothing is left behind."""
    node.refusals[LOGS[0]] = {"code": -32602, "message": "Invalid params"}
    with pytest.raises(RpcError) as caught:
        await client.subscribe(*LOGS)
    assert caught.value.rpc_code == -32602
    assert client.health().subscriptions == 0


async def test_a_subscription_without_an_answer_is_given_up(node: ScriptedPubSub, clock: FakeClock) -> None:
    """It is unavailable after the patience for connecting and answering."""
    node.mute = True
    patience = Patience(connect=0.02, answer=0.01)
    async with PubSubClient(node.url, clock, patience=patience) as client:
        with pytest.raises(UnavailableError, match=r"no logsSubscribe within 0\.03 s: no answer"):
            await client.subscribe(*LOGS)
        assert client.health().subscriptions == 0


async def test_a_cancelled_subscription_leaves_nothing_behind(
    client: PubSubClient, node: ScriptedPubSub
) -> None:
    """The node is told once it has answered."""
    node.mute = True
    await connected_muted(client)
    task = asyncio.create_task(client.subscribe(*LOGS))
    await eventually(lambda: node.asked(LOGS[0]))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert client.health().subscriptions == 0


async def connected_muted(client: PubSubClient) -> None:
    """Until there is a connection, answered or not."""
    await eventually(lambda: client.health().connected)


async def test_an_unreachable_node_is_said_so(clock: FakeClock) -> None:
    """The message has the last reason and no key."""
    async with listening(lambda _reader, _writer: asyncio.sleep(0)) as port:
        pass
    url = f"ws://127.0.0.1:{port}/SECRET"
    async with PubSubClient(url, clock, patience=Patience(connect=0.02, answer=0.0)) as client:
        with pytest.raises(UnavailableError, match="no connection") as caught:
            await client.subscribe(*LOGS)
        health = client.health()
    assert "SECRET" not in caught.value.message + repr(client) + repr(health)
    assert (health.connected, health.frame_age) == (False, math.inf)


async def test_the_next_endpoint_takes_over(node: ScriptedPubSub, clock: FakeClock) -> None:
    """One that cannot be reached or is not admitted is passed over; the stream goes on with a gap."""
    asked: list[str] = []

    async def admit(url: str) -> None:
        asked.append(url)
        if url == "ws://127.0.0.1:8/":
            raise UnavailableError("it serves another chain")

    urls = ["ws://127.0.0.1:9/", "ws://127.0.0.1:8/", node.url]
    async with PubSubClient(urls, clock, patience=QUICK, admit=admit) as client:
        opening = asyncio.create_task(client.subscribe(*LOGS))
        while len(asked) < 3:
            await clock.advance(1.0)
            await asyncio.sleep(0.001)
        stream = await opening
        assert client.health().endpoint == "ws://127.0.0.1:" + f"{node.port}/…"
        node.cut()
        await eventually(lambda: not client.health().connected)
        while len(asked) < 6:
            await clock.advance(16.0)
            await asyncio.sleep(0.001)
        assert isinstance((await take(stream, 1))[0], Gap)
    assert asked == urls * 2


async def test_pauses_between_tries_grow(clock: FakeClock) -> None:
    """2, 4, 8, 16 and again 16 seconds, with the most of jitter."""
    tries: list[float] = []

    async def handle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tries.append(clock.monotonic())
        writer.close()

    async with (
        listening(handle) as port,
        PubSubClient(f"ws://127.0.0.1:{port}", clock, patience=QUICK, jitter=lambda: 1.0),
    ):
        for count in range(1, 6):
            await eventually(lambda count=count: len(tries) == count and clock.sleepers)
            await clock.advance(min(16.0, 2.0**count))
        await eventually(lambda: len(tries) == 6)
    assert tries == [0.0, 2.0, 6.0, 14.0, 30.0, 46.0]


async def test_a_node_heard_resets_the_pause(
    client: PubSubClient, node: ScriptedPubSub, clock: FakeClock
) -> None:
    """After a working connection the first pause is short again."""
    await connected(client, node)
    for _ in range(3):
        node.cut()
        await eventually(lambda: not client.health().connected)
        node.active = {}
        await eventually(lambda: clock.sleepers)
        await clock.advance(QUICK.first_retry)
        await connected(client, node)
    assert node.connections == 4


async def test_prefilters_drop_frames_undecoded(client: PubSubClient, node: ScriptedPubSub) -> None:
    """Noise is counted and not queued."""
    stream = await client.subscribe(*LOGS, prefilter=contains_any(b"NEEDLE"))
    for value in ("noise", "NEEDLE", "noise"):
        await node.notify(LOGS[0], value)
    await eventually(lambda: client.health().filtered == 2)
    assert await take(stream, 1) == ["NEEDLE"]
    assert len(stream) == 0


async def test_a_small_queue_overflows_into_a_gap(client: PubSubClient, node: ScriptedPubSub) -> None:
    """The limit is the subscription's own; the loss is in the health."""
    stream = await client.subscribe(*LOGS, queue_limit=2)
    for slot in range(1, 6):
        await node.notify(LOGS[0], {"context": {"slot": slot}})
    await eventually(lambda: client.health().overflowed == 3)
    assert await take(stream, 3) == [{"context": {"slot": 1}}, {"context": {"slot": 2}}, Gap(2, "overflow")]


async def test_closing_a_stream_unsubscribes(client: PubSubClient, node: ScriptedPubSub) -> None:
    """The node's id of this connection is used."""
    stream = await client.subscribe(*LOGS)
    (server_id,) = node.ids(LOGS[0])
    await stream.aclose()
    await eventually(lambda: not node.ids(LOGS[0]))
    assert node.asked("logsUnsubscribe")[0]["params"] == [server_id]


async def test_a_notification_before_its_answer_is_kept(client: PubSubClient, node: ScriptedPubSub) -> None:
    """Some nodes are quicker with the first notification than with the answer."""
    node.before_answer = "early"
    stream = await client.subscribe(*LOGS)
    assert await take(stream, 1) == ["early"]


async def test_bytes_and_messages_are_counted(client: PubSubClient, node: ScriptedPubSub) -> None:
    """Every frame counts, also one that makes no sense."""
    await eventually(lambda: client.health().messages)
    before = client.health()
    await node.send(b"<html>")
    await eventually(lambda: client.health().messages > before.messages)
    after = client.health()
    assert (after.messages - before.messages, after.bytes - before.bytes, after.malformed) == (1, 6, 1)


async def test_leaving_the_block_ends_everything(node: ScriptedPubSub, clock: FakeClock) -> None:
    """Streams end, the node sees a normal close."""
    async with PubSubClient(node.url, clock, patience=QUICK) as client:
        stream = await client.subscribe(*LOGS)
    assert [item async for item in stream] == []
    assert not client.health().connected
    assert node._socket is not None
    await node._socket.wait_closed()
    assert node._socket.close_code == 1000


async def test_an_error_in_the_block_comes_out_as_it_is(node: ScriptedPubSub, clock: FakeClock) -> None:
    """No exception group is wrapped around it."""
    with pytest.raises(KeyError):
        async with PubSubClient(node.url, clock, patience=QUICK):
            raise KeyError("mine")


async def test_a_cancelled_block_is_cancelled(node: ScriptedPubSub, clock: FakeClock) -> None:
    """A stop reaches the owner as such."""
    entered = asyncio.Event()

    async def run() -> None:
        async with PubSubClient(node.url, clock, patience=QUICK):
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(run())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/SECRET", "SECRET", "ws://", "ws://h:SECRET", "ws://[SECRET"]
)
def test_a_url_that_is_no_websocket_url_is_a_config_error(url: str, clock: FakeClock) -> None:
    """The message does not show what it was."""
    with pytest.raises(ConfigError) as caught:
        PubSubClient(url, clock)
    assert "SECRET" not in caught.value.message
