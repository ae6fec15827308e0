"""Raydium AMM v4 as a venue: ties detector, accounts, state and instructions to the common interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.dex.fetched import found
from sniperforge.dex.raydium_amm_v4 import detector, notice_events, program
from sniperforge.dex.raydium_amm_v4.accounts import decode_pool, is_canonical
from sniperforge.dex.raydium_amm_v4.instructions import swap_base_in
from sniperforge.dex.raydium_amm_v4.loading import load_state, needed_by
from sniperforge.dex.raydium_amm_v4.ray_log import CREATION_START
from sniperforge.dex.raydium_amm_v4.state import AmmState
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


class RaydiumAmmV4:
    """The venue; see :class:`sniperforge.dex.venue.Venue` for what each member means."""

    name = program.NAME
    programs: Mapping[str, str] = program.PROGRAMS
    creation_lines = frozenset({CREATION_START})

    def events_of_call(self, call: Call) -> tuple[PoolEvent, ...] | None:
        """What one instruction did: at most one event."""
        return detector.events_of_call(call)

    def events_of_frame(self, frame: Frame, notice: LogsNotice) -> tuple[PoolEvent, ...]:
        """What one call did as far as its own log lines tell."""
        return notice_events.events_of_frame(frame, notice)

    def required_accounts(self, pool: str, known: Mapping[str, Account | None]) -> tuple[str, ...]:
        """The pool first; once it is known: vaults, mints, LP mint, and its orders where it has some."""
        if pool not in known:
            return (pool,)
        needed = needed_by(decode_pool(found(pool, known)))
        return tuple(address for address in needed if address not in known)

    def accounts_of(self, event: PoolEvent) -> tuple[str, ...]:
        """All of it at once: a new pool has no orders."""
        told = (
            event.pool,
            event.base_vault,
            event.quote_vault,
            event.base_mint,
            event.quote_mint,
            event.facts.get("lp_mint", ""),
        )
        return tuple(address for address in told if address)

    def load(self, pool: str, accounts: Mapping[str, Account | None], *, epoch: int) -> AmmState:  # noqa: ARG002
        """The pool's state; its mints have no transfer fees, whatever the epoch."""
        return load_state(pool, accounts)

    def anatomy(self, state: PoolView, accounts: Mapping[str, Account | None]) -> Anatomy:
        """How the pool is built; it does not record who created it. ``accounts`` must hold its LP mint."""
        pool = _own(state).pool
        base_is_coin = state.base_mint == pool.coin_mint
        return Anatomy(
            canonical=is_canonical(pool),
            creator="",
            base_vault=pool.coin_vault if base_is_coin else pool.pc_vault,
            quote_vault=pool.pc_vault if base_is_coin else pool.coin_vault,
            lp_mint=pool.lp_mint,
            lp_pool_supply=pool.lp_amount,
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
        """``swapBaseIn`` on the state's pool."""
        state.token_program(input_mint)
        own = _own(state)
        return swap_base_in(
            own.pool,
            own.market,
            user=user,
            amount_in=amount_in,
            minimum_out=minimum_out,
            user_input=user_input,
            user_output=user_output,
        )


def _own(state: PoolView) -> AmmState:
    if isinstance(state, AmmState):
        return state
    raise RefusedError(f"pool {state.address} is not of {program.NAME}")
