"""Meteora DAMM v1 as a venue that is looked at: events, price, liquidity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.dex.fetched import found
from sniperforge.dex.meteora_damm_v1 import detector, events, program
from sniperforge.dex.meteora_damm_v1.accounts import decode_pool, decode_vault, is_canonical
from sniperforge.dex.meteora_damm_v1.curve import price
from sniperforge.dex.pair_view import PairView, own_pair
from sniperforge.dex.venue import Anatomy
from sniperforge.errors import DecodeError
from sniperforge.tokens.account import decode_token_account
from sniperforge.tokens.mint import decode_mint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.dex.invoke_stack import Frame
    from sniperforge.dex.venue import Call, PoolView
    from sniperforge.domain.chain import Account, LogsNotice
    from sniperforge.domain.pool import PoolEvent


class MeteoraDammV1:
    """The venue; see :class:`sniperforge.dex.venue.PoolReader` for what each member means."""

    name = program.NAME
    programs: Mapping[str, str] = program.PROGRAMS
    creation_lines = events.CREATION_LINES

    def events_of_call(self, call: Call) -> tuple[PoolEvent, ...] | None:
        """What one instruction did: at most one event."""
        return detector.events_of_call(call)

    def events_of_frame(self, frame: Frame, notice: LogsNotice) -> tuple[PoolEvent, ...]:
        """What one call did as far as its own log lines tell."""
        return events.events_of_frame(frame, notice)

    def required_accounts(self, pool: str, known: Mapping[str, Account | None]) -> tuple[str, ...]:
        """The pool first; once it is known: mints, vaults and the pool's shares of them.

        A third round is needed where a vault is older than the derivation of its share mint.
        """
        if pool not in known:
            return (pool,)
        own = decode_pool(found(pool, known))
        needed = [own.lp_mint]
        for mint, vault, shares in (
            (own.mint_a, own.vault_a, own.shares_a),
            (own.mint_b, own.vault_b, own.shares_b),
        ):
            there = known.get(vault)
            share_mint = (
                program.share_mint_address(vault, mint) if there is None else decode_vault(there).share_mint
            )
            needed += [mint, vault, shares, share_mint]
        return tuple(address for address in needed if address not in known)

    def load(  # the protocol's epoch makes no difference to price and reserves
        self,
        pool: str,
        accounts: Mapping[str, Account | None],
        *,
        epoch: int,  # noqa: ARG002
    ) -> PairView:
        """The pool's price and its part of both vaults, which have lent some of it."""
        own = decode_pool(found(pool, accounts))
        mints = [decode_mint(found(mint, accounts)) for mint in (own.mint_a, own.mint_b)]
        vaults = [decode_vault(found(vault, accounts)) for vault in (own.vault_a, own.vault_b)]
        if tuple(vault.mint for vault in vaults) != (own.mint_a, own.mint_b):
            raise DecodeError(f"vaults of pool {pool} keep other mints")
        reserve_a = _part(vaults[0].address, own.shares_a, accounts)
        reserve_b = _part(vaults[1].address, own.shares_b, accounts)
        return PairView(
            dex=program.NAME,
            address=pool,
            mints=(own.mint_a, own.mint_b),
            vaults=(vaults[0].token_vault, vaults[1].token_vault),
            token_programs=(mints[0].program, mints[1].program),
            mint_decimals=(mints[0].decimals, mints[1].decimals),
            reserves=(reserve_a, reserve_b),
            price=price(reserve_a, reserve_b, own.stable),
            open_time=own.open_time,
            swap_enabled=own.enabled and all(vault.enabled for vault in vaults),
        )

    def anatomy(self, state: PoolView, accounts: Mapping[str, Account | None]) -> Anatomy:
        """Whether the pool's shares lie where they should, and its LP mint; it counts no LP units itself."""
        view = own_pair(state, program.NAME)
        own = decode_pool(found(view.address, accounts))
        return Anatomy(
            canonical=is_canonical(own),
            creator=own.creator,
            base_vault=view.base_vault,
            quote_vault=view.quote_vault,
            lp_mint=own.lp_mint,
            lp_mint_supply=decode_mint(found(own.lp_mint, accounts)).supply,
        )


def _part(vault: str, shares: str, accounts: Mapping[str, Account | None]) -> int:
    """``shares / all shares`` of what a vault owns, profit that it still holds back included."""
    own = decode_vault(found(vault, accounts))
    held = decode_token_account(found(shares, accounts))
    if held.mint != own.share_mint:
        raise DecodeError(f"{shares} does not hold shares of vault {vault}")
    supply = decode_mint(found(own.share_mint, accounts)).supply
    return own.total * held.raw // supply if supply else 0
