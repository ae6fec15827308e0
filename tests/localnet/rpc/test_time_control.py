"""Moving time over JSON-RPC."""

from __future__ import annotations

import pytest

from sniperforge.localnet.faults.plan import FaultPlan
from sniperforge.localnet.ledger.pace import INSTANT
from tests.localnet.kit import Bench, address


def test_a_warp_answers_where_it_leads() -> None:
    """Slot, height and time of the newest block, also when the node that is asked lags."""
    bench = Bench()
    before = bench.ledger.chain.tip
    bench.node.faults.set(FaultPlan(lag=1, lag_slots=1))
    assert bench.ask("sniperforge_warp", 150) == {
        "slot": before.slot + 150,
        "blockHeight": before.height + 150,
        "blockTime": before.time + 60,
    }
    assert bench.ledger.chain.tip.slot == before.slot + 150


def test_a_warp_may_be_given_in_seconds() -> None:
    """As many slots as they have, the last one begun."""
    bench = Bench()
    slot = bench.ledger.chain.tip.slot
    assert bench.ask("sniperforge_warp", {"seconds": 3})["slot"] == slot + 8
    assert bench.ledger.ahead == pytest.approx(3.2)


@pytest.mark.parametrize(
    "slots", [0, 10**10, "5", {}, {"seconds": 0}], ids=["none", "many", "text", "nothing", "no time"]
)
def test_absurd_warps_are_refused(slots: object) -> None:
    """And nothing moves."""
    bench = Bench()
    slot = bench.ledger.chain.tip.slot
    assert bench.fails("sniperforge_warp", slots).rpc_code == -32602
    assert bench.ledger.chain.tip.slot == slot


def test_a_rollback_names_what_it_dropped() -> None:
    """The signatures of what has not happened after all."""
    bench = Bench()
    signature = bench.pay(address(2)).signature
    answer = bench.ask("sniperforge_rollback")
    assert answer["dropped"] == [signature]
    assert answer["slot"] == bench.ledger.chain.tip.slot
    assert bench.value("getBalance", address(2), {"commitment": "processed"}) == 0


def test_what_is_confirmed_at_once_cannot_be_rolled_back() -> None:
    """The profile says so."""
    assert "confirm_slots 0" in Bench(INSTANT).fails("sniperforge_rollback").message
