"""From a landed transaction to the books: its fill, the position that it opens, the outcome to tell. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.domain.outcome import Outcome, OutcomeKind
from sniperforge.domain.trade import Fill, Intent, IntentKind, Position, PositionState
from sniperforge.execution.settlement import settle
from sniperforge.tokens.nonce import nonce_addresses

if TYPE_CHECKING:
    from sniperforge.domain.chain import TransactionView


def fill_of(intent: Intent, view: TransactionView, wallet: str, at: float) -> Fill:
    """What ``view`` did to ``wallet`` on behalf of ``intent``, from its balance deltas; booked ``at``."""
    settlement = settle(view, wallet, deposits=nonce_addresses(wallet))
    bought = settlement.token_deltas.get(intent.mint, 0)
    opens = intent.kind is IntentKind.BUY and settlement.err is None and bought > 0
    return Fill(
        settlement=settlement,
        intent_id=intent.id,
        kind=intent.kind,
        origin=intent.origin,
        mint=intent.mint,
        pool=intent.pool,
        dex=intent.dex,
        decimals=int(intent.facts.get("decimals", 0)),
        token_delta=bought,
        position_id=intent.id if opens else intent.position_id,
        commitment="confirmed",
        booked_at=at,
    )


def opened_by(intent: Intent, fill: Fill) -> Position | None:
    """The position that a landed buy opens; the intent carries all it needs, so recovery can open it too."""
    if intent.kind is not IntentKind.BUY or fill.position_id != intent.id:
        return None
    done = fill.settlement
    return Position(
        id=intent.id,
        mint=intent.mint,
        pool=intent.pool,
        dex=intent.dex,
        origin=intent.origin,
        state=PositionState.OPEN,
        raw=fill.token_delta,
        decimals=fill.decimals,
        token_account=str(intent.facts["token_account"]),
        token_program=str(intent.facts["token_program"]),
        cost=-done.trade,
        proceeds=0,
        fees=done.fee + done.tip,
        rent=done.rent_paid - done.rent_returned,
        opened_at=_landed_at(intent, fill),
        closed_at=None,
        peak_value=0,
        entry_liquidity=int(intent.facts["entry_liquidity"]),
        exit_policy=intent.facts["exit_policy"],
    )


def outcome_of(fill: Fill, signed_at: float | None = None, landed_at: float | None = None) -> Outcome:
    """The outcome of a booked transaction; the times are monotonic seconds, when they are known."""
    err = fill.settlement.err
    return Outcome(
        OutcomeKind.FILLED if err is None else OutcomeKind.REJECTED,
        fill.intent_id,
        fill.settlement.signature,
        "" if err is None else f"the chain refused it: {err}",
        fill,
        signed_at,
        landed_at,
    )


def _landed_at(intent: Intent, fill: Fill) -> float:
    """When the buy landed: the chain's time, kept between signing and booking, whose clock exits go by.

    A buy that recovery books hours later must not begin its maximum hold then.
    """
    landed = fill.settlement.block_time
    return fill.booked_at if landed is None else min(max(landed, intent.created_at), fill.booked_at)
