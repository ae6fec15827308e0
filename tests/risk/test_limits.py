"""The values that the door weighs: what they refuse to hold."""

from __future__ import annotations

import pytest

from sniperforge.domain.trade import IntentKind
from sniperforge.errors import ConfigError
from sniperforge.risk.limits import Limits, OrderRequest


def test_limits_that_contradict_are_refused() -> None:
    """A negative limit, or a trade above the whole exposure, is a configuration error."""
    fields = dict.fromkeys(Limits.__dataclass_fields__, 1)
    assert Limits(**dict.fromkeys(fields, 0)).reserve_lamports == 0
    with pytest.raises(ConfigError, match="reserve_lamports is negative"):
        Limits(**{**fields, "reserve_lamports": -1})
    with pytest.raises(ConfigError, match="above max_exposure_lamports"):
        Limits(**{**fields, "max_trade_lamports": 2})


def test_negative_spending_is_a_bug() -> None:
    """An order cannot promise to bring money."""
    with pytest.raises(ValueError, match="negative"):
        OrderRequest(kind=IntentKind.BUY, max_spend_lamports=-1)
