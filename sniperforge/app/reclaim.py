"""Closing unused token accounts by command: looked at, agreed to, then closed through lock and journal."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from sniperforge.app.holding import refuse_held
from sniperforge.app.node import Node, open_node
from sniperforge.app.pool_lookup import COMMITMENT
from sniperforge.app.reclaim_survey import Candidate, Wanted, survey
from sniperforge.app.trader import COMPUTE_UNITS, Trader, open_trader
from sniperforge.app.wallet import open_signer, wallet_entry
from sniperforge.domain.amounts import format_sol
from sniperforge.domain.lifecycle import TxState
from sniperforge.domain.outcome import Outcome, OutcomeKind
from sniperforge.engine.booking import outcome_of
from sniperforge.engine.orders import ReclaimOrder
from sniperforge.errors import (
    RefusedError,
    RejectedError,
    SniperForgeError,
    UnavailableError,
    UnknownOutcomeError,
)
from sniperforge.execution.plan import FeePlan, compile_message, reclaim_instructions, unsigned_transaction
from sniperforge.execution.reclaim import Disposal, batches, refused_one
from sniperforge.store.journal_reader import JournalReader
from sniperforge.store.mints import MintStore
from sniperforge.tokens.nonce import nonce_addresses, stored_nonce

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sniperforge.config.load import Settings
    from sniperforge.wallets.secret import SecretText

COMMAND: Final = "wallet reclaim"
WAIT_SECONDS: Final = 60.0
"""How long one transaction is waited for before the drain takes over: as long as a blockhash lives."""

CHANGED: Final = "it is not what it was when it was shown"
_ANY_BLOCKHASH: Final = "11111111111111111111111111111111"
_WORST_FIRST: Final = (OutcomeKind.UNKNOWN, OutcomeKind.REFUSED, OutcomeKind.REJECTED, OutcomeKind.DEAD)


@dataclass(frozen=True, slots=True)
class Closing:
    """One transaction that closes accounts, and what became of it."""

    disposals: tuple[Disposal, ...]
    outcome: Outcome

    def to_json(self) -> dict[str, Any]:
        """The document form."""
        fill = self.outcome.fill
        done = None if fill is None else fill.settlement
        return {
            "signature": self.outcome.signature or None,
            "outcome": self.outcome.kind.value,
            "accounts": [each.account for each in self.disposals],
            "rent_returned_sol": format_sol(done.rent_returned if done else 0),
            "fee_sol": format_sol(done.fee if done else 0),
            "text": self.outcome.reason,
        }


@dataclass(frozen=True, slots=True)
class Reclaim:
    """What is to be closed, and what was.

    Attributes:
        candidates: every token account of the wallet.
        closings: transactions; empty when it was only looked at.
        nonces: the lamports of each nonce account that is to be closed, or was.
    """

    wallet: str
    mode: str
    candidates: tuple[Candidate, ...]
    closings: tuple[Closing, ...] = ()
    nonces: Mapping[str, int] = field(default_factory=dict)

    @property
    def disposals(self) -> tuple[Disposal, ...]:
        """What may be closed."""
        return tuple(each.disposal for each in self.candidates if each.disposal is not None)

    @property
    def returned(self) -> int:
        """Lamports of rent that came back."""
        fills = [each.outcome.fill for each in self.closings]
        return sum(fill.settlement.rent_returned for fill in fills if fill is not None)

    def to_json(self) -> dict[str, Any]:
        """The document form."""
        done = [each for closing in self.closings if closing.outcome.ok for each in closing.disposals]
        fills = [each.outcome.fill for each in self.closings]
        return {
            "accounts": [each.to_json() for each in self.candidates],
            "nonces": [{"account": key, "rent_sol": format_sol(rent)} for key, rent in self.nonces.items()],
            "transactions": [each.to_json() for each in self.closings],
            "closable": len(self.disposals),
            "closable_rent_sol": format_sol(sum(each.rent for each in self.disposals)),
            "closed": len(done),
            "burned": sum(each.burn > 0 for each in done),
            "rent_returned_sol": format_sol(self.returned),
            "fees_sol": format_sol(sum(fill.settlement.fee for fill in fills if fill is not None)),
        }

    def error(self) -> SniperForgeError | None:
        """What the exit code must say: unknown first, then the first transaction that closed nothing."""
        for kind in _WORST_FIRST:
            found = [each.outcome for each in self.closings if each.outcome.kind is kind]
            if found:
                return _failure(kind, found)
        return None


async def look(settings: Settings, wanted: Wanted, *, to_close: bool = False) -> Reclaim:
    """What ``reclaim`` would close. Nothing is locked, signed or sent.

    Args:
        to_close: it is meant to be closed then, so that a held wallet is told before anybody is asked.

    Raises:
        NotFoundError: no such wallet.
        WalletBusyError: another process trades the wallet that is meant to be changed.
        UnavailableError: the node does not answer.
    """
    entry = wallet_entry(settings)
    async with open_node(settings, live=settings.config.live) as node:
        if to_close:
            refuse_held(node, entry.pubkey)
        with _record(node, entry.pubkey) as journal:
            candidates = await _plan(node, entry.pubkey, journal, wanted)
        nonces = await _nonces(node, entry.pubkey) if wanted.nonces else {}
        return Reclaim(entry.pubkey, node.mode, candidates, nonces=nonces)


async def reclaim(
    settings: Settings,
    wanted: Wanted,
    agreed: frozenset[Disposal],
    password: Callable[[], SecretText],
    *,
    live: bool = False,
) -> Reclaim:
    """Close what was agreed to and still is as it was shown; wait for the outcomes.

    Args:
        password: asked when the wallet is encrypted.
        live: the command says ``--live``.

    Raises:
        WalletBusyError: another process trades this wallet.
        RefusedError: paper mode, or the node would not run such a transaction at all.
    """
    entry = wallet_entry(settings)
    async with open_node(settings, live=live, patient=True) as node:
        if node.mode == "paper":
            raise RefusedError(
                "closing accounts moves real SOL; mainnet is on paper",
                hint="write `live = true` in the configuration and give --live",
            )
        refuse_held(node, entry.pubkey)
        signer = open_signer(entry, password)
        async with open_trader(
            node, signer, bot="", command=COMMAND, tell=lambda _event: None, closes=False
        ) as trader:
            return await _close(trader, wanted, agreed)


async def _close(trader: Trader, wanted: Wanted, agreed: frozenset[Disposal]) -> Reclaim:
    node, wallet = trader.node, trader.wallet
    found: list[Candidate] = []
    closings: list[Closing] = []
    nonces = await _nonces(node, wallet) if wanted.nonces else {}

    async def work() -> None:
        for each in await _plan(node, wallet, trader.journal, wanted):
            stays = each.disposal is not None and each.disposal not in agreed
            found.append(replace(each, disposal=None, keep=CHANGED) if stays else each)
        disposals = [each.disposal for each in found if each.disposal is not None]
        for batch in batches(wallet, disposals, _fees(node)):
            deadline = node.clock.monotonic() + WAIT_SECONDS
            outcome = await trader.executor.reclaim(ReclaimOrder(batch, COMMAND), deadline=deadline)
            closings.append(Closing(batch, outcome))
            if outcome.kind is OutcomeKind.REFUSED:
                break  # the next one costs as much
        while wanted.nonces:
            deadline = node.clock.monotonic() + WAIT_SECONDS
            closed = await trader.executor.close_nonces(deadline=deadline)
            if closed is None:
                break
            closings.append(Closing((), closed))
            if not closed.ok:
                break

    await trader.session.run(work())
    known = (replace(each, outcome=_as_known(trader.journal, each.outcome)) for each in closings)
    return Reclaim(wallet, node.mode, tuple(found), tuple(known), nonces)


async def _nonces(node: Node, wallet: str) -> dict[str, int]:
    """The wallet's nonce accounts and what each holds."""
    at = await node.rpc.accounts(nonce_addresses(wallet), COMMITMENT)
    return {
        address: account.lamports
        for address, account in at.accounts.items()
        if account is not None and stored_nonce(account) is not None
    }


