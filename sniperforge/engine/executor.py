"""The executor: limits, quote, plan, sign, journal, send, settle. Every order goes this way and no other.

Between the limits and the commit of the journal there is no await, so two orders cannot pass the same room.
Nothing leaves before it is durable; an outcome is what the chain says, read from balance deltas.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from sniperforge.domain.landing import Dead, InDoubt, Landed
from sniperforge.domain.lifecycle import TxEvent, TxState
from sniperforge.domain.outcome import Outcome, OutcomeKind
from sniperforge.domain.trade import Attempt, Fill, Intent, IntentKind, Position, PositionState
from sniperforge.errors import RefusedError, WalletBusyError
from sniperforge.execution.plan import (
    FeePlan,
    buy_instructions,
    close_instructions,
    compile_message,
    minimum_out,
    sell_instructions,
    signature_text,
    signed_transaction,
    transfer_instructions,
)
from sniperforge.execution.settlement import settle
from sniperforge.tokens.addresses import associated_token_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from solders.instruction import Instruction

    from sniperforge.dex.venue import PoolState, Venue
    from sniperforge.domain.chain import TransactionView
    from sniperforge.domain.landing import Fate
    from sniperforge.engine.door import Door
    from sniperforge.engine.orders import BuyOrder, ExecutionPolicy, SellOrder, TransferOrder
    from sniperforge.execution.plan import SwapBuilder
    from sniperforge.ports import Clock, Signer
    from sniperforge.store.journal import Journal


class Lander(Protocol):
    """Brings signed bytes onto the chain, or proves that they never will be."""

    async def land(
        self, raw: bytes, signature: str, last_valid_height: int, *, send: bool, deadline: float | None
    ) -> Fate:
        """Send, send the same bytes again, and watch, until landed, dead, or past ``deadline``.

        Args:
            send: false only watches, for bytes that must not leave again.
            deadline: monotonic seconds; ``None`` waits for proof however long it takes.
        """
        ...

    async def transaction(self, signature: str) -> TransactionView:
        """The landed transaction, once a node can show it."""
        ...


class Blockhashes(Protocol):
    """A recent blockhash, kept fresh by someone else."""

    def latest(self) -> tuple[str, int]:
        """``(blockhash, last valid block height)``. Raises ``UnavailableError`` when it is too old."""
        ...


class Executor:
    """Trades for one wallet.

    Args:
        journal: the wallet's write-ahead record; this is its only writer.
        holds: whether this process still holds the wallet's lock; asked before each send.
        new_id: makes intent ids.
    """

    def __init__(
        self,
        *,
        signer: Signer,
        journal: Journal,
        lander: Lander,
        blockhashes: Blockhashes,
        door: Door,
        policy: ExecutionPolicy,
        clock: Clock,
        holds: Callable[[], bool],
        new_id: Callable[[], str],
    ) -> None:
        self._signer = signer
        self._wallet = signer.pubkey
        self._journal = journal
        self._lander = lander
        self._blockhashes = blockhashes
        self._door = door
        self._policy = policy
        self._clock = clock
        self._holds = holds
        self._new_id = new_id
        self._watched: set[str] = set()
        self._salt = 0

    async def buy(self, order: BuyOrder, *, deadline: float | None = None) -> Outcome:
        """Buy, and wait for the outcome.

        Returns:
            ``REFUSED`` when a limit says no: nothing was signed.

        Raises:
            StorageError: the journal cannot be written; nothing was sent.
            UnavailableError: no recent blockhash or balance; nothing was sent.
            WalletBusyError: the lock was lost; nothing was sent.
        """
        known = self._known(order.client_key)
        if known is not None:
            return known
        await self._door.refresh()
        try:
            intent, attempt = self._commit_buy(order)
        except RefusedError as refusal:
            return Outcome(OutcomeKind.REFUSED, reason=refusal.message)
        return await self.settle(intent, attempt, deadline=deadline)

    async def sell(self, order: SellOrder, *, deadline: float | None = None) -> Outcome:
        """One attempt to sell. Limits never hold an exit back. Raises like :meth:`buy`."""
        known = self._known(order.client_key)
        if known is not None:
            return known
        intent, attempt = self._commit_sell(order)
        return await self.settle(intent, attempt, deadline=deadline)

    async def transfer(self, order: TransferOrder, *, deadline: float | None = None) -> Outcome:
        """Send SOL through the same door. Raises like :meth:`buy`."""
        known = self._known(order.client_key)
        if known is not None:
            return known
        await self._door.refresh()
        fees = self._fees()
        spend = order.lamports + fees.lamports
        try:
            self._door.admit_transfer(spend)
        except RefusedError as refusal:
            return Outcome(OutcomeKind.REFUSED, reason=refusal.message)
        instructions = transfer_instructions(self._wallet, order.destination, order.lamports, fees)
        intent = self._intent(
            IntentKind.TRANSFER,
            origin=order.origin,
            max_spend=spend,
            amount_in=order.lamports,
            client_key=order.client_key,
            reason=f"to {order.destination}",
        )
        attempt = self._write_ahead(intent, instructions, min_out=0)
        return await self.settle(intent, attempt, deadline=deadline)

    async def close_account(self, position: Position) -> Outcome:
        """Close a sold position's empty token account: best effort, a transaction of its own."""
        fees = self._fees()
        instructions = close_instructions(self._wallet, position.token_account, position.token_program, fees)
        intent = self._intent(
            IntentKind.CLOSE_ACCOUNT,
            origin=position.origin,
            mint=position.mint,
            pool=position.pool,
            dex=position.dex,
            max_spend=fees.lamports,
            position_id=position.id,
            facts={"decimals": position.decimals},
        )
        attempt = self._write_ahead(intent, instructions, min_out=0)
        return await self.settle(intent, attempt, deadline=None)

    async def settle(
        self, intent: Intent, attempt: Attempt, *, send: bool = True, deadline: float | None = None
    ) -> Outcome:
        """Bring a journalled transaction to its end and book it: running and recovery are this one path."""
        with self._watching(attempt.signature):
            signed_at = self._clock.monotonic()
            result = await self._lander.land(
                attempt.raw,
                attempt.signature,
                attempt.last_valid_height,
                send=send and self._holds(),
                deadline=deadline,
            )
            match result:
                case InDoubt(reason=reason):
                    return Outcome(OutcomeKind.UNKNOWN, intent.id, attempt.signature, reason)
                case Dead(evidence=evidence):
                    self._journal.mark_dead(attempt.signature, self._clock.now())
                    return Outcome(OutcomeKind.DEAD, intent.id, attempt.signature, evidence)
                case Landed():
                    landed_at = self._clock.monotonic()
                    view = await self._lander.transaction(attempt.signature)
                    fill = self._book(intent, view)
                    return _outcome_of(fill, signed_at, landed_at)

    def unwatched(self) -> list[tuple[Intent, Attempt]]:
        """Journalled transactions without an outcome that nobody is settling: what recovery takes up."""
        return [item for item in self._journal.unresolved() if item[1].signature not in self._watched]

    # -- from order to durable bytes -----------------------------------------------------------------------

    def _commit_buy(self, order: BuyOrder) -> tuple[Intent, Attempt]:
        fees = self._fees()
        spend = order.spend + fees.lamports + self._policy.account_rent
        self._door.admit_buy(order.mint, order.state.address, spend)
        token_account = associated_token_address(self._wallet, order.mint, order.token_program)
        quote = order.state.quote(order.state.quote_mint, order.spend)
        floor = minimum_out(quote.amount_out, order.slippage_bps)
        intent = self._intent(
            IntentKind.BUY,
            origin=order.origin,
            mint=order.mint,
            pool=order.state.address,
            dex=order.venue.name,
            max_spend=spend,
            amount_in=order.spend,
            client_key=order.client_key,
            reason=order.reason,
            facts={
                "decimals": order.decimals,
                "token_account": token_account,
                "token_program": order.token_program,
                "entry_liquidity": str(order.state.quote_liquidity),
                "exit_policy": dict(order.exit_policy),
                "expected_out": str(quote.amount_out),
            },
        )
        instructions = buy_instructions(
            wallet=self._wallet,
            mint=order.mint,
            token_program=order.token_program,
            token_account=token_account,
            spend=order.spend,
            account_rent=self._policy.account_rent,
            seed=_seed(intent.id),
            fees=fees,
            swap=self._swap(order.venue, order.state, order.state.quote_mint, order.spend, floor),
        )
        return intent, self._write_ahead(intent, instructions, min_out=floor)

    def _commit_sell(self, order: SellOrder) -> tuple[Intent, Attempt]:
        fees = self._fees()
        position = order.position
        quote = order.state.quote(position.mint, order.raw)
        floor = minimum_out(quote.amount_out, order.slippage_bps)
        intent = self._intent(
            IntentKind.SELL,
            origin=order.origin,
            mint=position.mint,
            pool=position.pool,
            dex=position.dex,
            max_spend=fees.lamports,
            amount_in=order.raw,
            position_id=position.id,
            client_key=order.client_key,
            reason=order.reason,
            facts={
                "decimals": position.decimals,
                "expected_out": str(quote.amount_out),
                "whole": order.raw >= position.raw,
            },
        )
        instructions = sell_instructions(
            wallet=self._wallet,
            token_account=position.token_account,
            account_rent=self._policy.account_rent,
            seed=_seed(intent.id),
            fees=fees,
            swap=self._swap(order.venue, order.state, position.mint, order.raw, floor),
        )
        return intent, self._write_ahead(intent, instructions, min_out=floor)

    def _swap(
        self, venue: Venue, state: PoolState, input_mint: str, amount_in: int, floor: int
    ) -> SwapBuilder:
        def build(user_input: str, user_output: str) -> Instruction:
            return venue.swap_instruction(
                state,
                user=self._wallet,
                input_mint=input_mint,
                amount_in=amount_in,
                minimum_out=floor,
                user_input=user_input,
                user_output=user_output,
            )

        return build

    def _write_ahead(self, intent: Intent, instructions: Sequence[Instruction], *, min_out: int) -> Attempt:
        """Sign and make durable; when this returns the bytes may leave."""
        if not self._holds():
            raise WalletBusyError("the wallet's lock was taken away; nothing was sent")
        blockhash, last_valid_height = self._blockhashes.latest()
        message = compile_message(self._wallet, instructions, blockhash)
        signature = self._signer.sign(message)
        attempt = Attempt(
            signature=signature_text(signature),
            intent_id=intent.id,
            number=1,
            raw=signed_transaction(message, signature),
            last_valid_height=last_valid_height,
            state=TxState.SUBMITTED,
            created_at=self._clock.now(),
            min_out=min_out,
        )
        self._journal.record_intent(intent, attempt)
        return attempt

    def _fees(self) -> FeePlan:
        """The offer of the next transaction, within the cap; its low digits keep equal trades distinct."""
        self._salt += 1
        plan = FeePlan(self._policy.compute_units, self._policy.micro_lamports)
        if plan.lamports > self._policy.max_fee:
            room = max(self._policy.max_fee - FeePlan(0, 0).lamports, 0)
            plan = FeePlan(plan.compute_units, room * 1_000_000 // (plan.compute_units + 1_000))
        return plan.distinct(self._salt)

    def _intent(self, kind: IntentKind, *, origin: str, max_spend: int, **values: Any) -> Intent:
        fields: dict[str, Any] = {"mint": "", "pool": "", "dex": "", "amount_in": 0, **values}
        return Intent(
            id=self._new_id(),
            kind=kind,
            origin=origin,
            max_spend=max_spend,
            created_at=self._clock.now(),
            **fields,
        )

    # -- from landed to booked -----------------------------------------------------------------------------

    def _book(self, intent: Intent, view: TransactionView) -> Fill:
        settlement = settle(view, self._wallet)
        event = TxEvent.LANDED if settlement.err is None else TxEvent.FAILED
        token_delta = settlement.token_deltas.get(intent.mint, 0)
        opens = intent.kind is IntentKind.BUY and event is TxEvent.LANDED and token_delta > 0
        fill = Fill(
            settlement=settlement,
            intent_id=intent.id,
            kind=intent.kind,
            origin=intent.origin,
            mint=intent.mint,
            pool=intent.pool,
            dex=intent.dex,
            decimals=int(intent.facts.get("decimals", 0)),
            token_delta=token_delta,
            position_id=intent.id if opens else intent.position_id,
            commitment="confirmed",
            booked_at=self._clock.now(),
        )
        if opens:
            self._journal.open_position(_position_of(intent, fill), fill)
        else:
            self._journal.book(fill, event)
        return fill

    def _known(self, client_key: str | None) -> Outcome | None:
        """The outcome of an earlier call with the same key."""
        intent = self._journal.intent_by_key(client_key) if client_key else None
        if intent is None:
            return None
        attempt = self._journal.attempts(intent.id)[-1]
        fill = self._journal.fill(attempt.signature)
        if fill is not None:
            return _outcome_of(fill, None, None)
        kind = OutcomeKind.DEAD if attempt.state is TxState.DEAD else OutcomeKind.UNKNOWN
        return Outcome(kind, intent.id, attempt.signature, f"an earlier call with key {client_key}")

    @contextmanager
    def _watching(self, signature: str) -> Iterator[None]:
        self._watched.add(signature)
        try:
            yield
        finally:
            self._watched.discard(signature)


def _seed(intent_id: str) -> str:
    """The ephemeral account's seed: an intent has one attempt alive at a time, so its id is enough."""
    return intent_id.replace("-", "")[:32]


def _outcome_of(fill: Fill, signed_at: float | None, landed_at: float | None) -> Outcome:
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


def _position_of(intent: Intent, fill: Fill) -> Position:
    """The position that a landed buy opens; the intent carries all it needs, so recovery can open it too."""
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
        opened_at=fill.booked_at,
        closed_at=None,
        peak_value=0,
        entry_liquidity=int(intent.facts["entry_liquidity"]),
        exit_policy=intent.facts["exit_policy"],
    )
