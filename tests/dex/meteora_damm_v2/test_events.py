"""Events that DAMM v2 leaves in calls of itself, by layout."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sniperforge.dex.meteora_damm_v2 import events
from tests.dex.meteora_damm_v2 import event_bytes


def test_discriminators_are_those_of_the_program() -> None:
    """As recorded on mainnet; the newer swap event has its recorded size."""
    assert events.SWAP_2.discriminator.hex() == "bd4233a826507599"
    assert event_bytes.created()[:8].hex() == "e432f655cb428625"
    assert len(event_bytes.swapped()) == 188


def test_swaps_and_changes() -> None:
    """Fields at their places."""
    swap = events.SWAP_2.read(event_bytes.swapped())
    assert swap is not None
    assert (swap.numbers["has_referral"], swap.numbers["referral_fee"]) == (1, 4)
    assert (swap.numbers["next_sqrt_price"], swap.numbers["reserve_b_amount"]) == (7, 11)
    before = events.SWAP.read(event_bytes.swapped_before())
    assert before is not None
    assert (before.numbers["output_amount"], before.numbers["actual_amount_in"]) == (60, 95)
    change = events.CHANGED.read(event_bytes.changed(removed=True))
    assert change is not None
    assert (change.numbers["token_b_amount"], change.numbers["change_type"]) == (80, 1)


def test_creations_with_and_without_a_dynamic_fee() -> None:
    """What follows the fees is found either way; the last byte may be missing."""
    for dynamic in (False, True):
        found = events.created(event_bytes.created(dynamic=dynamic))
        assert found is not None
        assert (found["cliff_fee_numerator"], found["sqrt_price"], found["pool_type"]) == (2_500_000, 4, 1)
        assert (found["token_a_amount"], found["total_amount_b"]) == (70, 81)
    shorter = events.created(event_bytes.created()[:-1])
    assert shorter is not None
    assert "pool_type" not in shorter
    assert events.created(event_bytes.swapped()) is None


@given(cut=st.integers(8, 300))
def test_cut_creations_are_nothing(cut: int) -> None:
    """No prefix that lacks an amount is taken for the event."""
    whole = event_bytes.created()
    found = events.created(whole[:cut])
    assert (found is None) == (cut < len(whole) - 1)
