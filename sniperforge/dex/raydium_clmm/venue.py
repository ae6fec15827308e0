"""Raydium CLMM as a venue that is looked at: events, price, liquidity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.dex.fetched import found
from sniperforge.dex.fixed_point import price_of_sqrt
from sniperforge.dex.pair_view import Pair, PairView, load_pair, own_pair
from sniperforge.dex.raydium_clmm import detector, notice_events, program
from sniperforge.dex.raydium_clmm.accounts import decode_pool, is_canonical
from sniperforge.dex.raydium_clmm.log_events import CREATION_LINES
from sniperforge.dex.venue import Anatomy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.dex.invoke_stack import Frame
    from sniperforge.dex.venue import Call, PoolView
    from sniperforge.domain.chain import Account, LogsNotice
    from sniperforge.domain.pool import PoolEvent


class RaydiumClmm:
    """The venue; see :class:`sniperforge.dex.venue.PoolReader` for what each member means."""

    name = program.NAME
    programs: Mapping[str, str] = program.PROGRAMS
    creation_lines = CREATION_LINES

    def events_of_call(self, call: Call) -> tuple[PoolEvent, ...] | None:
        """What one instruction did: one event, or one per hop of a route."""
        return detector.events_of_call(call)

    def events_of_frame(self, frame: Frame, notice: LogsNotice) -> tuple[PoolEvent, ...]:
        """What one call did as far as its own log lines tell."""
        return notice_events.events_of_frame(frame, notice)

    def required_accounts(self, pool: str, known: Mapping[str, Account | None]) -> tuple[str, ...]:
        """The pool first; once it is known: its vaults and mints."""
        if pool not in known:
            return (pool,)
        own = decode_pool(found(pool, known))
        needed = (own.token_0_vault, own.token_1_vault, own.token_0_mint, own.token_1_mint)
        return tuple(address for address in needed if address not in known)

    def load(  # the protocol's epoch makes no difference to price and reserves
        self,
        pool: str,
        accounts: Mapping[str, Account | None],
        *,
        epoch: int,  # noqa: ARG002
    ) -> PairView:
        """The pool's price and reserves."""
        own = decode_pool(found(pool, accounts))
        return load_pair(
            Pair(
                dex=program.NAME,
                address=pool,
                mints=(own.token_0_mint, own.token_1_mint),
                vaults=(own.token_0_vault, own.token_1_vault),
                owed=(own.owed_0, own.owed_1),
                owner=pool,
            ),
            accounts,
            price=price_of_sqrt(own.sqrt_price_x64),
            open_time=own.open_time,
            swap_enabled=own.swap_enabled,
        )

    def anatomy(self, state: PoolView, accounts: Mapping[str, Account | None]) -> Anatomy:
        """Whether the pool lies where it should; positions are NFTs, so there is no LP mint."""
        view = own_pair(state, program.NAME)
        own = decode_pool(found(view.address, accounts))
        return Anatomy(
            canonical=is_canonical(own),
            creator=own.owner,
            base_vault=view.base_vault,
            quote_vault=view.quote_vault,
        )
