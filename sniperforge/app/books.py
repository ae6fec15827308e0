"""Fills as documents, and their sum: the accounting identity in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sniperforge.domain.amounts import TokenAmount, format_sol
from sniperforge.domain.trade import IntentKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sniperforge.domain.trade import Fill


@dataclass(frozen=True, slots=True)
class Books:
    """Sums over fills, lamports.

    The accounting identity: :attr:`wallet_delta` is proceeds - cost - fees - tips - rent paid + rent
    returned + transfers in - transfers out. It holds by construction of each settlement; tests hold it
    against the chain.
    """

    trades: int
    failed: int
    proceeds: int
    cost: int
    fees: int
    tips: int
    rent_paid: int
    rent_returned: int
    transfers_in: int
    transfers_out: int

    @property
    def wallet_delta(self) -> int:
        """Change of SOL and wrapped SOL that the record explains."""
        moved = self.transfers_in - self.transfers_out
        rent = self.rent_returned - self.rent_paid
        return self.proceeds - self.cost - self.fees - self.tips + rent + moved

    def to_json(self) -> dict[str, Any]:
        """The document form; every ``*_sol`` is text with nine places."""
        return {
            "trades": self.trades,
            "failed": self.failed,
            "proceeds_sol": format_sol(self.proceeds),
            "cost_sol": format_sol(self.cost),
            "fees_sol": format_sol(self.fees),
            "tips_sol": format_sol(self.tips),
            "rent_paid_sol": format_sol(self.rent_paid),
            "rent_returned_sol": format_sol(self.rent_returned),
            "transfers_in_sol": format_sol(self.transfers_in),
            "transfers_out_sol": format_sol(self.transfers_out),
            "wallet_delta_sol": format_sol(self.wallet_delta),
        }


def sum_of(fills: Iterable[Fill], foreign: int) -> Books:
    """Sum up fills; ``foreign`` is what others moved into (positive) or out of the wallet."""
    landed = list(fills)
    trading = [fill.settlement.trade for fill in landed if fill.kind is not IntentKind.TRANSFER]
    sent = [fill.settlement.trade for fill in landed if fill.kind is IntentKind.TRANSFER]
    settlements = [fill.settlement for fill in landed]
    return Books(
        trades=sum(fill.settlement.err is None for fill in landed),
        failed=sum(fill.settlement.err is not None for fill in landed),
        proceeds=sum(trade for trade in trading if trade > 0),
        cost=-sum(trade for trade in trading if trade < 0),
        fees=sum(done.fee for done in settlements),
        tips=sum(done.tip for done in settlements),
        rent_paid=sum(done.rent_paid for done in settlements),
        rent_returned=sum(done.rent_returned for done in settlements),
        transfers_in=max(foreign, 0) + sum(trade for trade in sent if trade > 0),
        transfers_out=max(-foreign, 0) - sum(trade for trade in sent if trade < 0),
    )


def fill_document(fill: Fill) -> dict[str, Any]:
    """One landed transaction as ``trades`` shows it."""
    done = fill.settlement
    return {
        "signature": done.signature,
        "kind": fill.kind.value,
        "origin": fill.origin,
        "mint": fill.mint,
        "pool": fill.pool,
        "dex": fill.dex,
        "amount": TokenAmount(fill.mint, fill.token_delta, fill.decimals).to_json() if fill.mint else None,
        "trade_sol": format_sol(done.trade),
        "fee_sol": format_sol(done.fee),
        "tip_sol": format_sol(done.tip),
        "rent_paid_sol": format_sol(done.rent_paid),
        "rent_returned_sol": format_sol(done.rent_returned),
        "wallet_delta_sol": format_sol(done.lamports_delta + done.wsol_delta),
        "slot": done.slot,
        "block_time": done.block_time,
        "position_id": fill.position_id,
        "failed": done.err is not None,
        "error": done.err,
        "commitment": fill.commitment,
        "booked_at": fill.booked_at,
    }
