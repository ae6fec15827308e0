"""Orca Whirlpools as a venue that is looked at: events, price, liquidity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.dex.fetched import found
from sniperforge.dex.fixed_point import price_of_sqrt
from sniperforge.dex.orca_whirlpool import detector, notice_events, program
from sniperforge.dex.orca_whirlpool.accounts import decode_pool, decode_trade_start, is_canonical
from sniperforge.dex.orca_whirlpool.log_events import CREATION_LINES
from sniperforge.dex.pair_view import Pair, PairView, load_pair, own_pair
from sniperforge.dex.venue import Anatomy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.dex.invoke_stack import Frame
    from sniperforge.dex.venue import Call, PoolView
    from sniperforge.domain.chain import Account, LogsNotice
    from sniperforge.domain.pool import PoolEvent


class OrcaWhirlpool:
    """The venue; see :class:`sniperforge.dex.venue.PoolReader` for what each member means."""

    name = program.NAME
    programs: Mapping[str, str] = program.PROGRAMS
    creation_lines = CREATION_LINES

    def events_of_call(self, call: Call) -> tuple[PoolEvent, ...] | None:
        """What one instruction did: one event, or two for a swap over two pools."""
        return detector.events_of_call(call)

    def events_of_frame(self, frame: Frame, notice: LogsNotice) -> tuple[PoolEvent, ...]:
        """What one call did as far as its own log lines tell."""
        return notice_events.events_of_frame(frame, notice)

    def required_accounts(self, pool: str, known: Mapping[str, Account | None]) -> tuple[str, ...]:
        """The pool first; once it is known: its vaults and mints, with adaptive fees its oracle."""
        if pool not in known:
            return (pool,)
        own = decode_pool(found(pool, known))
        needed = [own.vault_a, own.vault_b, own.mint_a, own.mint_b]
        if own.has_adaptive_fee:
            needed.append(program.oracle_address(pool))
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
        open_time = 0
        if own.has_adaptive_fee:
            open_time = decode_trade_start(found(program.oracle_address(pool), accounts), pool)
        return load_pair(
            Pair(
                dex=program.NAME,
                address=pool,
                mints=(own.mint_a, own.mint_b),
                vaults=(own.vault_a, own.vault_b),
                owed=(own.owed_a, own.owed_b),
                owner=pool,
            ),
            accounts,
            price=price_of_sqrt(own.sqrt_price),
            open_time=open_time,
        )

    def anatomy(self, state: PoolView, accounts: Mapping[str, Account | None]) -> Anatomy:
        """Whether the pool is Orca's own. It names no creator; positions are NFTs, so there is no LP mint."""
        view = own_pair(state, program.NAME)
        own = decode_pool(found(view.address, accounts))
        return Anatomy(
            canonical=is_canonical(own),
            creator="",
            base_vault=view.base_vault,
            quote_vault=view.quote_vault,
        )
