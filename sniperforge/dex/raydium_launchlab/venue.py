"""Raydium LaunchLab as a venue: ties detector, accounts, state and instructions to the common interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.dex.fetched import found
from sniperforge.dex.raydium_launchlab import detector, notice_events, program
from sniperforge.dex.raydium_launchlab.accounts import decode_pool, is_canonical
from sniperforge.dex.raydium_launchlab.instructions import trade_exact_in
from sniperforge.dex.raydium_launchlab.loading import load_state, needed_by
from sniperforge.dex.raydium_launchlab.log_events import CREATION_LINES
from sniperforge.dex.raydium_launchlab.state import LaunchlabState
from sniperforge.dex.venue import Anatomy
from sniperforge.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solders.instruction import Instruction

    from sniperforge.dex.invoke_stack import Frame
    from sniperforge.dex.venue import Call, PoolState, PoolView
    from sniperforge.domain.chain import Account, LogsNotice
    from sniperforge.domain.pool import PoolEvent


class RaydiumLaunchlab:
    """The venue; see :class:`sniperforge.dex.venue.Venue` for what each member means.

    A migration is one ``migrated`` event of the curve; the pool that it creates is an event of its own venue.
    """

    name = program.NAME
    programs: Mapping[str, str] = program.PROGRAMS
    creation_lines = CREATION_LINES

    def events_of_call(self, call: Call) -> tuple[PoolEvent, ...] | None:
        """What one instruction did: at most one event."""
        return detector.events_of_call(call)

    def events_of_frame(self, frame: Frame, notice: LogsNotice) -> tuple[PoolEvent, ...]:
        """What one call did as far as its own log lines tell."""
        return notice_events.events_of_frame(frame, notice)

    def required_accounts(self, pool: str, known: Mapping[str, Account | None]) -> tuple[str, ...]:
        """The curve first; once it is known: configurations, mints, vaults."""
        if pool not in known:
            return (pool,)
        needed = needed_by(decode_pool(found(pool, known)))
        return tuple(address for address in needed if address not in known)

    def accounts_of(self, event: PoolEvent) -> tuple[str, ...]:
        """All of it at once, from what a ``pool_created`` event of a transaction tells."""
        told = (
            event.pool,
            event.facts.get("global_config", ""),
            event.facts.get("platform_config", ""),
            event.base_mint,
            event.quote_mint,
            event.base_vault,
            event.quote_vault,
        )
        return tuple(address for address in told if address)

    def load(self, pool: str, accounts: Mapping[str, Account | None], *, epoch: int) -> LaunchlabState:
        """The curve's state; see :func:`sniperforge.dex.raydium_launchlab.loading.load_state`."""
        return load_state(pool, accounts, epoch=epoch)

    def anatomy(self, state: PoolView, accounts: Mapping[str, Account | None]) -> Anatomy:  # noqa: ARG002
        """How the curve is built; there is no LP mint, nobody can take its liquidity."""
        pool = _own(state).pool
        return Anatomy(
            canonical=is_canonical(pool),
            creator=pool.creator,
            base_vault=pool.base_vault,
            quote_vault=pool.quote_vault,
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
        """``buy_exact_in`` or ``sell_exact_in`` on the state's curve."""
        state.token_program(input_mint)
        return trade_exact_in(
            _own(state),
            user=user,
            input_mint=input_mint,
            amount_in=amount_in,
            minimum_out=minimum_out,
            user_input=user_input,
            user_output=user_output,
        )


def _own(state: PoolView) -> LaunchlabState:
    if isinstance(state, LaunchlabState):
        return state
    raise RefusedError(f"pool {state.address} is not of {program.NAME}")
