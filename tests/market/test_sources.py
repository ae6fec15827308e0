"""What the market asks of a node, and that the node's side has it."""

from __future__ import annotations

import pytest

from sniperforge.chain.answers import AccountsAt, EpochInfo, SignatureEntry
from sniperforge.chain.rpc import RpcClient
from sniperforge.chain.subscription import Stream
from sniperforge.chain.websocket import PubSubClient
from sniperforge.market import sources
from sniperforge.testing.clock import FakeClock
from sniperforge.testing.pubsub import FakePubSub


@pytest.mark.parametrize(
    ("protocol", "thing"),
    [
        (sources.History, RpcClient),
        (sources.AccountSource, RpcClient),
        (sources.FilteringPubSub, PubSubClient),
        (sources.FilteringPubSub, FakePubSub(FakeClock())),
        (sources.TimedStream, Stream("m", [], limit=1)),
        (sources.Snapshot, AccountsAt(1, {})),
        (sources.EpochNumber, EpochInfo(1, 1, 1, 1, 1)),
        (sources.HistoryEntry, SignatureEntry("s", 1, None, None)),
    ],
)
def test_the_nodes_side_has_what_is_asked_for(protocol: type, thing: object) -> None:
    """Packages that do not see each other meet here; types are checked where they are put together."""
    wanted = {name for name in vars(protocol) if not name.startswith("_") or name == "__aiter__"}
    assert wanted
    assert {name for name in wanted if not hasattr(thing, name)} == set()
