"""Meteora DAMM v2 as a venue that is looked at: events, price, liquidity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.dex.fetched import found
from sniperforge.dex.fixed_point import price_of_sqrt
from sniperforge.dex.meteora_damm_v2 import detector, program
from sniperforge.dex.meteora_damm_v2.accounts import decode_pool, is_canonical
from sniperforge.dex.meteora_damm_v2.events import CREATION_LINES
from sniperforge.dex.pair_view import Pair, PairView, load_pair, own_pair
from sniperforge.dex.pool_events import event_of_frame
from sniperforge.dex.venue import Anatomy
from sniperforge.domain.pool import EventKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.dex.invoke_stack import Frame
    from sniperforge.dex.venue import Call, PoolView
    from sniperforge.domain.chain import Account, LogsNotice
    from sniperforge.domain.pool import PoolEvent


class MeteoraDammV2:
    """The venue; see :class:`sniperforge.dex.venue.PoolReader` for what each member means."""

    name = program.NAME
    programs: Mapping[str, str] = program.PROGRAMS
    creation_lines = CREATION_LINES

    def events_of_call(self, call: Call) -> tuple[PoolEvent, ...] | None:
        """What one instruction did: at most one event."""
        return detector.events_of_call(call)

    def events_of_frame(self, frame: Frame, notice: LogsNotice) -> tuple[PoolEvent, ...]:
        """That a pool was created; the program writes nothing else into the logs."""
        if CREATION_LINES.isdisjoint(frame.lines):
            return ()
        return (event_of_frame(frame, notice, program.NAME, EventKind.POOL_CREATED, amounts={}),)

    def required_accounts(self, pool: str, known: Mapping[str, Account | None]) -> tuple[str, ...]:
        """The pool first; once it is known: its vaults and mints."""
        if pool not in known:
            return (pool,)
        own = decode_pool(found(pool, known))
        needed = (own.vault_a, own.vault_b, own.mint_a, own.mint_b)
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
                mints=(own.mint_a, own.mint_b),
                vaults=(own.vault_a, own.vault_b),
                owed=(own.owed_a, own.owed_b),
                owner=program.AUTHORITY,
            ),
            accounts,
            price=price_of_sqrt(own.sqrt_price),
            open_time=own.open_time,
            swap_enabled=own.swap_enabled,
        )

    def anatomy(self, state: PoolView, accounts: Mapping[str, Account | None]) -> Anatomy:
        """Whether the vaults lie where they should; positions are NFTs, so there is no LP mint."""
        view = own_pair(state, program.NAME)
        own = decode_pool(found(view.address, accounts))
        return Anatomy(
            canonical=is_canonical(own),
            creator=own.creator,
            base_vault=view.base_vault,
            quote_vault=view.quote_vault,
        )
