"""The node that the methods work on."""

from __future__ import annotations

from sniperforge.localnet.rpc.node import VERSION
from tests.localnet.kit import Bench


def test_answers_carry_the_newest_slot() -> None:
    """Account state is that of the newest slot, and says so."""
    bench = Bench()
    assert bench.node.answer(5) == {
        "context": {"apiVersion": VERSION, "slot": bench.ledger.chain.tip.slot},
        "value": 5,
    }


def test_the_feature_set_is_a_number_for_the_features() -> None:
    """Equal for equal features, different when one is missing."""
    bench = Bench()
    before = bench.node.feature_set
    assert before == Bench().node.feature_set
    assert 0 < before < 2**32
    from solders.pubkey import Pubkey

    features = Pubkey.from_string("Feature111111111111111111111111111111111111")
    name = next(iter(bench.ledger.vm.index.by_program(features)))
    bench.ledger.vm.index.update(Pubkey.from_string(name), name, None)
    assert bench.node.feature_set != before
