"""A pool that is looked at and not quoted: its two mints, what backs them, its price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sniperforge.dex.fetched import found, vault_amount
from sniperforge.dex.sides import quote_side
from sniperforge.errors import DecodeError, RefusedError
from sniperforge.tokens.mint import decode_mint

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from sniperforge.dex.venue import PoolView
    from sniperforge.domain.chain import Account


@dataclass(frozen=True, slots=True)
class PairView:
    """A :class:`sniperforge.dex.venue.PoolView` of any venue. Pairs are in the pool's own order.

    Attributes:
        reserves: raw units in the vaults without fees owed to others.
        price: raw units of the second mint per raw unit of the first, before fees; 0 when there is none.
    """

    dex: str
    address: str
    mints: tuple[str, str]
    vaults: tuple[str, str]
    token_programs: tuple[str, str]
    mint_decimals: tuple[int, int]
    reserves: tuple[int, int]
    price: Fraction
    open_time: int = 0
    swap_enabled: bool = True

    @property
    def base_mint(self) -> str:
        """What is bought and sold, base58."""
        return self.mints[1 - self._quote]

    @property
    def quote_mint(self) -> str:
        """What it is priced in, base58."""
        return self.mints[self._quote]

    @property
    def base_vault(self) -> str:
        """Where the base is kept."""
        return self.vaults[1 - self._quote]

    @property
    def quote_vault(self) -> str:
        """Where the quote is kept."""
        return self.vaults[self._quote]

    @property
    def spot_price(self) -> Fraction:
        """Raw quote units per raw base unit, before fees, exact.

        Raises:
            RefusedError: the pool has no price, or nothing is left in it.
        """
        if not self.price or not any(self.reserves):
            raise RefusedError(f"pool {self.address} is empty: it has no price")
        return self.price if self._quote == 1 else 1 / self.price

    @property
    def quote_liquidity(self) -> int:
        """Raw quote units in the pool, whatever price they are offered at."""
        return self.reserves[self._quote]

    def token_program(self, mint: str) -> str:
        """The token program of one of the two mints. Raises :class:`RefusedError` for another mint."""
        return self.token_programs[self._side(mint)]

    def decimals(self, mint: str) -> int:
        """The decimals of one of the two mints. Raises :class:`RefusedError` for another mint."""
        return self.mint_decimals[self._side(mint)]

    @property
    def _quote(self) -> int:
        return quote_side(*self.mints)

    def _side(self, mint: str) -> int:
        if mint not in self.mints:
            raise RefusedError(f"pool {self.address} does not trade {mint}")
        return self.mints.index(mint)


def own_pair(state: PoolView, dex: str) -> PairView:
    """``state`` as a view of venue ``dex``. Raises :class:`RefusedError` for another venue's."""
    if isinstance(state, PairView) and state.dex == dex:
        return state
    raise RefusedError(f"pool {state.address} is not of {dex}")


@dataclass(frozen=True, slots=True)
class Pair:
    """What a pool account says of its two sides, in its own order.

    Attributes:
        owed: fees in the vaults that belong to others than the liquidity.
        owner: the authority of the vaults.
    """

    dex: str
    address: str
    mints: tuple[str, str]
    vaults: tuple[str, str]
    owed: tuple[int, int]
    owner: str


def load_pair(
    pair: Pair,
    accounts: Mapping[str, Account | None],
    *,
    price: Fraction,
    open_time: int = 0,
    swap_enabled: bool = True,
) -> PairView:
    """The view of a pool whose ``accounts`` hold mints and vaults.

    Raises:
        DecodeError: an account is not what the pool says it is.
        NotFoundError: an account is missing.
    """
    mints = [decode_mint(found(mint, accounts)) for mint in pair.mints]
    reserves = [
        vault_amount(
            vault,
            accounts,
            mint=mint.address,
            token_program=mint.program,
            owner=pair.owner,
            pool=pair.address,
        )
        - owed
        for vault, mint, owed in zip(pair.vaults, mints, pair.owed, strict=True)
    ]
    if min(reserves) < 0:
        raise DecodeError(f"pool {pair.address} owes more than its vaults hold")
    return PairView(
        dex=pair.dex,
        address=pair.address,
        mints=pair.mints,
        vaults=pair.vaults,
        token_programs=(mints[0].program, mints[1].program),
        mint_decimals=(mints[0].decimals, mints[1].decimals),
        reserves=(reserves[0], reserves[1]),
        price=price,
        open_time=open_time,
        swap_enabled=swap_enabled,
    )
