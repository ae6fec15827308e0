"""Sending SOL by command: through lock, limits, journal and settlement, like every trade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sniperforge.app.holding import lock_file
from sniperforge.app.node import Node, open_node
from sniperforge.app.trader import Trader, open_trader
from sniperforge.app.wallet import open_signer, wallet_entry
from sniperforge.coordination.wallet_lock import busy_error, read_holder
from sniperforge.domain.addresses import SYSTEM_PROGRAM
from sniperforge.domain.amounts import format_sol, lamports
from sniperforge.domain.lifecycle import TxState
from sniperforge.domain.outcome import Outcome, OutcomeKind
from sniperforge.domain.trade import IntentKind
from sniperforge.engine.orders import TransferOrder
from sniperforge.errors import (
    RefusedError,
    RejectedError,
    SniperForgeError,
    UnavailableError,
    UnknownOutcomeError,
    UsageError,
)
from sniperforge.store.journal_reader import JournalReader

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.config.load import Settings
    from sniperforge.domain.trade import Intent
    from sniperforge.wallets.secret import SecretText

COMMAND: Final = "wallet send"
WAIT_SECONDS: Final = 60.0
"""How long the transfer is waited for before the drain takes over: as long as a blockhash lives."""


@dataclass(frozen=True, slots=True)
class TransferRequest:
    """What ``wallet send`` was asked for.

    Attributes:
        destination: base58.
        lamports: how much arrives there.
        client_key: ``--intent-id``: the same key never sends twice.
        live: the command says ``--live``.
    """

    destination: str
    lamports: int
    client_key: str | None = None
    live: bool = False


@dataclass(frozen=True, slots=True)
class Transfer:
    """What became of it.

    Attributes:
        repeated: the outcome is of an earlier call with the same key; nothing was sent now.
    """

    wallet: str
    mode: str
    request: TransferRequest
    outcome: Outcome
    repeated: bool = False

    def to_json(self) -> dict[str, Any]:
        """The document form."""
        fill = self.outcome.fill
        done = fill.settlement if fill is not None else None
        return {
            "from": self.wallet,
            "to": self.request.destination,
            "amount": lamports(self.request.lamports).to_json(),
            "amount_sol": format_sol(self.request.lamports),
            "outcome": self.outcome.kind.value,
            "signature": self.outcome.signature or None,
            "slot": done.slot if done else None,
            "fee_sol": format_sol(done.fee) if done else None,
            "intent_id": self.outcome.intent_id or None,
            "repeated": self.repeated,
        }

    def error(self) -> SniperForgeError | None:
        """What the exit code must say; ``None`` when the SOL arrived."""
        outcome, facts = self.outcome, {"signature": self.outcome.signature}
        match outcome.kind:
            case OutcomeKind.FILLED:
                return None
            case OutcomeKind.REFUSED:
                return RefusedError(
                    f"not sent: {outcome.reason}",
                    hint="the limits are in [limits]",
                    details=dict(outcome.details),
                )
            case OutcomeKind.REJECTED:
                return RejectedError(f"not sent: {outcome.reason}", details=facts)
            case OutcomeKind.DEAD:
                return UnavailableError(
                    f"not sent: {outcome.signature} expired without landing, and never can",
                    hint="nothing but time was spent; send again, with a new --intent-id if you gave one",
                    details=facts,
                )
            case _:
                return UnknownOutcomeError(
                    f"{outcome.signature} was sent; whether it landed is not known yet",
                    hint="`sniperforge status` follows it; the same --intent-id never sends twice",
                    details=facts,
                )


async def send_sol(
    settings: Settings, request: TransferRequest, password: Callable[[], SecretText]
) -> Transfer:
    """Send SOL from the selected wallet and wait for the outcome.

    Args:
        password: asked when the wallet is encrypted.

    Raises:
        WalletBusyError: another process trades this wallet.
        RefusedError: paper mode, or a destination that could not keep the SOL.
        UsageError: the key was used for another intent.
    """
    entry = wallet_entry(settings)
    async with open_node(settings, live=request.live, patient=True) as node:
        if node.mode == "paper":
            raise RefusedError(
                "a transfer moves real SOL; mainnet is on paper",
                hint="write `live = true` in the configuration and give --live",
            )
        if earlier := _earlier(node, entry.pubkey, request):
            return Transfer(entry.pubkey, node.mode, request, earlier, repeated=True)
        holder = read_holder(lock_file(node, entry.pubkey))
        if holder is not None:
            raise busy_error(holder)
        await _check_destination(node, request)
        signer = open_signer(entry, password)
        async with open_trader(node, signer, bot="", command=COMMAND, tell=lambda _event: None) as trader:
            return Transfer(entry.pubkey, node.mode, request, await _send(trader, request))


async def _send(trader: Trader, request: TransferRequest) -> Outcome:
    clock, done = trader.node.clock, list[Outcome]()
    order = TransferOrder(request.destination, request.lamports, COMMAND, request.client_key)

    async def work() -> None:
        done.append(await trader.executor.transfer(order, deadline=clock.monotonic() + WAIT_SECONDS))

    await trader.session.run(work())
    outcome = done[0]
    if outcome.kind is not OutcomeKind.UNKNOWN:
        return outcome
    intent = trader.journal.intent(outcome.intent_id)
    return (intent and _settled(trader.journal, intent)) or outcome


def _earlier(node: Node, wallet: str, request: TransferRequest) -> Outcome | None:
    """How an earlier call with the same key ended; ``None`` when there was none or it is not settled."""
    path = node.journal_path(wallet)
    if request.client_key is None or not path.exists():
        return None
    journal = JournalReader(path)
    try:
        intent = journal.intent_by_key(request.client_key)
        if intent is None:
            return None
        if _differs(intent, request):
            raise UsageError(
                f"--intent-id {request.client_key} was used before for something else: {_said(intent)}",
                hint="one key is one intent: give a new one",
            )
        return _settled(journal, intent)
    finally:
        journal.close()


def _differs(intent: Intent, request: TransferRequest) -> bool:
    same_target = intent.reason == f"to {request.destination}"
    return intent.kind is not IntentKind.TRANSFER or intent.amount_in != request.lamports or not same_target


def _said(intent: Intent) -> str:
    amount = f" of {format_sol(intent.amount_in)} SOL" if intent.kind is IntentKind.TRANSFER else ""
    return f"{intent.kind}{amount} {intent.reason}".rstrip()


def _settled(journal: JournalReader, intent: Intent) -> Outcome | None:
    attempt = journal.attempts(intent.id)[-1]
    if attempt.state is TxState.DEAD:
        return Outcome(OutcomeKind.DEAD, intent.id, attempt.signature)
    fill = journal.fill(attempt.signature)
    if fill is None:
        return None
    err = fill.settlement.err
    kind, reason = OutcomeKind.FILLED, ""
    if err is not None:
        kind, reason = OutcomeKind.REJECTED, f"the chain refused it: {err}"
    return Outcome(kind, intent.id, attempt.signature, reason, fill)


async def _check_destination(node: Node, request: TransferRequest) -> None:
    """Refuse what the chain would refuse for a fee, and what could not be got back."""
    account = await node.rpc.account(request.destination)
    if account is None or not account.data:
        held = account.lamports if account else 0
        least = await node.rpc.minimum_rent(0)
        if held + request.lamports < least:
            raise RefusedError(
                f"{request.destination} is empty: an account needs at least {format_sol(least)} SOL to exist",
                details={"minimum_sol": format_sol(least)},
            )
    if account is not None and (account.executable or account.owner != SYSTEM_PROGRAM):
        raise RefusedError(
            f"{request.destination} is not a wallet: it belongs to program {account.owner}",
            hint="give the address of the wallet that owns it",
        )