async def _plan(
    node: Node, wallet: str, journal: JournalReader | None, wanted: Wanted
) -> tuple[Candidate, ...]:
    """The survey, and of what it would close only what the chain would let go of."""
    fees = _fees(node)
    with closing(MintStore(node.mints_path)) as record:
        candidates = await survey(node.rpc, wallet, journal, wanted, sale_fee=fees.lamports, record=record)
    disposals = [each.disposal for each in candidates if each.disposal is not None]
    refused: dict[Disposal, str] = {}
    for batch in batches(wallet, disposals, fees):
        refused |= await _refused(node, wallet, batch, fees)
    return tuple(
        replace(each, disposal=None, keep=refused[each.disposal]) if each.disposal in refused else each
        for each in candidates
    )


async def _refused(
    node: Node, wallet: str, batch: tuple[Disposal, ...], fees: FeePlan
) -> dict[Disposal, str]:
    """The accounts of a batch that the chain would refuse, and why: simulated, unsigned."""
    refused: dict[Disposal, str] = {}
    while left := [each for each in batch if each not in refused]:
        instructions = reclaim_instructions(wallet, left, fees)
        message = compile_message(wallet, instructions, _ANY_BLOCKHASH)
        err = (await node.rpc.simulate(unsigned_transaction(message), commitment=COMMITMENT)).err
        if err is None:
            break
        wrong = refused_one(left, len(instructions), err)
        if wrong is None:
            raise RefusedError(
                f"nothing was sent: the simulation of the closing says {err}",
                hint="does the wallet have SOL for the fee?",
            )
        refused[wrong] = f"the chain would refuse it: {err}"
    return refused


