"""What the engine found out about one pool before a decision. ``None`` always means: not known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.tokens.mint import Mint


@dataclass(frozen=True, slots=True)
class Holder:
    """One of the largest token accounts of a mint.

    Attributes:
        account: the token account, base58.
        owner: who may spend from it.
        raw: balance in raw units.
        owner_program: the program that owns ``owner``, which tells a lock program's escrow.
    """

    account: str
    owner: str | None
    raw: int
    owner_program: str | None = None


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """A simulated buy and sale in one transaction, raw quote units.

    Attributes:
        spent: what the buy took.
        received: what the sale gave back.
        expected: what the pool's own formula says the sale gives back, its fees included; without it the
            tax is measured against ``spent`` and so includes the pool's fees.
        error: the program's error when the transaction failed; a node's failure is no round trip at all.
        units: compute units that buy and sale took together; 0 when not known.
    """

    spent: int
    received: int
    expected: int | None = None
    error: str | None = None
    units: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolFacts:
    """Everything fetched about one pool at one moment.

    Attributes:
        pool, mint: base58; ``mint`` is the token that would be bought.
        now: Unix seconds.
        dex: registry name.
        token: the decoded mint.
        quote_mint: base58.
        canonical: whether the pool's address is the one its program derives for it.
        quote_liquidity: raw quote units in the pool, fees owed excluded.
        base_vault: the pool's account of the token.
        lp_pool_supply: LP units as the pool's state counts them; burning does not lower it. A venue
            without LP tokens gives its whole liquidity here and the withdrawable part as the next.
        lp_mint_supply: supply of the LP mint.
        lp_holders: its largest accounts, largest first.
        holders: the token's largest accounts, largest first.
        open_time: Unix seconds from which swaps are allowed; 0 when the venue has no such time.
        created_at: Unix seconds of the creation.
        creator: who made the pool, or the token on a launchpad; base58.
        epoch: the current epoch.
        round_trip: the simulated buy and sale.
        missing: name of a field above -> why it is not known.
    """

    pool: str
    mint: str
    now: int
    dex: str = ""
    token: Mint | None = None
    quote_mint: str | None = None
    canonical: bool | None = None
    quote_liquidity: int | None = None
    base_vault: str | None = None
    lp_pool_supply: int | None = None
    lp_mint_supply: int | None = None
    lp_holders: tuple[Holder, ...] | None = None
    holders: tuple[Holder, ...] | None = None
    open_time: int | None = None
    created_at: int | None = None
    creator: str | None = None
    epoch: int | None = None
    round_trip: RoundTrip | None = None
    missing: Mapping[str, str] = field(default_factory=dict)

    def why_missing(self, name: str) -> str:
        """`` (reason)`` for a field that is not known, empty when no reason was noted."""
        reason = self.missing.get(name)
        return f" ({reason})" if reason else ""
