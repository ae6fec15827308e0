"""How blocks are shown."""

from __future__ import annotations

from typing import Any

import pytest

from sniperforge.errors import RpcError
from sniperforge.localnet.rpc.block_json import DETAILS, BlockFormat, block_records
from sniperforge.localnet.rpc.params import Config
from tests.localnet.kit import SOL, Bench, address

HEAD = {"blockHeight", "blockTime", "blockhash", "parentSlot", "previousBlockhash"}


@pytest.mark.parametrize(
    ("details", "member"),
    [("full", "transactions"), ("accounts", "transactions"), ("signatures", "signatures"), ("none", None)],
)
def test_details(details: str, member: str | None) -> None:
    """What is asked for, and nothing else; only ``none`` does without the transactions."""
    bench = Bench()
    record = bench.pay(address(2))
    options: dict[str, Any] = {"transactionDetails": details, "maxSupportedTransactionVersion": 0}
    form = BlockFormat(Config({**options, "rewards": False}))
    shown = form.show(bench.ledger, bench.ledger.chain.tip, [record])
    assert set(shown) == HEAD | ({member} if member else set())
    assert form.needs_records() == (details != "none")
    if member:
        assert len(shown[member]) == 1


def test_versions_and_rewards() -> None:
    """A version that was not asked for is refused; the option for rewards has two names."""
    bench = Bench()
    record, block = bench.pay(address(2)), bench.ledger.chain.tip
    for details in DETAILS[:2]:
        with pytest.raises(RpcError, match="maxSupportedTransactionVersion"):
            BlockFormat(Config({"transactionDetails": details})).show(bench.ledger, block, [record])
    plain = {"transactionDetails": "none"}
    assert BlockFormat(Config(plain)).show(bench.ledger, block, [])["rewards"] == []
    other = BlockFormat(Config(plain), ("showRewards", False))
    assert "rewards" not in other.show(bench.ledger, block, [])


def test_records_that_are_gone() -> None:
    """A block of which some were dropped is not shown in part."""
    bench = Bench(keep_records=1)
    bench.pay(address(2))
    block = bench.ledger.chain.tip
    assert len(block_records(bench.ledger, block)) == 1
    bench.pay(address(2), 2 * SOL)
    bench.ledger.advance(2)
    bench.pay(address(3))
    with pytest.raises(RpcError) as caught:
        block_records(bench.ledger, block)
    assert caught.value.rpc_code == -32001