@contextmanager
def _record(node: Node, wallet: str) -> Iterator[JournalReader | None]:
    path = node.journal_path(wallet)
    journal = JournalReader(path) if path.exists() else None
    try:
        yield journal
    finally:
        if journal is not None:
            journal.close()


def _fees(node: Node) -> FeePlan:
    return FeePlan(COMPUTE_UNITS, node.settings.config.execution.priority_fee_micro_lamports)


def _as_known(journal: JournalReader, outcome: Outcome) -> Outcome:
    """The outcome after the drain, which may have settled what was not known yet."""
    if outcome.kind is not OutcomeKind.UNKNOWN:
        return outcome
    fill, attempt = journal.fill(outcome.signature), journal.attempt(outcome.signature)
    if fill is not None:
        return outcome_of(fill)
    if attempt is not None and attempt.state is TxState.DEAD:
        return replace(outcome, kind=OutcomeKind.DEAD, reason="it expired without landing")
    return outcome


def _failure(kind: OutcomeKind, outcomes: list[Outcome]) -> SniperForgeError:
    signatures = [each.signature for each in outcomes]
    facts = {"signatures": signatures}
    match kind:
        case OutcomeKind.UNKNOWN:
            return UnknownOutcomeError(
                f"sent, outcome not known yet: {', '.join(signatures)}",
                hint="`sniperforge status` follows it",
                details=facts,
            )
        case OutcomeKind.REFUSED:
            return RefusedError(f"not closed: {outcomes[0].reason}", hint="the limits are in [limits]")
        case OutcomeKind.REJECTED:
            return RejectedError(f"not closed: {outcomes[0].reason}", hint="run it again", details=facts)
    return UnavailableError(
        f"not closed: {', '.join(signatures)} expired without landing, and never can",
        hint="nothing but time was spent; run it again",
        details=facts,
    )
