"""A CPMM pool at one moment, quoted to the unit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from sniperforge.dex.raydium_cpmm import program
from sniperforge.dex.raydium_cpmm.curve import FEE_DENOMINATOR, Curve, SwapAmounts, exact_in, exact_out
from sniperforge.dex.sides import quote_side
from sniperforge.domain.amounts import U64_MAX
from sniperforge.domain.pool import Quote
from sniperforge.errors import DecodeError, RefusedError

if TYPE_CHECKING:
    from sniperforge.dex.raydium_cpmm.accounts import CpmmConfig, CpmmPool
    from sniperforge.tokens.transfer_fee import TransferFee

BASIS_POINTS = 10_000


class _Direction(NamedTuple):
    curve: Curve
    fee_in: TransferFee | None
    fee_out: TransferFee | None
    output_mint: str


@dataclass(frozen=True, slots=True)
class CpmmState:
    """Everything that the price of a swap depends on.

    Attributes:
        vault_0, vault_1: raw balances of the vaults.
        transfer_fee_0, transfer_fee_1: Token-2022 fees in force; ``None`` for mints without.
        reserve_0, reserve_1: the vaults without the fees owed to protocol, fund and creator.
    """

    pool: CpmmPool
    config: CpmmConfig
    vault_0: int
    vault_1: int
    transfer_fee_0: TransferFee | None = None
    transfer_fee_1: TransferFee | None = None
    reserve_0: int = field(init=False)
    reserve_1: int = field(init=False)
    _directions: dict[str, _Direction] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        pool = self.pool
        reserve_0, reserve_1 = self.vault_0 - pool.owed_0, self.vault_1 - pool.owed_1
        if reserve_0 < 0 or reserve_1 < 0:
            raise DecodeError(f"CPMM pool {pool.address} owes more than its vaults hold")
        rate = self.config.creator_fee_rate if pool.creator_fee_enabled else 0
        trade = self.config.trade_fee_rate
        zero_for_one = Curve(reserve_0, reserve_1, trade, rate, pool.creator_fee_on in (0, 1))
        one_for_zero = Curve(reserve_1, reserve_0, trade, rate, pool.creator_fee_on in (0, 2))
        fee_0, fee_1 = self.transfer_fee_0, self.transfer_fee_1
        object.__setattr__(self, "reserve_0", reserve_0)
        object.__setattr__(self, "reserve_1", reserve_1)
        directions = {
            pool.token_0_mint: _Direction(zero_for_one, fee_0, fee_1, pool.token_1_mint),
            pool.token_1_mint: _Direction(one_for_zero, fee_1, fee_0, pool.token_0_mint),
        }
        object.__setattr__(self, "_directions", directions if reserve_0 and reserve_1 else {})

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
        return self.pool.token_0_mint if self._quote_is_1 else self.pool.token_1_mint

    @property
    def quote_mint(self) -> str:
        """What it is priced in, base58."""
        return self.pool.token_1_mint if self._quote_is_1 else self.pool.token_0_mint

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
        self._direction(self.base_mint)
        price = Fraction(self.reserve_1, self.reserve_0)
        return price if self._quote_is_1 else 1 / price

    @property
    def quote_liquidity(self) -> int:
        """Raw quote units in the reserves."""
        return self.reserve_1 if self._quote_is_1 else self.reserve_0

    def token_program(self, mint: str) -> str:
        """The token program of one of the two mints. Raises :class:`RefusedError` for another mint."""
        return self.pool.token_0_program if self._side(mint) == 0 else self.pool.token_1_program

    def decimals(self, mint: str) -> int:
        """The decimals of one of the two mints. Raises :class:`RefusedError` for another mint."""
        return self.pool.decimals_0 if self._side(mint) == 0 else self.pool.decimals_1

    def quote(self, input_mint: str, amount_in: int) -> Quote:
        """What ``amount_in`` raw units of ``input_mint`` buy; ``Quote.fee`` is the part taken from the input.

        Raises:
            RefusedError: the program would refuse it, or the mint is not of this pool.
        """
        (curve, _, fee_out, output_mint), amounts = self._exchange(input_mint, amount_in)
        received = fee_out.net(amounts.amount_out) if fee_out else amounts.amount_out
        if received <= 0:
            raise RefusedError(f"{amount_in} of {input_mint} is too little to buy anything")
        return Quote(
            input_mint,
            output_mint,
            amount_in,
            received,
            amounts.trade_fee + (amounts.creator_fee if curve.creator_fee_on_input else 0),
            amounts.curve_in * BASIS_POINTS // (curve.reserve_in + amounts.curve_in),
        )

    def quote_exact_out(self, output_mint: str, amount_out: int) -> Quote:
        """What ``amount_out`` raw units of ``output_mint`` cost. Raises like :meth:`quote`."""
        input_mint = self._direction(output_mint).output_mint
        curve, fee_in, fee_out, _ = self._direction(input_mint)
        amounts = exact_out(curve, _sent_for(amount_out, fee_out))
        if amounts is None:
            raise RefusedError(f"pool {self.address} has less than {amount_out} of {output_mint}")
        amount_in = _sent_for(amounts.amount_in, fee_in)
        return Quote(
            input_mint,
            output_mint,
            amount_in,
            amount_out,
            amounts.trade_fee + (amounts.creator_fee if curve.creator_fee_on_input else 0),
            amounts.curve_in * BASIS_POINTS // (curve.reserve_in + amounts.curve_in),
        )

    def after_swap(self, input_mint: str, amount_in: int) -> CpmmState:
        """The state that :meth:`quote`'s swap leaves behind. Raises like :meth:`quote`."""
        (curve, *_), amounts = self._exchange(input_mint, amount_in)
        owed_in, owed_out = self._owed(amounts, curve.creator_fee_on_input)
        gained, lost = amounts.amount_in, -amounts.amount_out
        if input_mint == self.pool.token_0_mint:
            changes = (gained, lost, owed_in, owed_out)
        else:
            changes = (lost, gained, owed_out, owed_in)
        pool = replace(self.pool, owed_0=self.pool.owed_0 + changes[2], owed_1=self.pool.owed_1 + changes[3])
        return replace(self, pool=pool, vault_0=self.vault_0 + changes[0], vault_1=self.vault_1 + changes[1])

    @property
    def _quote_is_1(self) -> bool:
        return quote_side(self.pool.token_0_mint, self.pool.token_1_mint) == 1

    def _side(self, mint: str) -> int:
        mints = (self.pool.token_0_mint, self.pool.token_1_mint)
        if mint not in mints:
            raise RefusedError(f"pool {self.address} does not trade {mint}")
        return mints.index(mint)

    def _direction(self, mint: str) -> _Direction:
        self._side(mint)
        direction = self._directions.get(mint)
        if direction is None:
            raise RefusedError(f"pool {self.address} was emptied: there is nothing to trade")
        return direction

    def _exchange(self, input_mint: str, amount_in: int) -> tuple[_Direction, SwapAmounts]:
        direction = self._directions.get(input_mint) or self._direction(input_mint)
        fee = direction.fee_in
        entering = amount_in if fee is None else fee.net(amount_in)
        if entering <= 0 or amount_in > U64_MAX:
            raise RefusedError(f"a swap of {amount_in} raw units cannot be made")
        return direction, exact_in(direction.curve, entering)

    def _owed(self, amounts: SwapAmounts, creator_fee_on_input: bool) -> tuple[int, int]:
        shares = (self.config.protocol_fee_rate, self.config.fund_fee_rate)
        taken = sum(amounts.trade_fee * share // FEE_DENOMINATOR for share in shares)
        creator = amounts.creator_fee
        return (taken + creator, 0) if creator_fee_on_input else (taken, creator)


def _sent_for(amount: int, fee: TransferFee | None) -> int:
    """What must be sent for ``amount`` to arrive: ``get_transfer_inverse_fee`` in ``utils/token.rs``."""
    withheld = fee.inverse_on(amount) if fee else 0
    if amount <= 0 or amount + withheld > U64_MAX:
        raise RefusedError(f"a swap for {amount} raw units cannot be made")
    return amount + withheld
