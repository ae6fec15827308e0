"""Orders are plain values."""

from __future__ import annotations

import dataclasses

import pytest

from sniperforge.engine.orders import BuyOrder, ExecutionPolicy, SellOrder, TransferOrder


@pytest.mark.parametrize("kind", [BuyOrder, SellOrder, TransferOrder, ExecutionPolicy])
def test_orders_cannot_change_on_the_way(kind: type) -> None:
    """What was admitted is what is signed."""
    assert kind.__dataclass_params__.frozen


def test_an_order_without_a_key_is_an_intent_of_its_own() -> None:
    """Two equal transfers are two, unless their caller says otherwise."""
    assert TransferOrder("to", 1, "cli").client_key is None
    for kind in (BuyOrder, SellOrder):
        defaults = {field.name: field.default for field in dataclasses.fields(kind)}
        assert defaults["client_key"] is None
