"""Instructions for PumpSwap, in every form that the program takes: data and account lists.

Source: ``idl`` and ``docs/instructions`` of pump-fun/pump-public-docs. New trades use the second form, which
names fewest accounts; pools of cashback coins only trade by the first.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from solders.instruction import Instruction

from sniperforge.dex import pump_fees
from sniperforge.dex.account_roles import metas_of
from sniperforge.dex.anchor import instruction_discriminator
from sniperforge.dex.pumpfun.program import NO_KEY
from sniperforge.dex.pumpswap import program
from sniperforge.domain.addresses import ASSOCIATED_TOKEN_PROGRAM, SYSTEM_PROGRAM
from sniperforge.domain.amounts import U64_MAX
from sniperforge.errors import RefusedError
from sniperforge.tokens.addresses import associated_token_address, pubkey

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sniperforge.dex.pumpswap.accounts import PumpPool

_AMOUNTS: Final = struct.Struct("<QQ")
_FALSE: Final = b"\0"


@dataclass(frozen=True, slots=True)
class Parties:
    """Who and what a trade in a pool names, base58.

    Attributes:
        base_program, quote_program: token programs of the pool's mints.
        fee_recipient, buyback_recipient: wallets out of the lists in the GlobalConfig.
        user_base, user_quote: the user's token accounts.
    """

    pool: PumpPool
    base_program: str
    quote_program: str
    fee_recipient: str
    buyback_recipient: str
    user: str
    user_base: str
    user_quote: str

    def quote_account(self, owner: str) -> str:
        """The associated account of the pool's quote that ``owner`` has or would have."""
        return associated_token_address(owner, self.pool.quote_mint, self.quote_program)

    @property
    def creator_authority(self) -> str:
        """Who owns the account in which the creator's fees wait."""
        return program.creator_vault_authority(self.pool.coin_creator)


_ADDRESSES: Final[Mapping[str, Callable[[Parties], str]]] = {
    "associated_token_program": lambda _: ASSOCIATED_TOKEN_PROGRAM,
    "base_mint": lambda p: p.pool.base_mint,
    "base_token_program": lambda p: p.base_program,
    "base_user": lambda p: p.user_base,
    "base_vault": lambda p: p.pool.base_vault,
    "buyback_recipient": lambda p: p.buyback_recipient,
    "creator_authority": lambda p: p.creator_authority,
    "event_authority": lambda _: program.EVENT_AUTHORITY,
    "fee_config": lambda _: program.FEE_CONFIG,
    "fee_program": lambda _: pump_fees.PROGRAM,
    "fee_recipient": lambda p: p.fee_recipient,
    "global_config": lambda _: program.GLOBAL_CONFIG,
    "global_volume_accumulator": lambda _: program.GLOBAL_VOLUME_ACCUMULATOR,
    "pool": lambda p: p.pool.address,
    "pool_v2": lambda p: program.pool_v2_address(p.pool.base_mint),
    "program": lambda _: program.PROGRAM,
    "quote_buyback": lambda p: p.quote_account(p.buyback_recipient),
    "quote_creator_vault": lambda p: p.quote_account(p.creator_authority),
    "quote_fee_recipient": lambda p: p.quote_account(p.fee_recipient),
    "quote_mint": lambda p: p.pool.quote_mint,
    "quote_token_program": lambda p: p.quote_program,
    "quote_user": lambda p: p.user_quote,
    "quote_vault": lambda p: p.pool.quote_vault,
    "quote_volume_accumulator": lambda p: p.quote_account(program.user_volume_accumulator(p.user)),
    "system_program": lambda _: SYSTEM_PROGRAM,
    "user": lambda p: p.user,
    "user_volume_accumulator": lambda p: program.user_volume_accumulator(p.user),
}

_FIRST: Final = (
    "pool:w user:ws global_config base_mint quote_mint base_user:w quote_user:w base_vault:w"
    " quote_vault:w fee_recipient quote_fee_recipient:w base_token_program quote_token_program"
    " system_program associated_token_program event_authority program quote_creator_vault:w"
    " creator_authority "
)
_FIRST_BUY: Final = _FIRST + "global_volume_accumulator user_volume_accumulator:w fee_config fee_program"
_FIRST_SALE: Final = _FIRST + "fee_config fee_program"
_SECOND: Final = (
    "pool:w user:ws global_config base_mint quote_mint base_user:w quote_user:w base_vault:w"
    " quote_vault:w base_token_program quote_token_program system_program user_volume_accumulator:w"
    " fee_config quote_buyback:w event_authority program"
)
_BUYS: Final = frozenset({"buy", "buy_exact_quote_in"})
_SECOND_FORM: Final = "_v2"


def build(name: str, parties: Parties, amount: int, limit: int) -> Instruction:
    """The instruction ``name`` of the program.

    Args:
        name: as in its IDL, a trade.
        parties: whom it names.
        amount, limit: its two arguments.

    Raises:
        DecodeError: one of ``parties`` is not an address.
        RefusedError: an amount does not fit a u64.
    """
    if not (0 <= amount <= U64_MAX and 0 <= limit <= U64_MAX):
        raise RefusedError("a swap's amounts must be from 0 to 2^64 - 1")
    data = instruction_discriminator(name) + _AMOUNTS.pack(amount, limit)
    tail = _FALSE if name in _BUYS else b""
    roles = _SECOND if name.endswith(_SECOND_FORM) else _first_form(name, parties.pool)
    return Instruction(pubkey(program.PROGRAM), data + tail, metas_of(roles, parties, _ADDRESSES))


def swap(parties: Parties, *, buys: bool, amount_in: int, minimum_out: int) -> Instruction:
    """A trade of exactly ``amount_in`` in the form of today. Raises like :func:`build`."""
    form = "" if parties.pool.cashback else _SECOND_FORM
    if buys:
        return build(f"buy_exact_quote_in{form}", parties, amount_in, max(minimum_out, 1))
    return build(f"sell{form}", parties, amount_in, minimum_out)


def _first_form(name: str, pool: PumpPool) -> str:
    """The list of the first form, with what it got added at its end since."""
    buys = name in _BUYS
    roles = [_FIRST_BUY if buys else _FIRST_SALE]
    if pool.cashback:
        roles.append("quote_volume_accumulator:w" + ("" if buys else " user_volume_accumulator:w"))
    if pool.coin_creator != NO_KEY:
        roles.append("pool_v2")
    return " ".join([*roles, "buyback_recipient quote_buyback:w"])
