"""Pump.fun's curves as a venue: ties detector, accounts, state and instructions to the common interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.dex.pumpfun import detector, notice_events, program
from sniperforge.dex.pumpfun.instructions import Parties, swap
from sniperforge.dex.pumpfun.loading import load_state, needed_by
from sniperforge.dex.pumpfun.notice_events import CREATION_LINES
from sniperforge.dex.pumpfun.state import CurveState
from sniperforge.dex.venue import Anatomy
from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.errors import RefusedError
from sniperforge.tokens.addresses import associated_token_address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solders.instruction import Instruction

    from sniperforge.dex.invoke_stack import Frame
    from sniperforge.dex.venue import Call, PoolState, PoolView
    from sniperforge.domain.chain import Account, LogsNotice
    from sniperforge.domain.pool import PoolEvent


class Pumpfun:
    """The venue; see :class:`sniperforge.dex.venue.Venue` for what each member means.

    A curve is named by its own address or by its coin's mint: the account does not say which coin trades on
    it, so the accounts given with a curve's address must hold the mint.
    """

    name = program.NAME
    programs: Mapping[str, str] = program.PROGRAMS
    creation_lines = CREATION_LINES

    def events_of_call(self, call: Call) -> tuple[PoolEvent, ...] | None:
        """What one instruction did: one event at most, but one for each hop of a route."""
        return detector.events_of_call(call)

    def events_of_frame(self, frame: Frame, notice: LogsNotice) -> tuple[PoolEvent, ...]:
        """What one call did as far as its own log lines tell."""
        return notice_events.events_of_frame(frame, notice)

    def required_accounts(self, pool: str, known: Mapping[str, Account | None]) -> tuple[str, ...]:
        """The pool first; once its coin is known: curve, mint, rules, fees, and a quote other than SOL."""
        if pool not in known:
            return (pool,)
        return tuple(address for address in needed_by(pool, known) if address not in known)

    def accounts_of(self, event: PoolEvent) -> tuple[str, ...]:
        """All of it at once, from what a ``pool_created`` event tells."""
        quote = () if event.quote_mint == WSOL_MINT else (event.quote_mint,)
        return (event.pool, event.base_mint, program.GLOBAL, program.FEE_CONFIG, *quote)

    def load(self, pool: str, accounts: Mapping[str, Account | None], *, epoch: int) -> CurveState:
        """The curve's state; see :func:`sniperforge.dex.pumpfun.loading.load_state`."""
        return load_state(pool, accounts, epoch=epoch)

    def anatomy(self, state: PoolView, accounts: Mapping[str, Account | None]) -> Anatomy:  # noqa: ARG002
        """How the curve is built: each coin has one, at the address that follows from its mint."""
        own = _own(state)
        curve, coin = own.address, own.coin
        quote_vault = associated_token_address(curve, own.quote_mint, coin.quote_program)
        return Anatomy(
            canonical=curve == program.curve_address(coin.mint),
            creator=own.account.creator,
            base_vault=associated_token_address(curve, coin.mint, coin.token_program),
            quote_vault=curve if own.trades_lamports else quote_vault,
        )

    def swap_instruction(
        self,
        state: PoolState,
        *,
        user: str,
        input_mint: str,
        amount_in: int,
        minimum_out: int,
        user_input: str,
        user_output: str,
    ) -> Instruction:
        """A buy of a budget, or a sale; SOL moves from and to the wallet itself, whatever is named for it."""
        own = _own(state)
        own.token_program(input_mint)
        buys = input_mint == own.quote_mint
        user_base, user_quote = (user_output, user_input) if buys else (user_input, user_output)
        if own.trades_lamports:
            user_quote = associated_token_address(user, WSOL_MINT)
        parties = parties_of(own, user=user, user_base=user_base, user_quote=user_quote)
        return swap(parties, buys=buys, amount_in=amount_in, minimum_out=minimum_out)


def parties_of(state: CurveState, *, user: str, user_base: str, user_quote: str) -> Parties:
    """Whom a trade names.

    Of the fee recipients that the program offers one is chosen by the coin, so that not every trade writes to
    the same account.

    Raises:
        RefusedError: the rules name no recipient.
    """
    rules, account, coin = state.rules, state.account, state.coin
    return Parties(
        mint=coin.mint,
        token_program=coin.token_program,
        quote_mint=account.quote_mint,
        quote_program=coin.quote_program,
        creator=account.creator,
        fee_recipient=_one_of(
            rules.reserved_fee_recipients if account.mayhem else rules.fee_recipients, coin.mint
        ),
        buyback_recipient=_one_of(rules.buyback_fee_recipients, coin.mint),
        user=user,
        user_base=user_base,
        user_quote=user_quote,
        cashback=account.cashback,
    )


def _one_of(recipients: tuple[str, ...], mint: str) -> str:
    if not recipients:
        raise RefusedError("the Pump.fun program names nobody to whom fees may be paid")
    return recipients[sum(mint.encode()) % len(recipients)]


def _own(state: PoolView) -> CurveState:
    if isinstance(state, CurveState):
        return state
    raise RefusedError(f"pool {state.address} is not of {program.NAME}")
