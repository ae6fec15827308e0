"""How fast endpoints may be asked, as configured and as documented."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import ValidationError

from sniperforge.config.rate_limits import ENGINE_LIMITS, PUBLIC_LIMITS, EndpointLimits, limits_of

OWN = {"requests_per_second": 50, "burst": 100, "weights": {"getBlock": Decimal("2.5")}}
PUBLIC = "https://api.mainnet-beta.solana.com"


def test_nothing_said_is_nothing_known() -> None:
    """A node of one's own has no limit unless it is configured."""
    nothing = EndpointLimits()
    assert nothing.requests_per_second is None
    assert limits_of("http://127.0.0.1:8899", nothing) is nothing


def test_public_hosts_have_the_documented_limits() -> None:
    """100 in ten seconds, 40 of a method that repeats; whatever the rest of the URL."""
    limits = limits_of(f"{PUBLIC}/", EndpointLimits())
    assert limits is PUBLIC_LIMITS["api.mainnet-beta.solana.com"]
    assert limits.requests_per_second is not None
    assert limits.burst is not None
    in_ten_seconds = 10 * limits.requests_per_second + limits.burst
    assert in_ten_seconds == 100
    assert in_ten_seconds / limits.weights["getMultipleAccounts"] == 40


@pytest.mark.parametrize("host", sorted(PUBLIC_LIMITS))
def test_what_is_configured_wins(host: str) -> None:
    """A private plan on a known host, and no limit at all."""
    own = EndpointLimits.model_validate(OWN)
    assert limits_of(f"https://{host}", own) is own
    none = EndpointLimits(requests_per_second=Decimal(0))
    assert limits_of(f"https://{host}", none) is none


def test_the_heaviest_method_decides_about_the_burst() -> None:
    """One of a reader and one of a sender must fit."""
    assert EndpointLimits.model_validate(OWN).heaviest == Decimal("2.5")
    assert EndpointLimits().heaviest == 1
    with pytest.raises(ValidationError, match=r"two of the heaviest requests: 5\.0 at least"):
        EndpointLimits.model_validate(OWN | {"burst": 4})


@pytest.mark.parametrize(
    "wrong",
    [
        {"requests_per_second": -1},
        {"requests_per_second": "fast"},
        {"requests_per_second": 5, "burst": 1},
        {"burst": 5},
        {"weights": {"getBlock": 2}},
        {"requests_per_second": 5, "weights": {"get Block": 2}},
        {"requests_per_second": 5, "weights": {"getBlock": -2}},
        {"per_minute": 5},
    ],
    ids=["negative", "text", "small burst", "burst alone", "weights alone", "method", "weight", "unknown"],
)
def test_wrong_limits_are_refused(wrong: dict[str, object]) -> None:
    """Numbers within their bounds, and nothing that means nothing."""
    with pytest.raises(ValidationError):
        EndpointLimits.model_validate(wrong)


@pytest.mark.parametrize("region", ["", "ny.", "singapore."])
def test_every_region_of_jito_has_its_own_second(region: str) -> None:
    """One request a second each, unless a plan says otherwise."""
    url = f"https://{region}mainnet.block-engine.jito.wtf/"
    assert limits_of(url, EndpointLimits()) is ENGINE_LIMITS
    assert ENGINE_LIMITS.requests_per_second == 1
    own = EndpointLimits(requests_per_second=Decimal(5))
    assert limits_of(url, own) is own
    assert limits_of("https://evil-block-engine.jito.wtf.example", EndpointLimits()) is not ENGINE_LIMITS
