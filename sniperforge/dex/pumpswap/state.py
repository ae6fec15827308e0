"""A PumpSwap pool at one moment, quoted to the unit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, NoReturn

from sniperforge.dex.pump_fees import BASIS_POINTS, TOTAL_SUPPLY, FeeConfig, is_custom_pair
from sniperforge.dex.pumpfun.program import NO_KEY
from sniperforge.dex.pumpswap import program
from sniperforge.dex.pumpswap.curve import Amounts, Reserves, buy_base, buy_for, sell_base, sell_for
from sniperforge.dex.sides import quote_side
from sniperforge.domain.amounts import U64_MAX
from sniperforge.domain.pool import Quote
from sniperforge.errors import DecodeError, RefusedError

if TYPE_CHECKING:
    from sniperforge.dex.pumpswap.accounts import PumpPool, PumpswapConfig
    from sniperforge.tokens.transfer_fee import TransferFee


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two mints, and the pool's vault of it.

    Attributes:
        vault: raw balance.
        supply: of the mint.
        transfer_fee: in force; ``None`` for mints without. The program counts what is sent, not what arrives.
    """

    mint: str
    token_program: str
    decimals: int
    vault: int
    supply: int = TOTAL_SUPPLY
    transfer_fee: TransferFee | None = None


@dataclass(frozen=True, slots=True)
class PumpswapState:
    """Everything that the price of a trade depends on.

    Attributes:
        base, quote_of: the pool's own sides; which of them is the quote for others is ``quote_mint``.
        fee_config: the program's schedules; which one holds moves with the market cap.
        reserves: what prices the pool, with the rates in force.
        empty: whether a side of it is gone.
    """

    pool: PumpPool
    base: Side
    quote_of: Side
    config: PumpswapConfig
    fee_config: FeeConfig
    canonical: bool
    reserves: Reserves = field(init=False)
    empty: bool = field(init=False)

    def __post_init__(self) -> None:
        pool, base = self.pool, self.base.vault
        quote = self.quote_of.vault + pool.virtual_quote
        if quote < 0 or self.quote_of.vault < pool.fees_kept:
            raise DecodeError(f"PumpSwap pool {pool.address} owes more than its vault holds")
        supply = TOTAL_SUPPLY if pool.mayhem else self.base.supply
        fees = self.fee_config.fees(pool.quote_mint, quote * supply // max(base, 1), canonical=self.canonical)
        creator = fees.creator
        own_rate = pool.creator_fee_bps if self.config.creator_fee_configurable else 0
        if own_rate and is_custom_pair(pool.quote_mint):
            creator = min(own_rate, BASIS_POINTS - 1 - fees.lp - fees.protocol)
        if pool.coin_creator == NO_KEY:
            creator = 0
        object.__setattr__(self, "empty", not base or not quote)
        object.__setattr__(self, "reserves", Reserves(base, quote, fees.lp, fees.protocol, creator))

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
        return self.pool.base_mint if self._priced_in_quote else self.pool.quote_mint

    @property
    def quote_mint(self) -> str:
        """What it is priced in, base58."""
        return self.pool.quote_mint if self._priced_in_quote else self.pool.base_mint

    @property
    def open_time(self) -> int:
        """A pool trades from its creation on."""
        return 0

    @property
    def swap_enabled(self) -> bool:
        """Whether the program allows both buys and sales at all."""
        return not (self.config.buys_disabled or self.config.sales_disabled)

    @property
    def spot_price(self) -> Fraction:
        """Raw quote units per raw base unit, before fees, exact.

        Raises:
            RefusedError: the pool was emptied.
        """
        if self.empty:
            self._refuse(1)
        price = Fraction(self.reserves.quote, self.reserves.base)
        return price if self._priced_in_quote else 1 / price

    @property
    def quote_liquidity(self) -> int:
        """Raw quote units in the vault without fees that wait there; virtual ones cannot be taken out."""
        return self._real_quote if self._priced_in_quote else self.base.vault

    def token_program(self, mint: str) -> str:
        """The token program of one of the two mints. Raises :class:`RefusedError` for another mint."""
        return self._side(mint).token_program

    def decimals(self, mint: str) -> int:
        """The decimals of one of the two mints. Raises :class:`RefusedError` for another mint."""
        return self._side(mint).decimals

    def quote(self, input_mint: str, amount_in: int) -> Quote:
        """What ``amount_in`` buys or brings; of a budget, ``Quote.amount_in`` is what is spent.

        Raises:
            RefusedError: the program would refuse it, the pool was emptied, or the mint is not of this pool.
        """
        return self._quote(input_mint, self._exchange(input_mint, amount_in))

    def quote_exact_out(self, output_mint: str, amount_out: int) -> Quote:
        """What ``amount_out`` raw units of ``output_mint`` cost, by ``buy``. Raises like :meth:`quote`."""
        fee = self._side(output_mint).transfer_fee
        wanted = fee.gross(amount_out) if fee else amount_out
        if self.empty or not 0 < wanted <= U64_MAX:
            self._refuse(wanted)
        buys = output_mint == self.pool.base_mint
        amounts = buy_base(self.reserves, wanted) if buys else sell_for(self.reserves, wanted)
        if amounts is None:
            raise RefusedError(f"pool {self.address} has less than {amount_out} of {output_mint}")
        input_mint = self.pool.quote_mint if buys else self.pool.base_mint
        return self._quote(input_mint, self._checked(amounts, buys=buys))

    def after_swap(self, input_mint: str, amount_in: int) -> PumpswapState:
        """The state that :meth:`quote`'s swap leaves behind. Raises like :meth:`quote`.

        Fees of protocol and creator leave the vault, as by the instructions that pay them at once.
        """
        amounts = self._exchange(input_mint, amount_in)
        if input_mint == self.pool.quote_mint:
            base, quote = -amounts.base, amounts.quote + amounts.lp_fee
        else:
            base, quote = amounts.base, amounts.lp_fee - amounts.quote
        return replace(
            self,
            base=replace(self.base, vault=self.base.vault + base),
            quote_of=replace(self.quote_of, vault=self.quote_of.vault + quote),
        )

    @property
    def _priced_in_quote(self) -> bool:
        return quote_side(self.pool.base_mint, self.pool.quote_mint) == 1

    @property
    def _real_quote(self) -> int:
        return self.quote_of.vault - self.pool.fees_kept

    def _side(self, mint: str) -> Side:
        if mint == self.pool.base_mint:
            return self.base
        if mint == self.pool.quote_mint:
            return self.quote_of
        raise RefusedError(f"pool {self.address} does not trade {mint}")

    def _exchange(self, input_mint: str, amount_in: int) -> Amounts:
        if self.empty or not 0 < amount_in <= U64_MAX:
            self._refuse(amount_in)
        if input_mint == self.pool.quote_mint:
            bought = buy_for(self.reserves, amount_in)
            if bought is None or not bought.base:
                raise _too_little(input_mint, amount_in)
            return self._checked(bought, buys=True) if self.config.buys_disabled else bought
        self._side(input_mint)
        sold = sell_base(self.reserves, amount_in)
        if sold.quote <= sold.fee:
            raise _too_little(input_mint, amount_in)
        return self._checked(sold, buys=False)

    def _checked(self, amounts: Amounts, *, buys: bool) -> Amounts:
        """``amounts``, unless the program forbids the trade or the vault does not hold what a sale brings."""
        if self.config.buys_disabled if buys else self.config.sales_disabled:
            raise RefusedError(f"the program of pool {self.address} refuses such trades now")
        if not buys and amounts.quote - amounts.lp_fee > self._real_quote:
            raise RefusedError(f"pool {self.address} prices with more than the {self._real_quote} it can pay")
        return amounts

    def _quote(self, input_mint: str, amounts: Amounts) -> Quote:
        base, quote, _, fee = amounts
        pool, reserves = self.pool, self.reserves
        if input_mint == pool.base_mint:
            impact = base * BASIS_POINTS // (reserves.base + base)
            withheld, received = self.quote_of.transfer_fee, quote - fee
            received = received if withheld is None else withheld.net(received)
            return Quote(input_mint, pool.quote_mint, base, received, fee, impact)
        impact = quote * BASIS_POINTS // (reserves.quote + quote)
        withheld = self.base.transfer_fee
        received = base if withheld is None else withheld.net(base)
        return Quote(input_mint, pool.base_mint, quote + fee, received, fee, impact)

    def _refuse(self, amount: int) -> NoReturn:
        if self.empty:
            raise RefusedError(f"pool {self.address} was emptied: there is nothing to trade")
        raise RefusedError(f"a swap of {amount} raw units cannot be made")


def _too_little(mint: str, amount: int) -> RefusedError:
    return RefusedError(f"{amount} of {mint} is too little to get anything")
