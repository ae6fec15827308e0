"""What the executor is asked to do. Values only; limits, plans and effects are elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sniperforge.domain.trade import Urgency
from sniperforge.execution.mev import Mev, TipPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.dex.venue import PoolState, Venue
    from sniperforge.domain.trade import Position
    from sniperforge.execution.reclaim import Disposal


@dataclass(frozen=True, slots=True)
class BuyOrder:
    """Buy a pool's base token with SOL.

    Attributes:
        venue, state: where, and the pool's state that the quote is made on.
        mint, token_program, decimals: of the base token.
        spend: lamports that go into the pool.
        slippage_bps: how much less than quoted is accepted.
        exit_policy: JSON-serialisable exits that the position will carry.
        client_key: equal keys are the same intent.
        judged_since: monotonic seconds; a balance read after this will do. ``None`` reads it now.
        creator: who made the token, base58; ``""`` when not known.
        powers: what others might do to holders when it was judged, see ``tokens.powers``; ``None`` when
            nobody looked.
        units: compute units that a simulated buy and sale took together; 0 when nobody simulated them.
    """

    venue: Venue
    state: PoolState
    mint: str
    token_program: str
    decimals: int
    spend: int
    slippage_bps: int
    origin: str
    reason: str = ""
    exit_policy: Mapping[str, Any] = field(default_factory=dict)
    client_key: str | None = None
    judged_since: float | None = None
    creator: str = ""
    powers: Mapping[str, str] | None = None
    units: int = 0


@dataclass(frozen=True, slots=True)
class SellOrder:
    """Sell tokens of a held position for SOL.

    Attributes:
        raw: tokens to sell, at most what the position holds.
        slippage_bps: how much less than quoted this attempt accepts.
        urgency: how much it may pay to be quick.
        mev: chosen for this sale alone; ``None`` leaves it to the policy.
    """

    venue: Venue
    state: PoolState
    position: Position
    raw: int
    slippage_bps: int
    origin: str
    reason: str
    client_key: str | None = None
    urgency: Urgency = Urgency.NORMAL
    mev: Mev | None = None


@dataclass(frozen=True, slots=True)
class TransferOrder:
    """Send SOL to another address."""

    destination: str
    lamports: int
    origin: str
    client_key: str | None = None


@dataclass(frozen=True, slots=True)
class ReclaimOrder:
    """Close token accounts for their rent, all in one transaction.

    Attributes:
        disposals: what becomes of each; as many as fit.
    """

    disposals: tuple[Disposal, ...]
    origin: str


@dataclass(frozen=True, slots=True)
class ExecutionPolicy:
    """How transactions are priced.

    Attributes:
        compute_units: limit per transaction.
        micro_lamports: least priority price per compute unit.
        max_fee: most lamports that one transaction may pay the network.
        account_rent: rent-exempt minimum of a 165-byte account, lamports.
        max_fee_bps: most that a trade may pay the network, of what it trades.
        percentiles: of recent priority fees, for what is normal, fast and urgent.
        tips: what trades pay to block engines, within the same caps.
    """

    compute_units: int
    micro_lamports: int
    max_fee: int
    account_rent: int
    max_fee_bps: int = 10_000
    percentiles: tuple[int, int, int] = (50, 75, 90)
    tips: TipPolicy = field(default_factory=TipPolicy)
