"""Frames in, streams out, without a connection."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from sniperforge.chain.dispatch import Dispatcher
from sniperforge.chain.heartbeat import Heartbeat
from sniperforge.chain.subscription import Stream, contains_any
from sniperforge.domain.events import Gap
from sniperforge.errors import RpcError, UnavailableError
from sniperforge.testing.pubsub_server import notification

LOGS = "logsSubscribe"


class Node:
    """The other end: reads requests and writes frames, in the test's own time."""

    def __init__(self, heartbeat: Heartbeat | None = None) -> None:
        self.dispatcher = Dispatcher(heartbeat)
        self.sent: list[dict[str, Any]] = []
        self.ready: dict[Stream, asyncio.Future[None]] = {}

    def connect(self) -> None:
        self.sent.clear()
        self.dispatcher.connected(lambda raw: self.sent.append(msgspec.json.decode(raw)), 0.0)

    def open(self, method: str = LOGS, *needles: bytes, limit: int = 100) -> Stream:
        prefilter = contains_any(*needles) if needles else None
        stream = Stream(method, ["p"], limit=limit, prefilter=prefilter, on_close=self.dispatcher.close)
        self.ready[stream] = asyncio.get_running_loop().create_future()
        self.dispatcher.open(stream, self.ready[stream], 0.0)
        return stream

    def answer(self, request: int, result: Any = None, **members: Any) -> None:
        number = self.sent[request]["id"]
        body = {"jsonrpc": "2.0", "id": number, **(members or {"result": result})}
        self.receive(msgspec.json.encode(body))

    def notify(self, method: str, server_id: int, result: Any) -> None:
        self.receive(notification(method, server_id, result))

    def receive(self, raw: bytes) -> None:
        self.dispatcher.receive(raw, 5.0)

    def asked(self) -> list[tuple[str, Any]]:
        return [(request["method"], request["params"]) for request in self.sent]


@pytest.fixture
async def node() -> Node:
    """A connected node."""
    made = Node()
    made.connect()
    return made


async def queued(stream: Stream) -> list[Any]:
    """Everything that is queued."""
    return [await anext(stream) for _ in range(len(stream))]


async def test_a_subscription_is_asked_for_accepted_and_fed(node: Node) -> None:
    """Request, answer, notifications."""
    stream = node.open()
    assert node.asked() == [(LOGS, ["p"])]
    assert not node.ready[stream].done()
    node.answer(0, 24)
    await node.ready[stream]
    node.notify(LOGS, 24, {"v": 1})
    node.notify(LOGS, 24, {"v": 2**80})
    assert await queued(stream) == [{"v": 1}, {"v": 2**80}]
    assert stream.received_at == 5.0
    assert (node.dispatcher.delivered, node.dispatcher.subscriptions) == (2, 1)


async def test_ids_decide_not_methods(node: Node) -> None:
    """Two subscriptions of one method do not mix, whatever the order of their answers."""
    first, second = node.open(), node.open()
    node.answer(1, 2)
    node.answer(0, 1)
    node.notify(LOGS, 2, "b")
    node.notify(LOGS, 1, "a")
    assert (await queued(first), await queued(second)) == (["a"], ["b"])


async def test_equal_subscriptions_may_share_an_id(node: Node) -> None:
    """Both are fed; the node is told to stop when the last one closes."""
    first, second = node.open(), node.open()
    node.answer(0, 7)
    node.answer(1, 7)
    node.notify(LOGS, 7, "x")
    await first.aclose()
    assert len(node.sent) == 2
    node.notify(LOGS, 7, "y")
    assert await queued(second) == ["x", "y"]
    await second.aclose()
    assert node.asked()[2:] == [("logsUnsubscribe", [7])]


async def test_a_notification_may_come_before_its_answer(node: Node) -> None:
    """It is kept until the answer says whose it is, and other early ones stay in their order."""
    first, second = node.open(), node.open(LOGS, b"keep")
    node.notify(LOGS, 2, "keep 2")
    node.notify(LOGS, 1, "keep 1")
    node.notify(LOGS, 9, "keep nobody's")
    node.answer(0, 1)
    node.answer(1, 2)
    assert (await queued(first), await queued(second)) == (["keep 1"], ["keep 2"])
    assert node.dispatcher.stray == 1


