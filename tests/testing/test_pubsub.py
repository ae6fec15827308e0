"""The fake node's WebSocket side."""

from __future__ import annotations

import pytest

from sniperforge.chain.subscription import contains_any
from sniperforge.domain.events import Gap
from sniperforge.errors import RpcError, UnavailableError
from sniperforge.testing.clock import FakeClock
from sniperforge.testing.pubsub import FakePubSub

REFUSED = RpcError("Method not found", rpc_code=-32601)


async def test_pushes_go_through_prefilters_and_keep_the_time() -> None:
    """As the client does it."""
    clock = FakeClock()
    pubsub = FakePubSub(clock)
    stream = await pubsub.subscribe("logsSubscribe", [], prefilter=contains_any(b"keep"), queue_limit=5)
    await clock.advance(2)
    pubsub.push("logsSubscribe", {"v": "noise"})
    pubsub.push("logsSubscribe", {"v": "keep"})
    pubsub.push("accountSubscribe", {"v": "keep"})
    pubsub.gap(7)
    assert [await anext(stream), await anext(stream)] == [{"v": "keep"}, Gap(7, "reconnected")]
    assert (stream.received_at, len(stream)) == (2.0, 0)


async def test_streams_can_be_refused_and_ended() -> None:
    """Refusals come in their order; an ended stream raises what it was ended with."""
    pubsub = FakePubSub(FakeClock())
    pubsub.refusals["logsSubscribe"] = [UnavailableError("down")]
    with pytest.raises(UnavailableError, match="down"):
        await pubsub.subscribe("logsSubscribe", ["a"])
    stream = await pubsub.subscribe("logsSubscribe", ["b"])
    pubsub.end("logsSubscribe", REFUSED)
    with pytest.raises(RpcError):
        await anext(stream)
    await stream.aclose()
    assert pubsub.subscribed == [("logsSubscribe", ["a"]), ("logsSubscribe", ["b"])]
