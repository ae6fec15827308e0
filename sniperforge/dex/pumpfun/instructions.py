"""Instructions for Pump.fun's curves, in every form that the program takes: data and account lists.

Source: ``idl`` and ``docs/instructions`` of pump-fun/pump-public-docs. New trades of SOL pairs use the first
form, those of other pairs the third: they name fewest accounts. Cashback coins do not trade by the third.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from solders.instruction import Instruction

from sniperforge.dex import pump_fees
from sniperforge.dex.account_roles import metas_of
from sniperforge.dex.anchor import instruction_discriminator
from sniperforge.dex.pumpfun import program
from sniperforge.domain.addresses import ASSOCIATED_TOKEN_PROGRAM, SYSTEM_PROGRAM, WSOL_MINT
from sniperforge.domain.amounts import U64_MAX
from sniperforge.errors import RefusedError
from sniperforge.tokens.addresses import associated_token_address, pubkey

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_AMOUNTS: Final = struct.Struct("<QQ")
_FALSE: Final = b"\0"


@dataclass(frozen=True, slots=True)
class Parties:
    """Who and what a trade on a curve names, base58.

    Attributes:
        mint, token_program: the coin's.
        quote_mint, quote_program: of what it is priced in; wrapped SOL for SOL.
        creator: the curve's.
        fee_recipient, buyback_recipient: wallets out of the lists in the Global account.
        user_base: the user's account of the coin.
        user_quote: the user's account of the quote; SOL pairs move the wallet's lamports and only name an
            account of wrapped SOL, which need not exist.
    """

    mint: str
    token_program: str
    quote_mint: str
    quote_program: str
    creator: str
    fee_recipient: str
    buyback_recipient: str
    user: str
    user_base: str
    user_quote: str
    cashback: bool = False

    @property
    def curve(self) -> str:
        """The curve account."""
        return program.curve_address(self.mint)

    @property
    def trades_lamports(self) -> bool:
        """Whether the quote is SOL, which the program moves as lamports."""
        return self.quote_mint == WSOL_MINT

    def quote_account(self, owner: str) -> str:
        """The associated account of the quote that ``owner`` has or would have."""
        return associated_token_address(owner, self.quote_mint, self.quote_program)


_ADDRESSES: Final[Mapping[str, Callable[[Parties], str]]] = {
    "associated_token_program": lambda _: ASSOCIATED_TOKEN_PROGRAM,
    "base_mint": lambda p: p.mint,
    "base_token_program": lambda p: p.token_program,
    "base_user": lambda p: p.user_base,
    "base_vault": lambda p: associated_token_address(p.curve, p.mint, p.token_program),
    "buyback_payee": lambda p: (
        p.buyback_recipient if p.trades_lamports else p.quote_account(p.buyback_recipient)
    ),
    "buyback_recipient": lambda p: p.buyback_recipient,
    "creator_vault": lambda p: program.creator_vault(p.creator),
    "curve": lambda p: p.curve,
    "curve_v2": lambda p: program.curve_v2_address(p.mint),
    "event_authority": lambda _: program.EVENT_AUTHORITY,
    "fee_config": lambda _: program.FEE_CONFIG,
    "fee_program": lambda _: pump_fees.PROGRAM,
    "fee_recipient": lambda p: p.fee_recipient,
    "global": lambda _: program.GLOBAL,
    "global_volume_accumulator": lambda _: program.GLOBAL_VOLUME_ACCUMULATOR,
    "program": lambda _: program.PROGRAM,
    "quote_buyback": lambda p: p.quote_account(p.buyback_recipient),
    "quote_creator_vault": lambda p: p.quote_account(program.creator_vault(p.creator)),
    "quote_fee_recipient": lambda p: p.quote_account(p.fee_recipient),
    "quote_mint": lambda p: p.quote_mint,
    "quote_token_program": lambda p: p.quote_program,
    "quote_user": lambda p: p.user_quote,
    "quote_vault": lambda p: p.quote_account(p.curve),
    "quote_volume_accumulator": lambda p: p.quote_account(program.user_volume_accumulator(p.user)),
    "sharing_config": lambda p: program.sharing_config(p.mint),
    "system_program": lambda _: SYSTEM_PROGRAM,
    "user": lambda p: p.user,
    "user_volume_accumulator": lambda p: program.user_volume_accumulator(p.user),
}

_FIRST_BUY: Final = (
    "global fee_recipient:w base_mint curve:w base_vault:w base_user:w user:ws system_program"
    " base_token_program creator_vault:w event_authority program global_volume_accumulator"
    " user_volume_accumulator:w fee_config fee_program curve_v2 buyback_recipient:w"
)
_FIRST_SALE: Final = (
    "global fee_recipient:w base_mint curve:w base_vault:w base_user:w user:ws system_program"
    " creator_vault:w base_token_program event_authority program fee_config fee_program curve_v2"
    " buyback_recipient:w"
)
_FIRST_SALE_WITH_CASHBACK: Final = _FIRST_SALE.replace("curve_v2", "user_volume_accumulator:w curve_v2")
_SECOND: Final = (
    "global base_mint quote_mint base_token_program quote_token_program associated_token_program"
    " fee_recipient:w quote_fee_recipient:w buyback_recipient:w quote_buyback:w curve:w base_vault:w"
    " quote_vault:w user:ws base_user:w quote_user:w creator_vault:w quote_creator_vault:w"
    " sharing_config global_volume_accumulator user_volume_accumulator:w quote_volume_accumulator:w"
    " fee_config fee_program system_program event_authority program"
)
_SECOND_SALE: Final = _SECOND.replace(" global_volume_accumulator", "")
_THIRD: Final = (
    "global base_mint quote_mint base_token_program quote_token_program curve:w base_vault:w"
    " quote_vault:w user:ws base_user:w quote_user:w user_volume_accumulator:w fee_config"
    " buyback_payee:w system_program event_authority program"
)
_LISTS: Final[Mapping[str, str]] = {
    "buy": _FIRST_BUY,
    "buy_exact_sol_in": _FIRST_BUY,
    "sell": _FIRST_SALE,
    "buy_v2": _SECOND,
    "buy_exact_quote_in_v2": _SECOND,
    "sell_v2": _SECOND_SALE,
    "buy_v3": _THIRD,
    "buy_exact_quote_in_v3": _THIRD,
    "sell_v3": _THIRD,
}
"""Roles by instruction, ``w`` writable, ``s`` signer."""

_TRACKS_VOLUME: Final = frozenset({"buy", "buy_exact_sol_in"})
"""Take a third argument, whether to count the trade for incentives that have ended."""


def build(name: str, parties: Parties, amount: int, limit: int) -> Instruction:
    """The instruction ``name`` of the program.

    Args:
        name: as in its IDL, a trade.
        parties: whom it names.
        amount, limit: its two arguments.

    Raises:
        DecodeError: one of ``parties`` is not an address.
        RefusedError: an amount does not fit a u64, or the oldest form is asked for another quote than SOL.
    """
    if not (0 <= amount <= U64_MAX and 0 <= limit <= U64_MAX):
        raise RefusedError("a swap's amounts must be from 0 to 2^64 - 1")
    roles = _LISTS[name]
    if roles in (_FIRST_BUY, _FIRST_SALE) and not parties.trades_lamports:
        raise RefusedError(f"{name} trades coins in SOL only")
    if roles is _FIRST_SALE and parties.cashback:
        roles = _FIRST_SALE_WITH_CASHBACK
    data = instruction_discriminator(name) + _AMOUNTS.pack(amount, limit)
    tail = _FALSE if name in _TRACKS_VOLUME else b""
    return Instruction(pubkey(program.PROGRAM), data + tail, metas_of(roles, parties, _ADDRESSES))


def swap(parties: Parties, *, buys: bool, amount_in: int, minimum_out: int) -> Instruction:
    """A trade of exactly ``amount_in``. Raises like :func:`build`."""
    least = max(minimum_out, 1)
    if parties.trades_lamports:
        if buys:
            return build("buy_exact_sol_in", parties, amount_in, least)
        return build("sell", parties, amount_in, minimum_out)
    form = "v2" if parties.cashback else "v3"
    if buys:
        return build(f"buy_exact_quote_in_{form}", parties, amount_in, least)
    return build(f"sell_{form}", parties, amount_in, minimum_out)
