"""A LaunchLab curve at one moment, quoted to the unit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sniperforge.dex.raydium_launchlab import curve, program
from sniperforge.dex.raydium_launchlab.accounts import FUND, MIGRATE
from sniperforge.domain.amounts import U64_MAX
from sniperforge.domain.pool import Quote
from sniperforge.errors import DecodeError, RefusedError

if TYPE_CHECKING:
    from fractions import Fraction

    from sniperforge.dex.raydium_launchlab.accounts import (
        LaunchlabConfig,
        LaunchlabPlatform,
        LaunchlabPool,
    )
    from sniperforge.tokens.transfer_fee import TransferFee

BASIS_POINTS = 10_000


_Trade = tuple[int, int, int, int, int]
"""What a trade moves: the user's input and output, the curve's base and quote without fees, the total fee.

A plain tuple: made millions of times.
"""


@dataclass(frozen=True, slots=True)
class LaunchlabState:
    """Everything that the price of a trade depends on.

    Attributes:
        base_program, quote_program: token programs of the mints.
        base_fee, quote_fee: Token-2022 transfer fees in force; ``None`` for mints without.
        share_fee_rate: parts per million that a referrer takes; none here, unless asked for.
    """

    pool: LaunchlabPool
    config: LaunchlabConfig
    platform: LaunchlabPlatform
    base_program: str
    quote_program: str
    base_fee: TransferFee | None = None
    quote_fee: TransferFee | None = None
    share_fee_rate: int = 0
    _curve: curve.Curve = field(init=False, repr=False, compare=False)
    _rate: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        pool, kind = self.pool, self.config.curve_type
        if kind not in curve.NAMES:
            raise DecodeError(f"LaunchLab curve {pool.address} is of an unknown type")
        shape = curve.Curve(kind, pool.virtual_base, pool.virtual_quote, pool.real_base, pool.real_quote)
        least = pool.total_base_sell if kind == curve.CONSTANT else 0
        priced = kind == curve.LINEAR or pool.virtual_quote > 0
        if pool.virtual_base <= least or not priced or pool.real_base > pool.total_base_sell:
            raise DecodeError(f"LaunchLab curve {pool.address} has impossible amounts")
        rate = sum(self.rates)
        if rate >= curve.FEE_DENOMINATOR:
            raise DecodeError(f"LaunchLab curve {pool.address} has impossible fee rates")
        object.__setattr__(self, "_curve", shape)
        object.__setattr__(self, "_rate", rate)

    @property
    def rates(self) -> curve.Rates:
        """The fees of a trade, parts per million."""
        platform = self.platform
        return curve.Rates(
            self.config.trade_fee_rate, platform.fee_rate, platform.creator_fee_rate, self.share_fee_rate
        )

    @property
    def dex(self) -> str:
        """Registry name of the venue."""
        return program.NAME

    @property
    def address(self) -> str:
        """The curve's account, base58."""
        return self.pool.address

    @property
    def base_mint(self) -> str:
        """What is bought and sold, base58."""
        return self.pool.base_mint

    @property
    def quote_mint(self) -> str:
        """What it is priced in, base58."""
        return self.pool.quote_mint

    @property
    def open_time(self) -> int:
        """A curve trades from its creation on."""
        return 0

    @property
    def swap_enabled(self) -> bool:
        """Whether the curve has not sold all that it sells."""
        return self.pool.status == FUND

    @property
    def spot_price(self) -> Fraction:
        """Raw quote units per raw base unit, before fees, exact.

        Raises:
            RefusedError: nothing was bought yet on a linear curve, whose price begins at nothing.
        """
        price = curve.price(self._curve)
        if not price:
            raise RefusedError(f"curve {self.address} has no price before the first purchase")
        return price

    @property
    def quote_liquidity(self) -> int:
        """Raw quote units raised: what there is to sell into."""
        return self.pool.real_quote

    def token_program(self, mint: str) -> str:
        """The token program of one of the two mints. Raises :class:`RefusedError` for another mint."""
        return self.base_program if self._is_base(mint) else self.quote_program

    def decimals(self, mint: str) -> int:
        """The decimals of one of the two mints. Raises :class:`RefusedError` for another mint."""
        return self.pool.base_decimals if self._is_base(mint) else self.pool.quote_decimals

    def quote(self, input_mint: str, amount_in: int) -> Quote:
        """What ``amount_in`` raw units of ``input_mint`` buy.

        A purchase of more than is left takes what is left: then ``Quote.amount_in`` is less than asked.

        Raises:
            RefusedError: the program would refuse it, or the mint is not of this curve.
        """
        selling = self._is_base(input_mint)
        trade = self._sell(amount_in) if selling else self._buy(amount_in)
        if trade[1] <= 0:
            raise RefusedError(f"{amount_in} of {input_mint} is too little to buy anything")
        return self._quote(trade, selling)

    def quote_exact_out(self, output_mint: str, amount_out: int) -> Quote:
        """What ``amount_out`` raw units of ``output_mint`` cost. Raises like :meth:`quote`."""
        buying = self._is_base(output_mint)
        trade = self._buy_exactly(amount_out) if buying else self._sell_for(amount_out)
        return self._quote(trade, not buying)

    def after_swap(self, input_mint: str, amount_in: int) -> LaunchlabState:
        """The state that :meth:`quote`'s swap leaves behind. Raises like :meth:`quote`."""
        selling = self._is_base(input_mint)
        trade = self._sell(amount_in) if selling else self._buy(amount_in)
        _, _, base, net, fee = trade
        pool, sign = self.pool, -1 if selling else 1
        real_base = pool.real_base + sign * base
        changed = replace(
            pool,
            real_base=real_base,
            real_quote=pool.real_quote + sign * net,
            quote_protocol_fee=pool.quote_protocol_fee + curve.split(fee, self.rates).protocol,
            status=MIGRATE if real_base == pool.total_base_sell else pool.status,
        )
        return replace(self, pool=changed)

    def _is_base(self, mint: str) -> bool:
        if mint == self.pool.base_mint:
            return True
        if mint != self.pool.quote_mint:
            raise RefusedError(f"curve {self.address} does not trade {mint}")
        return False

    def _entering(self, amount: int, fee: TransferFee | None) -> int:
        if self.pool.status != FUND:
            raise RefusedError(f"curve {self.address} has sold out: it trades where it migrates to")
        entering = amount if fee is None else fee.net(amount)
        if entering <= 0 or amount > U64_MAX:
            raise RefusedError(f"a swap of {amount} raw units cannot be made")
        return entering

    def _buy(self, amount_in: int) -> _Trade:
        entering = self._entering(amount_in, self.quote_fee)
        fee = curve.fee_on(entering, self._rate)
        net = entering - fee
        base = curve.bought(self._curve, net)
        left = self.pool.total_base_sell - self.pool.real_base
        if base > left:
            return self._take(left)
        received = base if self.base_fee is None else self.base_fee.net(base)
        return amount_in, received, base, net, fee

    def _buy_exactly(self, amount_out: int) -> _Trade:
        self._entering(amount_out, None)
        base = _sent_for(amount_out, self.base_fee)
        if base > self.pool.total_base_sell - self.pool.real_base:
            raise RefusedError(f"curve {self.address} sells less than {amount_out} of {self.base_mint}")
        amount_in, _, base, net, fee = self._take(base)
        return amount_in, amount_out, base, net, fee

    def _take(self, base: int) -> _Trade:
        net = curve.cost(self._curve, base)
        entering = curve.before_fee(net, self._rate)
        received = base if self.base_fee is None else self.base_fee.net(base)
        return _sent_for(entering, self.quote_fee), received, base, net, entering - net

    def _sell(self, amount_in: int) -> _Trade:
        base = self._entering(amount_in, self.base_fee)
        if base > self.pool.real_base:
            raise RefusedError(f"curve {self.address} has not sold {amount_in} of {self.base_mint}")
        gross = curve.sold(self._curve, base)
        if gross > self.pool.real_quote:
            raise RefusedError(f"curve {self.address} has not raised {gross} of {self.quote_mint}")
        fee = curve.fee_on(gross, self._rate)
        sent = gross - fee
        received = sent if self.quote_fee is None else self.quote_fee.net(sent)
        return amount_in, received, base, gross, fee

    def _sell_for(self, amount_out: int) -> _Trade:
        self._entering(amount_out, None)
        sent = _sent_for(amount_out, self.quote_fee)
        gross = curve.before_fee(sent, self._rate)
        if gross > self.pool.real_quote:
            raise RefusedError(f"curve {self.address} has not raised {amount_out} of {self.quote_mint}")
        base = curve.sale_for(self._curve, gross)
        if base > self.pool.real_base:
            raise RefusedError(f"curve {self.address} has not sold as much as that costs")
        return _sent_for(base, self.base_fee), amount_out, base, gross, gross - sent

    def _quote(self, trade: _Trade, selling: bool) -> Quote:  # hot: by position
        amount_in, amount_out, base, net, fee = trade
        kind, virtual_base, virtual_quote, real_base, real_quote = self._curve
        if kind != curve.CONSTANT:
            impact = self._impact(base, net, selling=selling)
        elif selling:
            impact = base * BASIS_POINTS // (virtual_base - real_base + base)
        else:
            impact = net * BASIS_POINTS // (virtual_quote + real_quote + net)
        pool = self.pool
        if selling:
            return Quote(pool.base_mint, pool.quote_mint, amount_in, amount_out, fee, impact)
        return Quote(pool.quote_mint, pool.base_mint, amount_in, amount_out, fee, impact)

    def _impact(self, base: int, net: int, *, selling: bool) -> int:
        """How far the average price is from the spot price, on any curve."""
        at_spot = curve.price(self._curve) * base
        got, expected = (net, at_spot) if selling else (at_spot, net)
        return max(int((1 - got / expected) * BASIS_POINTS), 0) if expected else 0


def _sent_for(amount: int, fee: TransferFee | None) -> int:
    """What must be sent for ``amount`` to arrive."""
    withheld = fee.inverse_on(amount) if fee else 0
    if amount <= 0 or amount + withheld > U64_MAX:
        raise RefusedError(f"a swap for {amount} raw units cannot be made")
    return amount + withheld