async def test_early_notifications_are_bounded(node: Node) -> None:
    """A flood before the answer is counted, not hoarded."""
    node.open()
    for _ in range(300):
        node.notify(LOGS, 1, "x")
    assert node.dispatcher.stray == 300 - 256


async def test_notifications_of_nobody_are_counted(node: Node) -> None:
    """After an unsubscribe some may still be on their way."""
    node.notify(LOGS, 99, "x")
    assert node.dispatcher.stray == 1


async def test_a_refused_subscription_fails_alone(node: Node) -> None:
    """The error reaches whoever waits; other streams live on."""
    refused, kept = node.open(), node.open()
    node.answer(0, error={"code": -32602, "message": "Invalid params"})
    node.answer(1, 2)
    with pytest.raises(RpcError, match="logsSubscribe: Invalid params"):
        await node.ready[refused]
    with pytest.raises(RpcError):
        await anext(refused)
    node.notify(LOGS, 2, "x")
    assert await queued(kept) == ["x"]


@pytest.mark.parametrize("result", [None, [1], True, {"a": 1}])
async def test_an_id_that_is_none_is_a_refusal(node: Node, result: Any) -> None:
    """A node that answers nonsense has not subscribed anything."""
    stream = node.open()
    node.answer(0, result)
    with pytest.raises(UnavailableError, match="unusable"):
        await node.ready[stream]


async def test_an_id_may_be_text(node: Node) -> None:
    """Some gateways use UUIDs."""
    stream = node.open()
    node.answer(0, "a-b-c")
    node.receive(b'{"method":"logsNotification","params":{"subscription":"a-b-c","result":1}}')
    assert await queued(stream) == [1]


async def test_closing_before_the_answer_unsubscribes_after_it(node: Node) -> None:
    """A subscription given up while it was on its way does not stay with the node."""
    stream = node.open()
    await stream.aclose()
    assert node.dispatcher.subscriptions == 0
    node.answer(0, 5)
    assert node.asked()[1:] == [("logsUnsubscribe", [5])]
    node.answer(1, True)


async def test_a_stranger_stream_closes_quietly(node: Node) -> None:
    """Closing what was never opened tells nobody."""
    node.dispatcher.close(Stream(LOGS, [], limit=1))
    assert node.sent == []


async def test_frames_that_miss_the_needles_are_not_decoded(node: Node) -> None:
    """With one prefiltered logs subscription, noise is dropped before JSON, even malformed noise."""
    stream = node.open(LOGS, b"NEEDLE")
    node.answer(0, 1)
    node.notify(LOGS, 1, "noise")
    node.receive(b'{"jsonrpc":"2.0","method":"logsNotification","params":{"broken')
    node.notify(LOGS, 1, "a NEEDLE")
    assert await queued(stream) == ["a NEEDLE"]
    dispatcher = node.dispatcher
    assert (dispatcher.filtered, dispatcher.malformed, dispatcher.delivered) == (2, 0, 1)


async def test_each_subscription_has_its_own_needles(node: Node) -> None:
    """A frame that another's needle lets through does not reach this one."""
    first, second = node.open(LOGS, b"AAA"), node.open(LOGS, b"BBB")
    node.answer(0, 1)
    node.answer(1, 2)
    node.notify(LOGS, 1, "has BBB")
    node.notify(LOGS, 1, "has AAA")
    node.notify(LOGS, 2, "has BBB")
    node.notify(LOGS, 2, "has none")
    assert (await queued(first), await queued(second)) == (["has AAA"], ["has BBB"])
    assert node.dispatcher.filtered == 2


async def test_one_unfiltered_subscription_turns_the_fast_path_off(node: Node) -> None:
    """It gets everything; the filtered one beside it still only what it wants. Closing it turns it on again."""
    filtered, whole = node.open(LOGS, b"NEEDLE"), node.open(LOGS)
    node.answer(0, 1)
    node.answer(1, 2)
    node.notify(LOGS, 2, "noise")
    node.notify(LOGS, 1, "noise")
    assert (await queued(filtered), await queued(whole)) == ([], ["noise"])
    await whole.aclose()
    node.receive(b'{"method":"logsNotification","broken')
    assert (node.dispatcher.malformed, node.dispatcher.filtered) == (0, 2)


