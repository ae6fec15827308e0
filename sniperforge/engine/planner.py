"""From an order to an intent and the instructions of its transaction. No network, no journal, no limits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sniperforge.domain.addresses import TOKEN_2022_PROGRAM
from sniperforge.domain.amounts import ceil_div
from sniperforge.domain.jito import TIP_ACCOUNTS
from sniperforge.domain.trade import Intent, IntentKind, Urgency
from sniperforge.engine.compute_units import SPARE_UNITS
from sniperforge.execution.fees import FeeRules, competed_for, fee_plan
from sniperforge.execution.plan import (
    SIGNATURE_FEE,
    FeePlan,
    advance_nonce_instructions,
    buy_instructions,
    close_instructions,
    close_nonce_instructions,
    ephemeral_account,
    minimum_out,
    open_nonce_instructions,
    reclaim_instructions,
    sell_instructions,
    transfer_instructions,
)
from sniperforge.tokens.account import TOKEN_ACCOUNT_SIZE
from sniperforge.tokens.addresses import associated_token_address
from sniperforge.tokens.nonce import NONCE_BYTES, nonce_addresses

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from solders.instruction import Instruction

    from sniperforge.dex.venue import PoolState, Venue
    from sniperforge.domain.trade import Position
    from sniperforge.engine.orders import (
        BuyOrder,
        ExecutionPolicy,
        ReclaimOrder,
        SellOrder,
        TransferOrder,
    )
    from sniperforge.execution.mev import Mev, Tip
    from sniperforge.execution.plan import SwapBuilder
    from sniperforge.ports import Clock

ACCOUNT_OVERHEAD: Final = 128
"""Bytes that rent counts for every account beside its data (Solana's ``ACCOUNT_STORAGE_OVERHEAD``)."""

MAX_EXTENDED_ACCOUNT_SIZE: Final = 256
"""More than any associated account of a Token-2022 mint takes: its extensions are known at creation only."""


CHOSEN_MEV: Final = "chosen_mev"
"""The fact of an intent that names the policy chosen for it alone."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One transaction, wanted but not signed.

    Attributes:
        intent: what it is for; its ``max_spend`` is what the limits must allow.
        min_out: the least raw output that it accepts.
    """

    intent: Intent
    instructions: Sequence[Instruction]
    min_out: int = 0


@dataclass(frozen=True, slots=True)
class _Offer:
    """What a trade pays for being landed."""

    fees: FeePlan
    tip: Tip

    @property
    def lamports(self) -> int:
        return self.fees.lamports + self.tip.lamports

    @property
    def facts(self) -> dict[str, Any]:
        return {"mev": self.tip.mev.value, "tip": self.tip.lamports} if self.tip.lamports else {}


class Planner:
    """Plans the transactions of one wallet.

    Every method takes a ``salt`` that moves the low digits of the compute-unit limit: equal orders with
    different salts are different messages, and so have different signatures.

    Args:
        new_id: makes intent ids.
        recent_fees: micro-lamports per compute unit that recent slots took for writing to a pool, rising;
            empty when nobody could say.
        sale_units: compute-unit limit of a first attempt to sell on a pool; what follows one that came to
            nothing asks for the whole limit.
    """

    def __init__(
        self,
        *,
        wallet: str,
        policy: ExecutionPolicy,
        clock: Clock,
        new_id: Callable[[], str],
        recent_fees: Callable[[str], Sequence[int]] = lambda _pool: (),
        sale_units: Callable[[str], int] | None = None,
    ) -> None:
        self._wallet = wallet
        self._policy = policy
        normal, fast, urgent = policy.percentiles
        self._rules = FeeRules(
            floor_micro_lamports=policy.micro_lamports,
            max_fee=policy.max_fee,
            max_share_bps=policy.max_fee_bps,
            normal_percentile=normal,
            fast_percentile=fast,
            urgent_percentile=urgent,
        )
        self._recent = recent_fees
        self._sale_units = sale_units
        self._clock = clock
        self._new_id = new_id

    def buy(self, order: BuyOrder, salt: int) -> Plan:
        """A buy through an ephemeral account. Raises ``RefusedError`` when the pool has no quote."""
        state = order.state
        # The sale that was simulated with it is room enough for what others do to the pool meanwhile.
        units = min(order.units + SPARE_UNITS, self._policy.compute_units) if order.units else None
        offer = self._offer(salt, Urgency.FAST, pool=state.address, trade=order.spend, units=units)
        token_account = associated_token_address(self._wallet, order.mint, order.token_program)
        quote = state.quote(state.quote_mint, order.spend)
        floor = minimum_out(quote.amount_out, order.slippage_bps)
        intent = self._intent(
            IntentKind.BUY,
            origin=order.origin,
            mint=order.mint,
            pool=state.address,
            dex=order.venue.name,
            max_spend=order.spend + offer.lamports + self._token_account_rent(order.token_program),
            amount_in=order.spend,
            client_key=order.client_key,
            reason=order.reason,
            facts={
                "max_fee": offer.lamports,
                **offer.facts,
                "creator": order.creator,
                "decimals": order.decimals,
                "token_account": token_account,
                "token_program": order.token_program,
                "entry_liquidity": str(state.quote_liquidity),
                "exit_policy": dict(order.exit_policy),
                **({} if order.powers is None else {"powers": dict(order.powers)}),
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
            fees=offer.fees,
            swap=self._swap(order.venue, state, state.quote_mint, order.spend, floor),
        )
        return Plan(intent, [*instructions, *offer.tip.instructions(self._wallet, salt)], floor)

    def sell(self, order: SellOrder, salt: int) -> Plan:
        """A sale that unwraps its proceeds. Raises ``RefusedError`` when the pool has no quote."""
        position = order.position
        quote = order.state.quote(position.mint, order.raw)
        offer = self._sale_offer(order, salt, 1)
        intent = self._intent(
            IntentKind.SELL,
            origin=order.origin,
            mint=position.mint,
            pool=order.state.address,
            dex=order.venue.name,
            max_spend=offer.lamports,
            amount_in=order.raw,
            position_id=position.id,
            client_key=order.client_key,
            reason=order.reason,
            facts={
                **offer.facts,
                "decimals": position.decimals,
                "expected_out": str(quote.amount_out),
                "whole": order.raw >= position.raw,
                **({} if order.mev is None else {CHOSEN_MEV: order.mev.value}),
            },
        )
        return self._sale(intent, order, offer, salt)

    def sell_again(self, intent: Intent, order: SellOrder, salt: int, number: int) -> Plan:
        """The ``number``-th attempt of a sale, on the pool's state and the slippage of now; it pays more."""
        offer = self._sale_offer(order, salt, number)
        return self._sale(replace(intent, max_spend=offer.lamports), order, offer, salt)

    def contended(self, plan: Plan, token_account: str) -> tuple[str, ...]:
        """What a trade writes that others write too; for tips it competes by the tip."""
        scratch = ephemeral_account(self._wallet, _seed(plan.intent.id))
        return competed_for(plan.instructions, {self._wallet, token_account, scratch, *TIP_ACCOUNTS})

    def _sale_offer(self, order: SellOrder, salt: int, number: int) -> _Offer:
        position = order.position
        trade = order.state.quote(position.mint, order.raw).amount_out
        tried = position.exit_attempts  # earlier sales of it that came to nothing
        units = None
        if self._sale_units is not None and tried + number == 1:
            units = self._sale_units(order.state.address)
        pool, mev = order.state.address, order.mev
        return self._offer(
            salt, order.urgency, number, pool=pool, trade=trade, tried=tried, units=units, mev=mev
        )

    def _sale(self, intent: Intent, order: SellOrder, offer: _Offer, salt: int) -> Plan:
        mint = order.position.mint
        floor = minimum_out(order.state.quote(mint, order.raw).amount_out, order.slippage_bps)
        instructions = sell_instructions(
            wallet=self._wallet,
            token_account=order.position.token_account,
            account_rent=self._policy.account_rent,
            seed=_seed(intent.id),
            fees=offer.fees,
            swap=self._swap(order.venue, order.state, mint, order.raw, floor),
        )
        return Plan(intent, [*instructions, *offer.tip.instructions(self._wallet, salt)], floor)

    def transfer(self, order: TransferOrder, salt: int) -> Plan:
        """A transfer of SOL."""
        fees = self._fees(salt)
        intent = self._intent(
            IntentKind.TRANSFER,
            origin=order.origin,
            max_spend=order.lamports + fees.lamports,
            amount_in=order.lamports,
            client_key=order.client_key,
            reason=f"to {order.destination}",
            facts={"max_fee": fees.lamports},
        )
        return Plan(intent, transfer_instructions(self._wallet, order.destination, order.lamports, fees))

    def close(self, position: Position, salt: int) -> Plan:
        """The closing of a sold position's token account."""
        fees = self._fees(salt)
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
        account, program = position.token_account, position.token_program
        return Plan(intent, close_instructions(self._wallet, account, program, fees))

    def reclaim(self, order: ReclaimOrder, salt: int) -> Plan:
        """The closing of several token accounts; which ones, and what is burned, is journalled with it."""
        fees, disposals = self._fees(salt), order.disposals
        intent = self._intent(
            IntentKind.CLOSE_ACCOUNT,
            origin=order.origin,
            max_spend=fees.lamports,
            reason=f"{len(disposals)} token accounts",
            facts={
                "max_fee": fees.lamports,
                "accounts": [each.account for each in disposals],
                "burned": {each.account: str(each.burn) for each in disposals if each.burn},
            },
        )
        return Plan(intent, reclaim_instructions(self._wallet, disposals, fees))

    def open_nonces(self, indexes: Sequence[int], salt: int) -> Plan:
        """The making of nonce accounts; their rent comes back when they are closed."""
        fees, rent = self._fees(salt), self._rent(NONCE_BYTES)
        accounts = [nonce_addresses(self._wallet)[index] for index in indexes]
        intent = self._nonce_intent(f"{len(accounts)} nonce accounts", accounts, fees, rent * len(accounts))
        return Plan(intent, open_nonce_instructions(self._wallet, indexes, rent, fees))

    def close_nonces(self, held: Mapping[str, int], salt: int) -> Plan:
        """The closing of nonce accounts with the lamports that they hold."""
        fees = self._fees(salt)
        intent = self._nonce_intent(f"{len(held)} nonce accounts closed", list(held), fees, 0)
        return Plan(intent, close_nonce_instructions(self._wallet, held, fees))

    def end_series(self, ended: Intent, nonce_account: str, salt: int) -> Plan:
        """The advance of a nonce, after which no attempt of ``ended`` can land any more."""
        fees = self._fees(salt)
        intent = self._nonce_intent(f"ends the sale {ended.id}", [], fees, 0, ends=ended.id)
        return Plan(intent, advance_nonce_instructions(self._wallet, nonce_account, fees))

    def _nonce_intent(
        self, reason: str, accounts: list[str], fees: FeePlan, rent: int, **facts: str
    ) -> Intent:
        return self._intent(
            IntentKind.NONCE,
            origin="nonces",
            max_spend=fees.lamports + rent,
            reason=reason,
            facts={"max_fee": fees.lamports, "accounts": accounts, **facts},
        )

    def _offer(
        self,
        salt: int,
        urgency: Urgency,
        number: int = 1,
        *,
        pool: str,
        trade: int,
        tried: int = 0,
        units: int | None = None,
        mev: Mev | None = None,
    ) -> _Offer:
        """The offer of a trade, within the caps: the tip first, priority with what they leave."""
        room = self._rules.cap(trade) - SIGNATURE_FEE
        tip = self._policy.tips.of_attempt(tried + number, mev).within(room)
        plan = fee_plan(
            self._rules,
            units or self._policy.compute_units,
            urgency=urgency,
            number=number,
            recent=self._recent(pool),
            trade=trade,
            tip=tip.lamports,
        )
        return _Offer(plan.distinct(salt), tip)

    def _fees(self, salt: int) -> FeePlan:
        """The offer of a transaction that trades nothing, within the cap."""
        return fee_plan(self._rules, self._policy.compute_units).distinct(salt)

    def _token_account_rent(self, token_program: str) -> int:
        """The most that a new token account locks; rent grows with an account's bytes."""
        return self._rent(
            MAX_EXTENDED_ACCOUNT_SIZE if token_program == TOKEN_2022_PROGRAM else TOKEN_ACCOUNT_SIZE
        )

    def _rent(self, size: int) -> int:
        """Rent of an account of ``size`` bytes: it grows with them."""
        plain = ACCOUNT_OVERHEAD + TOKEN_ACCOUNT_SIZE
        return ceil_div(self._policy.account_rent * (ACCOUNT_OVERHEAD + size), plain)

    def _intent(
        self,
        kind: IntentKind,
        *,
        origin: str,
        max_spend: int,
        mint: str = "",
        pool: str = "",
        dex: str = "",
        amount_in: int = 0,
        **further: Any,
    ) -> Intent:
        return Intent(
            id=self._new_id(),
            kind=kind,
            origin=origin,
            mint=mint,
            pool=pool,
            dex=dex,
            max_spend=max_spend,
            amount_in=amount_in,
            created_at=self._clock.now(),
            **further,
        )

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


def _seed(intent_id: str) -> str:
    """The ephemeral account's seed: of an intent's attempts at most one lands, so its id is enough."""
    return intent_id.replace("-", "")[:32]
