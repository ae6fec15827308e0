"""One pool as it is now: found by its address, loaded from accounts of one slot, shown with exact numbers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from sniperforge.dex.pumpfun.program import curve_address
from sniperforge.dex.pumpfun.state import CurveState
from sniperforge.dex.pumpswap.state import PumpswapState
from sniperforge.dex.raydium_amm_v4.state import AmmState
from sniperforge.dex.raydium_cpmm.state import CpmmState
from sniperforge.dex.registry import READERS, VENUES
from sniperforge.domain.addresses import TOKEN_PROGRAMS
from sniperforge.domain.amounts import TokenAmount
from sniperforge.errors import DecodeError, NotFoundError, RefusedError, UnavailableError
from sniperforge.tokens.account import decode_token_account

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sniperforge.chain.rpc import RpcClient
    from sniperforge.dex.venue import Anatomy, PoolReader, PoolState, PoolView, Venue
    from sniperforge.domain.chain import Account
    from sniperforge.tokens.transfer_fee import TransferFee

_Reader = TypeVar("_Reader", bound="PoolReader")

COMMITMENT: Final = "processed"
_ROUNDS: Final = 3
_DIGITS: Final = 18
_PPM_PER_PERCENT: Final = 10_000


@dataclass(frozen=True, slots=True)
class ShownPool:
    """A pool and how it is built.

    Attributes:
        program_id: of its venue, base58.
        slot: all of it is of this slot.
        base_held: raw units in the base vault; 0 where it is not among the accounts of a quote.
    """

    venue: PoolReader
    state: PoolView
    anatomy: Anatomy
    program_id: str
    slot: int
    base_held: int = 0

    @property
    def price(self) -> Fraction | None:
        """Whole quote tokens per whole base token, exact, before fees; ``None`` when the pool is empty."""
        state = self.state
        try:
            raw = state.spot_price
        except RefusedError:
            return None
        shift = state.decimals(state.base_mint) - state.decimals(state.quote_mint)
        return raw * Fraction(10) ** shift

    def to_json(self, now: float) -> dict[str, Any]:
        """The document form; ``now`` in Unix seconds tells whether it is open."""
        state, anatomy = self.state, self.anatomy
        base, quote = reserves_of(state, self.base_held)
        return {
            "pool": state.address,
            "dex": state.dex,
            "program_id": self.program_id,
            "base_mint": state.base_mint,
            "quote_mint": state.quote_mint,
            "base_reserve": base.to_json(),
            "quote_reserve": quote.to_json(),
            "price": None if self.price is None else _price(self.price),
            "liquidity": quote.to_json(),
            "open_time": state.open_time,
            "open": state.swap_enabled and now >= state.open_time,
            "swap_enabled": state.swap_enabled,
            "canonical": anatomy.canonical,
            "creator": anatomy.creator,
            "base_vault": anatomy.base_vault,
            "quote_vault": anatomy.quote_vault,
            "lp_mint": anatomy.lp_mint,
            "lp_pool_supply": _text(anatomy.lp_pool_supply),
            "lp_mint_supply": _text(anatomy.lp_mint_supply),
            "fees": fees_of(state),
            "slot": self.slot,
        }


@dataclass(frozen=True, slots=True)
class LoadedPool(ShownPool):
    """A pool that can be quoted and traded."""

    venue: Venue
    state: PoolState


class _Read(NamedTuple):
    program_id: str
    slot: int
    accounts: Mapping[str, Account | None]
    epoch: int


async def show_pool(rpc: RpcClient, address: str) -> ShownPool:
    """The pool at ``address``, of whatever venue, also of those that are only looked at.

    A curve of Pump.fun is named by its coin's mint: it does not tell which coin trades on it.

    Raises:
        NotFoundError: nothing is there, or it is no pool of a venue that is known.
        UnavailableError: no usable answer.
    """
    try:
        venue, read = await _read(rpc, address, READERS)
        state = venue.load(address, read.accounts, epoch=read.epoch)
        anatomy = venue.anatomy(state, read.accounts)
        held = _held(anatomy.base_vault, read.accounts)
        return ShownPool(venue, state, anatomy, read.program_id, read.slot, held)
    except DecodeError as error:
        raise NotFoundError(f"no pool at {address}: {error.message}") from None


async def load_pool(rpc: RpcClient, address: str) -> LoadedPool:
    """The pool at ``address``, of a venue that is traded. Raises like :func:`show_pool`."""
    try:
        venue, read = await _read(rpc, address, VENUES)
        state = venue.load(address, read.accounts, epoch=read.epoch)
        anatomy = venue.anatomy(state, read.accounts)
        held = _held(anatomy.base_vault, read.accounts)
        return LoadedPool(venue, state, anatomy, read.program_id, read.slot, held)
    except DecodeError as error:
        raise NotFoundError(f"no pool at {address}: {error.message}") from None


async def _read(rpc: RpcClient, address: str, venues: Sequence[_Reader]) -> tuple[_Reader, _Read]:
    account = await rpc.account(address, COMMITMENT)
    if account is None:
        raise NotFoundError(f"no pool at {address}: there is no such account on this chain")
    owner = account.owner
    if owner in TOKEN_PROGRAMS and (curve := await rpc.account(curve_address(address), COMMITMENT)):
        owner = curve.owner
    venue = next((each for each in venues if owner in each.programs.values()), None)
    if venue is None:
        raise NotFoundError(
            f"no pool at {address}: the account belongs to program {account.owner}",
            hint=f"known venues: {', '.join(each.name for each in venues)}",
        )
    slot, accounts = await _accounts(rpc, venue, address, account)
    epoch = (await rpc.epoch_info(COMMITMENT)).epoch
    return venue, _Read(owner, slot, accounts, epoch)


def _held(vault: str, accounts: Mapping[str, Account | None]) -> int:
    account = accounts.get(vault)
    return decode_token_account(account).raw if account else 0


async def _accounts(
    rpc: RpcClient, venue: PoolReader, address: str, account: Account
) -> tuple[int, Mapping[str, Account | None]]:
    """Everything the pool is made of, in one read, so that it is of one slot."""
    known: Mapping[str, Account | None] = {address: account}
    slot = 0
    for _ in range(_ROUNDS):
        needed = venue.required_accounts(address, known)
        if not needed:
            return slot, known
        found = await rpc.accounts([*known, *needed], COMMITMENT)
        slot, known = found.slot, found.accounts
    raise UnavailableError(f"the accounts of pool {address} cannot be read together", hint="try again")


def reserves_of(state: PoolView, base_held: int) -> tuple[TokenAmount, TokenAmount]:
    """What backs the price: base and quote, fees owed to others left out where the venue owes any."""
    quote = TokenAmount(state.quote_mint, state.quote_liquidity, state.decimals(state.quote_mint))
    if isinstance(state, CpmmState):
        base_held = state.reserve_0 + state.reserve_1 - state.quote_liquidity
    elif isinstance(state, AmmState):
        base_held = state.reserve_coin + state.reserve_pc - state.quote_liquidity
    elif isinstance(state, CurveState):
        base_held = state.account.real_token
    return TokenAmount(state.base_mint, base_held, state.decimals(state.base_mint)), quote


def fees_of(state: PoolView) -> dict[str, Any]:
    """What a swap pays: to the pool in percent of the input, to Token-2022 mints per transfer."""
    if isinstance(state, AmmState):
        fee = Fraction(100 * state.pool.fee_numerator, state.pool.fee_denominator)
        return {"trade_percent": decimal_text(fee)}
    if isinstance(state, CurveState | PumpswapState):
        return _pump_fees(state)
    if not isinstance(state, CpmmState):
        return {}
    config, pool = state.config, state.pool
    creator = config.creator_fee_rate if pool.creator_fee_enabled else 0
    return {
        "trade_percent": _percent(config.trade_fee_rate),
        "creator_percent": _percent(creator),
        "protocol_share_percent": _percent(config.protocol_fee_rate),
        "fund_share_percent": _percent(config.fund_fee_rate),
        "amm_config": config.address,
        "transfer": {
            mint: {"bps": fee.bps, "maximum": str(fee.maximum)}
            for mint, fee in _transfer_fees(state).items()
            if fee is not None
        },
    }


def decimal_text(value: Fraction, digits: int = _DIGITS) -> str:
    """``value`` as decimal text with ``digits`` significant digits."""
    with localcontext() as context:
        context.prec = digits
        return f"{(Decimal(value.numerator) / Decimal(value.denominator)).normalize():f}"


def _pump_fees(state: CurveState | PumpswapState) -> dict[str, str]:
    """Of the tier in force; it moves with the market cap."""
    pool, creator = (
        (state.math.protocol, state.math.creator)
        if isinstance(state, CurveState)
        else (state.reserves.lp + state.reserves.protocol, state.reserves.creator)
    )
    return {
        name: decimal_text(Fraction(bps, 100))
        for name, bps in (("trade_percent", pool), ("creator_percent", creator))
    }


def _transfer_fees(state: CpmmState) -> dict[str, TransferFee | None]:
    pool = state.pool
    return {pool.token_0_mint: state.transfer_fee_0, pool.token_1_mint: state.transfer_fee_1}


def _price(value: Fraction) -> dict[str, str]:
    return {
        "decimal": decimal_text(value),
        "inverse": decimal_text(1 / value),
        "numerator": str(value.numerator),
        "denominator": str(value.denominator),
    }


def _percent(parts_per_million: int) -> str:
    return f"{(Decimal(parts_per_million) / _PPM_PER_PERCENT).normalize():f}"


def _text(value: int | None) -> str | None:
    return None if value is None else str(value)
