"""PumpSwap as a venue: ties detector, accounts, state and instructions to the common interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.dex.fetched import found
from sniperforge.dex.pumpfun.program import NO_KEY
from sniperforge.dex.pumpswap import detector, notice_events, program
from sniperforge.dex.pumpswap.accounts import decode_pool
from sniperforge.dex.pumpswap.instructions import Parties, swap
from sniperforge.dex.pumpswap.loading import load_state, needed_by
from sniperforge.dex.pumpswap.notice_events import CREATION_LINES
from sniperforge.dex.pumpswap.state import PumpswapState
from sniperforge.dex.venue import Anatomy
from sniperforge.errors import RefusedError
from sniperforge.tokens.mint import decode_mint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solders.instruction import Instruction

    from sniperforge.dex.invoke_stack import Frame
    from sniperforge.dex.venue import Call, PoolState, PoolView
    from sniperforge.domain.chain import Account, LogsNotice
    from sniperforge.domain.pool import PoolEvent


class Pumpswap:
    """The venue; see :class:`sniperforge.dex.venue.Venue` for what each member means."""

    name = program.NAME
    programs: Mapping[str, str] = program.PROGRAMS
    creation_lines = CREATION_LINES

    def events_of_call(self, call: Call) -> tuple[PoolEvent, ...] | None:
        """What one instruction did: one event at most, but one for each pool of a route."""
        return detector.events_of_call(call)

    def events_of_frame(self, frame: Frame, notice: LogsNotice) -> tuple[PoolEvent, ...]:
        """What one call did as far as its own log lines tell."""
        return notice_events.events_of_frame(frame, notice)

    def required_accounts(self, pool: str, known: Mapping[str, Account | None]) -> tuple[str, ...]:
        """The pool first; once it is known: vaults, mints, LP mint, rules, fee schedules."""
        if pool not in known:
            return (pool,)
        needed = needed_by(decode_pool(found(pool, known)))
        return tuple(address for address in needed if address not in known)

    def accounts_of(self, event: PoolEvent) -> tuple[str, ...]:
        """All of it at once, from what a ``pool_created`` event of a transaction tells."""
        told = (
            event.pool,
            event.base_vault,
            event.quote_vault,
            event.base_mint,
            event.quote_mint,
            event.facts.get("lp_mint", ""),
            program.GLOBAL_CONFIG,
            program.FEE_CONFIG,
        )
        return tuple(address for address in told if address)

    def load(self, pool: str, accounts: Mapping[str, Account | None], *, epoch: int) -> PumpswapState:
        """The pool's state; see :func:`sniperforge.dex.pumpswap.loading.load_state`."""
        return load_state(pool, accounts, epoch=epoch)

    def anatomy(self, state: PoolView, accounts: Mapping[str, Account | None]) -> Anatomy:
        """How the pool is built; ``accounts`` must hold its LP mint. A coin's creator is its pool's."""
        own = _own(state)
        pool = own.pool
        turned = own.base_mint != pool.base_mint
        return Anatomy(
            canonical=own.canonical,
            creator=pool.creator if pool.coin_creator == NO_KEY else pool.coin_creator,
            base_vault=pool.quote_vault if turned else pool.base_vault,
            quote_vault=pool.base_vault if turned else pool.quote_vault,
            lp_mint=pool.lp_mint,
            lp_pool_supply=pool.lp_supply,
            lp_mint_supply=decode_mint(found(pool.lp_mint, accounts)).supply,
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
        """``buy_exact_quote_in`` when the pool's own quote is paid, else ``sell``."""
        own = _own(state)
        own.token_program(input_mint)
        buys = input_mint == own.pool.quote_mint
        user_base, user_quote = (user_output, user_input) if buys else (user_input, user_output)
        parties = parties_of(own, user=user, user_base=user_base, user_quote=user_quote)
        return swap(parties, buys=buys, amount_in=amount_in, minimum_out=minimum_out)


def parties_of(state: PumpswapState, *, user: str, user_base: str, user_quote: str) -> Parties:
    """Whom a trade names.

    Of the fee recipients that the program offers one is chosen by the pool, so that not every trade writes to
    the same account.

    Raises:
        RefusedError: the rules name no recipient.
    """
    config, pool = state.config, state.pool
    recipients = config.reserved_fee_recipients if pool.mayhem else config.fee_recipients
    return Parties(
        pool=pool,
        base_program=state.base.token_program,
        quote_program=state.quote_of.token_program,
        fee_recipient=_one_of(recipients, pool.address),
        buyback_recipient=_one_of(config.buyback_fee_recipients, pool.address),
        user=user,
        user_base=user_base,
        user_quote=user_quote,
    )


def _one_of(recipients: tuple[str, ...], pool: str) -> str:
    if not recipients:
        raise RefusedError("the PumpSwap program names nobody to whom fees may be paid")
    return recipients[sum(pool.encode()) % len(recipients)]


def _own(state: PoolView) -> PumpswapState:
    if isinstance(state, PumpswapState):
        return state
    raise RefusedError(f"pool {state.address} is not of {program.NAME}")
