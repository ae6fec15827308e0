"""Reading the history of a hole."""

from __future__ import annotations

from typing import Any

import pytest

from sniperforge.chain.retries import NO_RETRY
from sniperforge.chain.rpc import RpcClient
from sniperforge.errors import UnavailableError
from sniperforge.market.gap_history import PAGE, missed
from sniperforge.testing.clock import FakeClock
from sniperforge.testing.rpc import FakeRpc


def entry(number: int, slot: int, err: Any = None) -> dict[str, Any]:
    """One entry of ``getSignaturesForAddress``."""
    return {"signature": f"S{number}", "slot": slot, "err": err, "blockTime": 1}


async def read(
    node: FakeRpc, since_slot: int, until: str | None = None, max_pages: int = 3
) -> tuple[list[str], bool]:
    """Signatures of the hole, and whether they are all."""
    client = RpcClient(node, FakeClock(), retry=NO_RETRY)
    found, whole = await missed(
        client, "A", since_slot=since_slot, until=until, max_pages=max_pages, commitment="confirmed"
    )
    return [each.signature for each in found], whole


async def test_it_reads_down_to_the_edge() -> None:
    """The edge's own slot is included, failed transactions are not, older ones neither."""
    node = FakeRpc(
        {"getSignaturesForAddress": [entry(4, 9), entry(3, 8, {"E": 1}), entry(2, 7), entry(1, 6)]}
    )
    assert await read(node, since_slot=7, until="U") == (["S4", "S2"], True)
    assert node.params("getSignaturesForAddress") == [
        ["A", {"limit": PAGE, "commitment": "confirmed", "until": "U"}]
    ]


async def test_a_signature_alone_is_an_edge() -> None:
    """The node stops there by itself."""
    node = FakeRpc({"getSignaturesForAddress": [entry(2, 7)]})
    assert await read(node, since_slot=0, until="U") == (["S2"], True)


async def test_it_turns_pages() -> None:
    """Each from the last signature of the one before."""
    full = [entry(number, 100) for number in range(PAGE)]
    node = FakeRpc()
    node.answer("getSignaturesForAddress", full, [entry(PAGE, 50), entry(PAGE + 1, 10)])
    found, whole = await read(node, since_slot=50)
    assert (len(found), found[-1], whole) == (PAGE + 1, f"S{PAGE}", True)
    assert node.params("getSignaturesForAddress")[1][1]["before"] == f"S{PAGE - 1}"


async def test_it_stops_after_the_last_page_allowed() -> None:
    """And says that there may be more."""
    node = FakeRpc({"getSignaturesForAddress": [entry(number, 100) for number in range(PAGE)]})
    found, whole = await read(node, since_slot=50, max_pages=2)
    assert (len(found), whole, node.count("getSignaturesForAddress")) == (2 * PAGE, False, 2)


async def test_without_an_edge_nothing_is_read() -> None:
    """A hole that has no beginning cannot be filled."""
    node = FakeRpc()
    assert await read(node, since_slot=0) == ([], False)
    assert node.calls == []


async def test_an_outage_is_raised() -> None:
    """Half a hole filled is not said to be filled."""
    node = FakeRpc({"getSignaturesForAddress": UnavailableError("down")})
    with pytest.raises(UnavailableError):
        await read(node, since_slot=5)
