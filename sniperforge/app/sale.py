"""What became of a sale, as the journal tells it, and what a command's exit code must say of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sniperforge.domain.amounts import format_sol
from sniperforge.domain.lifecycle import TxState
from sniperforge.domain.outcome import OutcomeKind
from sniperforge.domain.trade import PositionState
from sniperforge.errors import RefusedError, RejectedError, UnavailableError, UnknownOutcomeError
from sniperforge.execution.mev import Mev, may_go

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
        mev: who might have its transaction, as its bytes say.
        tip: lamports that it paid to block engines; 0 for what did not land.
    """

    mint: str
    kind: OutcomeKind
    signature: str = ""
    proceeds: int = 0
    text: str = ""
    mev: Mev = Mev.NONE
    tip: int = 0

    def to_json(self) -> dict[str, Any]:
        """The document form."""
        return {
            "mint": self.mint,
            "outcome": self.kind.value,
            "signature": self.signature or None,
            "proceeds_sol": format_sol(self.proceeds),
            "mev": self.mev.value,
            "tip_sol": format_sol(self.tip),
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


def sale_of_outcome(journal: JournalReader, mint: str, outcome: Outcome) -> Sale:
    """A sale made in this process."""
    done = outcome.fill.settlement if outcome.fill is not None else None
    attempt = journal.attempt(outcome.signature) if outcome.signature else None
    return Sale(
        mint,
        outcome.kind,
        outcome.signature,
        done.trade if done else 0,
        "" if outcome.ok else outcome.reason,
        may_go(attempt.raw) if attempt else Mev.NONE,
        done.tip if done else 0,
    )


def sale_of_intent(journal: JournalReader, intent: Intent) -> Sale | None:
    """A sale that was journalled, by whatever process; ``None`` while its outcome is open."""
    attempt = journal.decisive(intent.id)
    fill, mev = journal.fill(attempt.signature), may_go(attempt.raw)
    if fill is not None:
        done = fill.settlement
        kind = OutcomeKind.FILLED if done.err is None else OutcomeKind.REJECTED
        text = "" if done.err is None else f"the chain refused it: {done.err}"
        return Sale(intent.mint, kind, attempt.signature, done.trade, text, mev, done.tip)
    if attempt.state is TxState.DEAD:
        return Sale(intent.mint, OutcomeKind.DEAD, attempt.signature, text=EXPIRED, mev=mev)
    return None


def open_sale(journal: JournalReader, intent: Intent) -> Sale:
    """The sale of an intent whose outcome nobody waits for any longer."""
    last = journal.attempts(intent.id)[-1]
    return Sale(intent.mint, OutcomeKind.UNKNOWN, last.signature, text="no outcome yet", mev=may_go(last.raw))


def gone(journal: JournalReader, position: Position) -> Sale:
    """The sale of a position that ended before it came to that."""
    now = journal.position(position.id)
    if now is not None and now.state is PositionState.CLOSED:
        return Sale(position.mint, OutcomeKind.FILLED, text="sold by its exit rules meanwhile")
    return Sale(position.mint, OutcomeKind.REFUSED, text="it was given up meanwhile")
