"""An AMM v4 pool at one moment, quoted to the unit, as in ``process_swap_base_in`` of ``processor.rs``."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from sniperforge.dex.raydium_amm_v4 import program
from sniperforge.dex.sides import quote_side
from sniperforge.domain.addresses import TOKEN_PROGRAM
from sniperforge.domain.amounts import U64_MAX
from sniperforge.domain.pool import Quote
from sniperforge.errors import DecodeError, RefusedError

if TYPE_CHECKING:
    from sniperforge.dex.raydium_amm_v4.accounts import AmmPool
    from sniperforge.dex.raydium_amm_v4.openbook import Market

BASIS_POINTS = 10_000


class _Direction(NamedTuple):
    reserve_in: int
    reserve_out: int
    output_mint: str


@dataclass(frozen=True, slots=True)
class AmmState:
    """Everything that the price of a swap depends on. Amounts are raw units.

    Attributes:
        vault_coin, vault_pc: balances of the vaults.
        book_coin, book_pc: what lies in the order book.
        market: of a pool with orders.
        reserve_coin, reserve_pc: vaults and order book without the profit owed to the protocol.
    """

    pool: AmmPool
    vault_coin: int
    vault_pc: int
    book_coin: int = 0
    book_pc: int = 0
    market: Market | None = None
    reserve_coin: int = field(init=False)
    reserve_pc: int = field(init=False)
    _directions: dict[str, _Direction] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        pool = self.pool
        coin = self.vault_coin + self.book_coin - pool.owed_coin
        pc = self.vault_pc + self.book_pc - pool.owed_pc
        if coin < 0 or pc < 0:
            raise DecodeError(f"AMM v4 pool {pool.address} owes more than it holds")
        directions = {
            pool.coin_mint: _Direction(coin, pc, pool.pc_mint),
            pool.pc_mint: _Direction(pc, coin, pool.coin_mint),
        }
        object.__setattr__(self, "reserve_coin", coin)
        object.__setattr__(self, "reserve_pc", pc)
        object.__setattr__(self, "_directions", directions if coin and pc else {})

    @property
    def dex(self) -> str:
        """Registry name of the venue."""
        return program.NAME

    @property
    def address(self) -> str:
        """The pool account, base58."""
        return self.pool.address

    @property
    def base_mint(self) -> str:
        """What is bought and sold, base58."""
        return self.pool.coin_mint if self._quote_is_pc else self.pool.pc_mint

    @property
    def quote_mint(self) -> str:
        """What it is priced in, base58."""
        return self.pool.pc_mint if self._quote_is_pc else self.pool.coin_mint

    @property
    def open_time(self) -> int:
        """Unix seconds before which the program refuses swaps."""
        return self.pool.open_time

    @property
    def swap_enabled(self) -> bool:
        """Whether the pool's status allows swaps at all."""
        return self.pool.swap_enabled

    @property
    def spot_price(self) -> Fraction:
        """Raw quote units per raw base unit, before fees, exact.

        Raises:
            RefusedError: the pool was emptied.
        """
        reserve_in, reserve_out, _ = self._direction(self.base_mint)
        return Fraction(reserve_out, reserve_in)

    @property
    def quote_liquidity(self) -> int:
        """Raw quote units in the reserves."""
        return self.reserve_pc if self._quote_is_pc else self.reserve_coin

    def token_program(self, mint: str) -> str:
        """The SPL token program: there is no other here. Raises :class:`RefusedError` for another mint."""
        self._check(mint)
        return TOKEN_PROGRAM

    def decimals(self, mint: str) -> int:
        """The decimals of one of the two mints. Raises :class:`RefusedError` for another mint."""
        self._check(mint)
        return self.pool.coin_decimals if mint == self.pool.coin_mint else self.pool.pc_decimals

    def quote(self, input_mint: str, amount_in: int) -> Quote:
        """What ``amount_in`` raw units of ``input_mint`` buy; the fee is taken from the input, rounded up.

        Raises:
            RefusedError: the program would refuse it, or the mint is not of this pool.
        """
        reserve_in, reserve_out, output_mint = self._directions.get(input_mint) or self._direction(input_mint)
        if not 0 < amount_in <= U64_MAX:
            raise RefusedError(f"a swap of {amount_in} raw units cannot be made")
        pool = self.pool
        fee = -(-amount_in * pool.fee_numerator // pool.fee_denominator)
        net = amount_in - fee
        amount_out = net * reserve_out // (reserve_in + net)
        if amount_out <= 0:
            raise RefusedError(f"{amount_in} of {input_mint} is too little to buy anything")
        impact = net * BASIS_POINTS // (reserve_in + net)
        return Quote(input_mint, output_mint, amount_in, amount_out, fee, impact)

    def quote_exact_out(self, output_mint: str, amount_out: int) -> Quote:
        """What ``amount_out`` raw units of ``output_mint`` cost, rounded up. Raises like :meth:`quote`."""
        reserve_out, reserve_in, input_mint = self._direction(output_mint)
        if not 0 < amount_out < reserve_out:
            raise RefusedError(f"pool {self.address} cannot give {amount_out} of {output_mint}")
        pool = self.pool
        net = -(-reserve_in * amount_out // (reserve_out - amount_out))
        amount_in = -(-net * pool.fee_denominator // (pool.fee_denominator - pool.fee_numerator))
        if amount_in > U64_MAX:
            raise RefusedError(f"a swap for {amount_out} raw units cannot be made")
        impact = net * BASIS_POINTS // (reserve_in + net)
        return Quote(input_mint, output_mint, amount_in, amount_out, amount_in - net, impact)

    def after_swap(self, input_mint: str, amount_in: int) -> AmmState:
        """The state that :meth:`quote`'s swap leaves behind. Raises like :meth:`quote`."""
        amount_out = self.quote(input_mint, amount_in).amount_out
        coin_in = input_mint == self.pool.coin_mint
        coin, pc = (amount_in, -amount_out) if coin_in else (-amount_out, amount_in)
        return replace(self, vault_coin=self.vault_coin + coin, vault_pc=self.vault_pc + pc)

    @property
    def _quote_is_pc(self) -> bool:
        return quote_side(self.pool.coin_mint, self.pool.pc_mint) == 1

    def _check(self, mint: str) -> None:
        if mint not in (self.pool.coin_mint, self.pool.pc_mint):
            raise RefusedError(f"pool {self.address} does not trade {mint}")

    def _direction(self, mint: str) -> _Direction:
        self._check(mint)
        direction = self._directions.get(mint)
        if direction is None:
            raise RefusedError(f"pool {self.address} was emptied: there is nothing to trade")
        return direction