async def test_other_methods_are_not_filtered(node: Node) -> None:
    """The needles of logs say nothing about accounts, even when the account's data name the method."""
    logs, account = node.open(LOGS, b"NEEDLE"), node.open("accountSubscribe")
    node.answer(0, 1)
    node.answer(1, 2)
    node.notify("accountSubscribe", 2, 'x "logsNotification" x')
    assert await queued(account) == ['x "logsNotification" x']
    assert await queued(logs) == []


async def test_answers_are_not_filtered(node: Node) -> None:
    """An answer has no method."""
    stream = node.open(LOGS, b"NEEDLE")
    node.answer(0, 1)
    assert node.ready[stream].done()


async def test_a_method_far_back_in_the_frame_is_found_by_decoding(node: Node) -> None:
    """The order of members is the node's choice."""
    stream = node.open(LOGS, b"NEEDLE")
    node.answer(0, 1)
    padding = "x" * 200
    frame = '{"params":{"result":"%s%s","subscription":1},"method":"logsNotification"}'
    node.receive((frame % (padding, "")).encode())
    node.receive((frame % (padding, "NEEDLE")).encode())
    assert await queued(stream) == [padding + "NEEDLE"]
    assert node.dispatcher.filtered == 1


@pytest.mark.parametrize(
    "raw",
    [b"", b"null", b"[]", b"{", b'{"params":{"subscription":1}}', b'{"params":[1]}', b"[" * 5000, b"\xff"],
)
async def test_a_frame_that_is_no_json_rpc_is_counted(node: Node, raw: bytes) -> None:
    """It disturbs nothing."""
    node.receive(raw)
    assert node.dispatcher.malformed == 1


async def test_a_result_that_is_no_json_text_is_counted(node: Node) -> None:
    """Invalid UTF-8 within a result is found when it is decoded."""
    stream = node.open()
    node.answer(0, 1)
    node.receive(b'{"method":"logsNotification","params":{"subscription":1,"result":"\xff"}}')
    assert (node.dispatcher.malformed, len(stream)) == (1, 0)


async def test_an_answer_to_nobody_is_ignored(node: Node) -> None:
    """A late answer, or one without an id."""
    node.receive(b'{"jsonrpc":"2.0","id":77,"result":1}')
    node.receive(b'{"jsonrpc":"2.0","id":null,"error":{"code":-32700}}')
    assert node.dispatcher.malformed == 0


async def test_everything_is_asked_for_again_after_a_reconnect(node: Node) -> None:
    """New ids, a gap first, then what follows; the old ids mean nothing any more."""
    first, second = node.open(), node.open("accountSubscribe")
    node.answer(0, 1)
    node.answer(1, 2)
    node.notify(LOGS, 1, {"context": {"slot": 40}, "value": "old"})
    node.dispatcher.disconnected()
    node.connect()
    assert node.asked() == [(LOGS, ["p"]), ("accountSubscribe", ["p"])]
    node.answer(1, 1)
    node.answer(0, 2)
    node.notify(LOGS, 2, "new")
    assert await queued(first) == [{"context": {"slot": 40}, "value": "old"}, Gap(40, "reconnected"), "new"]
    assert await queued(second) == [Gap(0, "reconnected")]


async def test_a_gap_begins_where_the_stream_first_broke(node: Node) -> None:
    """A second break before the node has accepted again does not move it, nor double it."""
    stream = node.open()
    node.answer(0, 1)
    node.notify(LOGS, 1, {"context": {"slot": 40}})
    for _ in range(3):
        node.dispatcher.disconnected()
        node.connect()
    node.answer(0, 1)
    assert (await queued(stream))[1:] == [Gap(40, "reconnected")]


async def test_a_subscription_made_while_disconnected_has_no_gap() -> None:
    """It is asked for by the next connection, and whole from there."""
    node = Node()
    stream = node.open()
    node.connect()
    node.answer(0, 1)
    node.notify(LOGS, 1, "x")
    assert await queued(stream) == ["x"]


