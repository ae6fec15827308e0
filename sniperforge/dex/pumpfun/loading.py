"""From fetched accounts to the state of a curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.dex.fetched import found
from sniperforge.dex.pump_fees import decode_fee_config
from sniperforge.dex.pumpfun import program
from sniperforge.dex.pumpfun.accounts import decode_curve, decode_global
from sniperforge.dex.pumpfun.state import Coin, CurveState
from sniperforge.domain.addresses import SOL_DECIMALS, TOKEN_PROGRAM, TOKEN_PROGRAMS, WSOL_MINT
from sniperforge.errors import DecodeError, NotFoundError
from sniperforge.tokens.mint import decode_mint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.domain.chain import Account
    from sniperforge.tokens.mint import Mint


def mint_of(pool: str, accounts: Mapping[str, Account | None]) -> str:
    """The coin of a curve: ``pool`` itself when it is a mint, else the one of ``accounts`` whose curve it is.

    Raises:
        NotFoundError: none of them: a curve's address follows from its coin's, and not the other way.
    """
    account = accounts.get(pool)
    if account is not None and account.owner in TOKEN_PROGRAMS:
        return pool
    for address, other in accounts.items():
        if other is not None and other.owner in TOKEN_PROGRAMS and program.curve_address(address) == pool:
            return address
    raise NotFoundError(
        f"which coin trades on curve {pool} cannot be told from the curve",
        details={"address": pool},
        hint="give the address of the coin's mint instead",
    )


def needed_by(pool: str, known: Mapping[str, Account | None]) -> tuple[str, ...]:
    """What :func:`load_state` needs for ``pool``, a curve or its coin's mint, besides ``pool`` itself.

    Raises:
        DecodeError: what ``known`` holds is not a curve.
        NotFoundError: there is no curve, or its coin is not known.
    """
    found(pool, known)
    mint = mint_of(pool, known)
    curve = program.curve_address(mint)
    needed = (curve, mint, program.GLOBAL, program.FEE_CONFIG)
    if curve not in known:
        return needed
    quote_mint = decode_curve(found(curve, known)).quote_mint
    return needed if quote_mint == WSOL_MINT else (*needed, quote_mint)


def load_state(pool: str, accounts: Mapping[str, Account | None], *, epoch: int) -> CurveState:
    """The state of a curve, named by its own address or its coin's.

    Raises:
        DecodeError: an account is not what it should be, or a mint takes a fee of transfers, which no coin of
            the program does.
        NotFoundError: an account is missing.
    """
    mint = decode_mint(found(mint_of(pool, accounts), accounts))
    account = decode_curve(found(program.curve_address(mint.address), accounts))
    quote_program, quote_decimals = TOKEN_PROGRAM, SOL_DECIMALS
    _refuse_transfer_fee(mint, epoch)
    if account.quote_mint != WSOL_MINT:
        quote = decode_mint(found(account.quote_mint, accounts))
        _refuse_transfer_fee(quote, epoch)
        quote_program, quote_decimals = quote.program, quote.decimals
    return CurveState(
        account,
        Coin(mint.address, mint.program, mint.decimals, mint.supply, quote_program, quote_decimals),
        decode_global(found(program.GLOBAL, accounts)),
        decode_fee_config(found(program.FEE_CONFIG, accounts)),
    )


def _refuse_transfer_fee(mint: Mint, epoch: int) -> None:
    fee = mint.transfer_fee_at(epoch)
    if fee is not None and fee.bps:
        raise DecodeError(
            f"mint {mint.address} takes a fee of transfers: trades of it on a curve are not known"
        )
