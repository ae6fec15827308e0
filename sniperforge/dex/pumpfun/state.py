"""A coin's curve at one moment, quoted to the unit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, NoReturn

from sniperforge.dex.pump_fees import BASIS_POINTS, TOTAL_SUPPLY, FeeConfig, is_custom_pair
from sniperforge.dex.pumpfun import program
from sniperforge.dex.pumpfun.curve import Amounts, Curve, buy_for, buy_tokens, sell_for, sell_tokens
from sniperforge.domain.addresses import SOL_DECIMALS, TOKEN_PROGRAM, WSOL_MINT
from sniperforge.domain.amounts import U64_MAX
from sniperforge.domain.pool import Quote
from sniperforge.errors import RefusedError

if TYPE_CHECKING:
    from sniperforge.dex.pumpfun.accounts import BondingCurve, Global


@dataclass(frozen=True, slots=True)
class Coin:
    """What the coin's and the quote's mints tell.

    Attributes:
        mint: of the coin.
        token_program, decimals, supply: its own.
        quote_program, quote_decimals: of what it is priced in.
    """

    mint: str
    token_program: str
    decimals: int
    supply: int
    quote_program: str = TOKEN_PROGRAM
    quote_decimals: int = SOL_DECIMALS


@dataclass(frozen=True, slots=True)
class CurveState:
    """Everything that the price of a trade depends on.

    Attributes:
        fee_config: the program's schedules; which one holds moves with the market cap.
        math: the curve with the rates in force.
        tradable: whether the program still trades on it.
    """

    account: BondingCurve
    coin: Coin
    rules: Global
    fee_config: FeeConfig
    math: Curve = field(init=False)
    tradable: bool = field(init=False)

    def __post_init__(self) -> None:
        account = self.account
        token, quote = account.virtual_token, account.virtual_quote
        supply = self.coin.supply if account.mayhem else TOTAL_SUPPLY
        fees = self.fee_config.fees(account.quote_mint, quote * supply // max(token, 1))
        creator = fees.creator
        if (
            account.creator_fee_bps
            and self.rules.creator_fee_configurable
            and is_custom_pair(account.quote_mint)
        ):
            creator = min(account.creator_fee_bps, BASIS_POINTS - 1 - fees.protocol)
        if account.creator == program.NO_KEY:
            creator = 0
        object.__setattr__(self, "tradable", account.tradable)
        object.__setattr__(self, "math", Curve(token, quote, fees.protocol, creator))

    @property
    def dex(self) -> str:
        """Registry name of the venue."""
        return program.NAME

    @property
    def address(self) -> str:
        """The curve account, base58."""
        return self.account.address

    @property
    def base_mint(self) -> str:
        """The coin, base58."""
        return self.coin.mint

    @property
    def quote_mint(self) -> str:
        """What it is priced in, base58; wrapped SOL for SOL."""
        return self.account.quote_mint

    @property
    def trades_lamports(self) -> bool:
        """Whether the program moves the wallet's own lamports where others move wrapped SOL."""
        return self.account.quote_mint == WSOL_MINT

    @property
    def open_time(self) -> int:
        """A curve trades from its creation on."""
        return 0

    @property
    def swap_enabled(self) -> bool:
        """Whether the program still trades on it: not after its last token is sold."""
        return self.tradable

    @property
    def spot_price(self) -> Fraction:
        """Raw quote units per raw token, before fees, exact.

        Raises:
            RefusedError: the coin has migrated.
        """
        if not self.tradable:
            self._refuse(1)
        return Fraction(self.math.quote, self.math.token)

    @property
    def quote_liquidity(self) -> int:
        """Raw quote units that were paid in and can be taken out; the virtual ones are nobody's."""
        return self.account.real_quote

    def token_program(self, mint: str) -> str:
        """The token program of one of the two mints. Raises :class:`RefusedError` for another mint."""
        return self.coin.token_program if self._is_coin(mint) else self.coin.quote_program

    def decimals(self, mint: str) -> int:
        """The decimals of one of the two mints. Raises :class:`RefusedError` for another mint."""
        return self.coin.decimals if self._is_coin(mint) else self.coin.quote_decimals

    def quote(self, input_mint: str, amount_in: int) -> Quote:
        """What ``amount_in`` buys or brings; of a budget, ``Quote.amount_in`` is what is spent.

        Raises:
            RefusedError: the program would refuse it, the buy asks for more than the curve has left (the rest
                would be priced on a pool that does not exist yet), or the mint is not of this coin.
        """
        return self._quote(input_mint, self._exchange(input_mint, amount_in))

    def quote_exact_out(self, output_mint: str, amount_out: int) -> Quote:
        """What ``amount_out`` raw units of ``output_mint`` cost, by ``buy``. Raises like :meth:`quote`."""
        if not self.tradable or not 0 < amount_out <= U64_MAX:
            self._refuse(amount_out)
        buys = self._is_coin(output_mint)
        amounts = buy_tokens(self.math, amount_out) if buys else sell_for(self.math, amount_out)
        if amounts is None:
            raise RefusedError(f"curve {self.address} has less than {amount_out} of {output_mint}")
        return self._quote(self.quote_mint if buys else self.base_mint, self._checked(amounts, buys=buys))

    def after_swap(self, input_mint: str, amount_in: int) -> CurveState:
        """The state that :meth:`quote`'s swap leaves behind. Raises like :meth:`quote`."""
        amounts = self._exchange(input_mint, amount_in)
        sign = -1 if self._is_coin(input_mint) else 1
        tokens, quote, account = sign * amounts.tokens, sign * amounts.quote, self.account
        left = account.real_token - tokens
        return replace(
            self,
            account=replace(
                account,
                virtual_token=account.virtual_token - tokens,
                virtual_quote=account.virtual_quote + quote,
                real_token=left,
                real_quote=account.real_quote + quote,
                complete=left == 0,
            ),
        )

    def _is_coin(self, mint: str) -> bool:
        if mint == self.coin.mint:
            return True
        if mint == self.account.quote_mint:
            return False
        raise RefusedError(f"curve {self.address} does not trade {mint}")

    def _exchange(self, input_mint: str, amount_in: int) -> Amounts:
        if not self.tradable or not 0 < amount_in <= U64_MAX:
            self._refuse(amount_in)
        account = self.account
        if input_mint == account.quote_mint:
            bought = buy_for(self.math, amount_in)
            if bought is None or not bought.tokens:
                raise self._too_little(input_mint, amount_in)
            return bought if bought.tokens <= account.real_token else self._checked(bought, buys=True)
        self._is_coin(input_mint)
        sold = sell_tokens(self.math, amount_in)
        if sold.quote <= sold.fee:
            raise self._too_little(input_mint, amount_in)
        return self._checked(sold, buys=False)

    def _checked(self, amounts: Amounts, *, buys: bool) -> Amounts:
        """``amounts``, unless the curve's real reserves do not have them."""
        left = self.account.real_token if buys else self.account.real_quote
        if (amounts.tokens if buys else amounts.quote) > left:
            raise RefusedError(f"curve {self.address} has only {left} raw units left to give")
        return amounts

    def _quote(self, input_mint: str, amounts: Amounts) -> Quote:
        tokens, quote, fee = amounts
        if input_mint == self.coin.mint:
            impact = tokens * BASIS_POINTS // (self.math.token + tokens)
            return Quote(input_mint, self.account.quote_mint, tokens, quote - fee, fee, impact)
        impact = quote * BASIS_POINTS // (self.math.quote + quote)
        return Quote(input_mint, self.coin.mint, quote + fee, tokens, fee, impact)

    def _refuse(self, amount: int) -> NoReturn:
        if self.tradable:
            raise RefusedError(f"a swap of {amount} raw units cannot be made")
        raise RefusedError(f"curve {self.address} is complete: the coin trades in its pool")

    @staticmethod
    def _too_little(mint: str, amount: int) -> RefusedError:
        return RefusedError(f"{amount} of {mint} is too little to get anything")
