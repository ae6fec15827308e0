"""Reads about the node and the chain as a whole."""

from __future__ import annotations

from typing import Any

import pytest

from sniperforge.chain.answers import Blockhash, EpochInfo
from sniperforge.chain.node_reads import NodeReads
from sniperforge.chain.retries import NO_RETRY
from sniperforge.errors import RpcError, UnavailableError
from sniperforge.testing.clock import FakeClock
from sniperforge.testing.rpc import FakeRpc


def reads(node: FakeRpc) -> NodeReads:
    """Reads of ``node``, tried once."""
    return NodeReads(node, FakeClock(), retry=NO_RETRY)


@pytest.mark.parametrize(
    ("call", "args", "method", "answer", "params", "value"),
    [
        ("genesis_hash", (), "getGenesisHash", "5eykt", [], "5eykt"),
        ("health", (), "getHealth", "ok", [], "ok"),
        ("version", (), "getVersion", {"solana-core": "4.1.2", "feature-set": 1}, [], "4.1.2"),
        ("slot", ("finalized",), "getSlot", 12, [{"commitment": "finalized"}], 12),
        ("block_height", (), "getBlockHeight", 11, [{"commitment": "confirmed"}], 11),
        ("minimum_rent", (165,), "getMinimumBalanceForRentExemption", 2039280, [165], 2039280),
        (
            "epoch_info",
            ("finalized",),
            "getEpochInfo",
            {"absoluteSlot": 9, "blockHeight": 8, "epoch": 2, "slotIndex": 1, "slotsInEpoch": 4, "new": 1},
            [{"commitment": "finalized"}],
            EpochInfo(9, 8, 2, 1, 4),
        ),
        (
            "latest_blockhash",
            (),
            "getLatestBlockhash",
            {"context": {"slot": 5}, "value": {"blockhash": "Hash", "lastValidBlockHeight": 155}},
            [{"commitment": "confirmed"}],
            Blockhash("Hash", 155, 5),
        ),
        (
            "recent_fees",
            (["Pool"],),
            "getRecentPrioritizationFees",
            [{"slot": 1, "prioritizationFee": 0}, {"slot": 2, "prioritizationFee": 10}],
            [["Pool"]],
            ((1, 0), (2, 10)),
        ),
    ],
)
async def test_each_read_asks_and_translates(
    call: str, args: tuple[Any, ...], method: str, answer: Any, params: list[Any], value: Any
) -> None:
    """Method, parameters and value of every read."""
    node = FakeRpc({method: answer})
    assert await getattr(reads(node), call)(*args) == value
    assert node.params(method) == [params]


async def test_a_node_that_is_behind_says_by_how_much() -> None:
    """An unhealthy node's data reach the caller, without a retry."""
    node = FakeRpc({"getHealth": RpcError("behind", rpc_code=-32005, data={"numSlotsBehind": 42})})
    with pytest.raises(RpcError) as caught:
        await reads(node).health()
    assert caught.value.data == {"numSlotsBehind": 42}
    assert node.count("getHealth") == 1


async def test_a_missing_field_is_unavailable() -> None:
    """A blockhash without its last valid height is no basis for a transaction."""
    node = FakeRpc({"getLatestBlockhash": {"context": {"slot": 5}, "value": {"blockhash": "Hash"}}})
    with pytest.raises(UnavailableError, match="lastValidBlockHeight"):
        await reads(node).latest_blockhash()
