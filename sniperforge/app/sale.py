"""What became of a sale, as the journal tells it, and what a command's exit code must say of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sniperforge.domain.amounts import format_sol
from sniperforge.domain.lifecycle import TxState
from sniperforge.domain.outcome import OutcomeKind
from sniperforge.domain.trade import PositionState
from sniperforge.errors import RefusedError, RejectedError, UnavailableError, UnknownOutcomeError

if TYPE_CHECKING:
    from sniperforge.domain.outcome import Outcome
    from sniperforge.domain.trade import Intent, Position
    from sniperforge.errors import SniperForgeError
    from sniperforge.store.journal_reader import JournalReader

EXPIRED = "it expired without landing"
_KEPT = "the position is kept; a running bot goes on trying"


@dataclass(frozen=True, slots=True)
class Sale:
    """One sale and its outcome.

    Attributes:
        proceeds: lamports, before the transaction's own fee.
        text: why it did not sell; empty when it did.
    """

    mint: str
    kind: OutcomeKind
    signature: str = ""
    proceeds: int = 0
    text: str = ""

    def to_json(self) -> dict[str, Any]:
        """The document form."""
        return {
            "mint": self.mint,
            "outcome": self.kind.value,
            "signature": self.signature or None,
            "proceeds_sol": format_sol(self.proceeds),
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class Sales:
    """All sales of one command."""

    wallet: str
    mode: str
    sales: tuple[Sale, ...]

    def error(self) -> SniperForgeError | None:
        """What the command's exit code must say: unknown first, then the first that did not sell."""
        unknown = [sale.signature for sale in self.sales if sale.kind is OutcomeKind.UNKNOWN]
        if unknown:
            return UnknownOutcomeError(
                f"sent, outcome not known yet: {', '.join(unknown)}", hint="`sniperforge status` follows it"
            )
        failed = [sale for sale in self.sales if sale.kind is not OutcomeKind.FILLED]
        return _failure(failed[0], len(failed)) if failed else None


def _failure(sale: Sale, count: int) -> SniperForgeError:
    more = f" (and {count - 1} more not sold)" if count > 1 else ""
    text = f"not sold: {sale.mint}: {sale.text}{more}"
    match sale.kind:
        case OutcomeKind.REJECTED:
            return RejectedError(text, hint=_KEPT, details={"signature": sale.signature})
        case OutcomeKind.DEAD:
            return UnavailableError(text, hint=_KEPT, details={"signature": sale.signature})
    return RefusedError(text, hint=_KEPT)


def sale_of_outcome(mint: str, outcome: Outcome) -> Sale:
    """A sale made in this process."""
    proceeds = outcome.fill.settlement.trade if outcome.fill is not None else 0
    return Sale(mint, outcome.kind, outcome.signature, proceeds, "" if outcome.ok else outcome.reason)


def sale_of_intent(journal: JournalReader, intent: Intent) -> Sale | None:
    """A sale that was journalled, by whatever process; ``None`` while its outcome is open."""
    attempt = journal.decisive(intent.id)
    fill = journal.fill(attempt.signature)
    if fill is not None:
        err, proceeds = fill.settlement.err, fill.settlement.trade
        if err is None:
            return Sale(intent.mint, OutcomeKind.FILLED, attempt.signature, proceeds)
        text = f"the chain refused it: {err}"
        return Sale(intent.mint, OutcomeKind.REJECTED, attempt.signature, proceeds, text)
    if attempt.state is TxState.DEAD:
        return Sale(intent.mint, OutcomeKind.DEAD, attempt.signature, text=EXPIRED)
    return None


def open_sale(journal: JournalReader, intent: Intent) -> Sale:
    """The sale of an intent whose outcome nobody waits for any longer."""
    signature = journal.attempts(intent.id)[-1].signature
    return Sale(intent.mint, OutcomeKind.UNKNOWN, signature, text="no outcome yet")


def gone(journal: JournalReader, position: Position) -> Sale:
    """The sale of a position that ended before it came to that."""
    now = journal.position(position.id)
    if now is not None and now.state is PositionState.CLOSED:
        return Sale(position.mint, OutcomeKind.FILLED, text="sold by its exit rules meanwhile")
    return Sale(position.mint, OutcomeKind.REFUSED, text="it was given up meanwhile")
