"""The node that the methods work on."""

from __future__ import annotations

import pytest

from sniperforge.errors import RpcError
from sniperforge.localnet.rpc.node import VERSION, answer
from sniperforge.localnet.rpc.params import Config
from tests.localnet.kit import Bench


def test_answers_carry_their_slot() -> None:
    """And the version, as a validator's."""
    assert answer(7, 5) == {"context": {"apiVersion": VERSION, "slot": 7}, "value": 5}


def test_a_view_is_that_of_the_commitment() -> None:
    """Finalized unless asked otherwise; ``minContextSlot`` is held against it, not against the newest slot."""
    bench = Bench()
    tip, final = bench.ledger.chain.tip.slot, bench.ledger.chain.at("finalized").slot
    assert bench.node.view(Config({"commitment": "processed", "minContextSlot": tip})).slot == tip
    assert bench.node.view(Config({})).slot == final < tip
    with pytest.raises(RpcError) as refused:
        bench.node.view(Config({"minContextSlot": tip}))
    assert refused.value.data == {"contextSlot": final}


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