async def test_a_closed_stream_is_not_asked_for_again(node: Node) -> None:
    """Nor is anything sent while there is no connection."""
    stream = node.open()
    node.answer(0, 1)
    node.dispatcher.disconnected()
    await stream.aclose()
    node.connect()
    assert node.sent == []


async def test_a_refused_renewal_ends_its_stream_only(node: Node) -> None:
    """A node that came back with a lower limit of subscriptions does not bring down the rest."""
    first, second = node.open(), node.open()
    node.answer(0, 1)
    node.answer(1, 2)
    node.dispatcher.disconnected()
    node.connect()
    node.answer(0, error={"code": -32005, "message": "too many"})
    node.answer(1, 3)
    with pytest.raises(RpcError, match="too many"):
        await anext(first)
    assert await queued(second) == [Gap(0, "reconnected")]


async def test_the_heartbeat_is_asked_for_first_and_dates_the_gap() -> None:
    """The finalized slot is newer than a quiet stream's own last slot."""
    heart = Heartbeat()
    node = Node(heart)
    stream = node.open()
    node.connect()
    assert node.asked() == [("slotSubscribe", []), (LOGS, ["p"])]
    node.answer(0, 1)
    node.answer(1, 2)
    node.notify("slotSubscribe", 1, {"slot": 90, "parent": 89, "root": 58})
    assert heart.beating
    node.dispatcher.disconnected()
    assert not heart.beating
    node.connect()
    node.answer(1, 2)
    assert await queued(stream) == [Gap(58, "reconnected")]
    assert node.dispatcher.subscriptions == 1


async def test_a_refused_heartbeat_is_no_harm() -> None:
    """Streams work without it; it is asked for again on the next connection."""
    heart = Heartbeat()
    node = Node(heart)
    stream = node.open()
    node.connect()
    node.answer(0, error={"code": -32601, "message": "Method not found"})
    node.answer(1, 2)
    node.notify(LOGS, 2, "x")
    assert await queued(stream) == ["x"]
    assert not heart.beating
    node.dispatcher.disconnected()
    node.connect()
    assert node.asked()[0] == ("slotSubscribe", [])


async def test_a_filtered_slot_subscription_does_not_starve_the_heartbeat() -> None:
    """The heartbeat sees every slot, whatever others filter."""
    heart = Heartbeat()
    node = Node(heart)
    stream = node.open("slotSubscribe", b"NEEDLE")
    node.connect()
    node.answer(0, 1)
    node.answer(1, 1)
    node.notify("slotSubscribe", 1, {"slot": 90})
    assert (heart.slot, len(stream)) == (90, 0)


async def test_a_signature_is_notified_once_and_ends(node: Node) -> None:
    """The node forgets it by itself: no unsubscribe, and no renewal after a reconnect."""
    stream = node.open("signatureSubscribe")
    node.answer(0, 1)
    node.notify("signatureSubscribe", 1, {"context": {"slot": 5}, "value": "receivedSignature"})
    assert not stream.ended
    node.notify("signatureSubscribe", 1, {"context": {"slot": 6}, "value": {"err": None}})
    assert [item["context"]["slot"] async for item in stream] == [5, 6]
    assert (len(node.sent), node.dispatcher.subscriptions) == (1, 0)
    node.dispatcher.disconnected()
    node.connect()
    assert node.sent == []


async def test_overdue_answers_are_noticed(node: Node) -> None:
    """Only unanswered requests count, from when they were sent."""
    node.open()
    assert not node.dispatcher.overdue(4.0, 5.0)
    assert node.dispatcher.overdue(6.0, 5.0)
    node.answer(0, 1)
    assert not node.dispatcher.overdue(6.0, 5.0)


async def test_the_end_ends_every_stream(node: Node) -> None:
    """What is queued is still read."""
    stream = node.open()
    node.answer(0, 1)
    node.notify(LOGS, 1, "x")
    node.dispatcher.end()
    assert [item async for item in stream] == ["x"]
    assert node.dispatcher.subscriptions == 0


async def test_overflows_of_open_streams_are_summed(node: Node) -> None:
    """The health snapshot shows them."""
    node.open(limit=1)
    node.answer(0, 1)
    for _ in range(4):
        node.notify(LOGS, 1, "x")
    assert node.dispatcher.overflowed == 3
