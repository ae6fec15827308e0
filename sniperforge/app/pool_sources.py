"""The feed of new pools that a network file asks for: its sources, each on a connection of its own."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from sniperforge.market.feed_recording import FeedHead, FeedRecorder, RecordedHistory, RecordedPubSub
from sniperforge.market.feed_sources import SOURCES, FeedLine
from sniperforge.market.pool_feed import PoolFeed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from sniperforge.app.node import Node
    from sniperforge.chain.websocket import PubSubClient
    from sniperforge.market.sources import FilteringPubSub, History


@asynccontextmanager
async def open_feed(
    node: Node,
    pubsub: PubSubClient,
    programs: Sequence[str],
    *,
    migrations: bool = False,
    record: Path | None = None,
) -> AsyncIterator[PoolFeed]:
    """A feed of ``programs`` by every source of ``feed_sources``; the caller runs it.

    The first source is on ``pubsub``. Each further one begins at the next endpoint for subscriptions, so that
    one node's silence does not silence all.

    Args:
        programs: addresses.
        migrations: tell of them too.
        record: a new file for the raw messages.

    Raises:
        StorageError: the recording cannot be written.
    """
    config = node.settings.network
    async with AsyncExitStack() as stack:
        turns = range(1, len(config.feed_sources))
        pubsubs: list[FilteringPubSub] = [pubsub]
        pubsubs += [await stack.enter_async_context(node.pubsub(turn)) for turn in turns]
        history: History = node.rpc
        if record is not None:
            now, level = node.clock.now(), config.feed_commitment
            head = FeedHead(node.cluster, tuple(programs), config.feed_sources, level, now)
            recorder = stack.enter_context(FeedRecorder(record, head, node.clock))
            history = RecordedHistory(history, recorder)
            pubsubs = [RecordedPubSub(each, recorder, line) for line, each in enumerate(pubsubs)]
        yield PoolFeed(
            programs,
            history=history,
            pubsub=pubsub,
            clock=node.clock,
            commitment=config.feed_commitment,
            migrations=migrations,
            lines=[
                FeedLine(SOURCES[name], each) for name, each in zip(config.feed_sources, pubsubs, strict=True)
            ],
        )
