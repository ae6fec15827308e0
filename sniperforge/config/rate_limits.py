"""How fast endpoints may be asked: what a network's file says, and what is documented of the public nodes."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from sniperforge.config.values import Count, Section, contradiction

Method = Annotated[str, Field(pattern=r"^[A-Za-z]{1,64}$")]


class EndpointLimits(Section):
    """What each endpoint of a network allows all processes of the user together.

    Attributes:
        requests_per_second: 0 for no limit; when absent, that of :data:`PUBLIC_LIMITS`, else none.
        burst: how many may come at once; when absent, what a second allows, and two of the heaviest at least.
        weights: of methods that count more or less than one request.
    """

    requests_per_second: Count | None = None
    burst: Count | None = None
    weights: dict[Method, Count] = Field(default_factory=dict)

    @property
    def heaviest(self) -> Decimal:
        """The weight of the heaviest method."""
        return max((Decimal(1), *self.weights.values()))

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.requests_per_second is None:
            for name in ("burst", "weights"):
                if getattr(self, name):
                    raise contradiction(name, f"{name} means nothing without requests_per_second")
        if self.burst is not None and self.burst < 2 * self.heaviest:
            least = f"{2 * self.heaviest:f}"
            raise contradiction("burst", f"burst must hold two of the heaviest requests: {least} at least")
        return self


_REPEATED: Final = (
    *("getAccountInfo", "getMultipleAccounts", "getTokenAccountsByOwner", "getTokenLargestAccounts"),
    *("getTransaction", "getSignaturesForAddress", "getSignatureStatuses", "getLatestBlockhash"),
    *("getBlockHeight", "getSlot", "getBalance", "getRecentPrioritizationFees", "getEpochInfo"),
    *("simulateTransaction", "sendTransaction", "getProgramAccounts", "getBlock"),
)
_PUBLIC: Final = EndpointLimits(
    requests_per_second=Decimal(8),
    burst=Decimal(20),
    weights=dict.fromkeys(_REPEATED, Decimal("2.5")),
)
"""Documented, and subject to change: 100 requests in 10 s per address, 40 of them of one method
(https://solana.com/docs/references/clusters, on rate limits). Ten seconds at 8/s with a burst of 20 are 100
requests; a method that is asked again and again weighs 2.5, so that those are 40."""

PUBLIC_LIMITS: Final = {
    "api.mainnet-beta.solana.com": _PUBLIC,
    "api.mainnet.solana.com": _PUBLIC,
    "api.devnet.solana.com": _PUBLIC,
    "api.testnet.solana.com": _PUBLIC,
}
"""Limits of known public hosts."""

_ENGINES: Final = ".block-engine.jito.wtf"
ENGINE_LIMITS: Final = EndpointLimits(requests_per_second=Decimal(1), burst=Decimal(2))
"""Of each of Jito's block engines: one request a second per address and region
(https://docs.jito.wtf/lowlatencytxnsend, on rate limits). Two are the least that a budget can hold."""


def limits_of(url: str, configured: EndpointLimits) -> EndpointLimits:
    """What holds for the endpoint at ``url``: what is configured, else what is known of its host."""
    if configured.requests_per_second is not None:
        return configured
    host = urlsplit(url).hostname or ""
    return ENGINE_LIMITS if host.endswith(_ENGINES) else PUBLIC_LIMITS.get(host, configured)
