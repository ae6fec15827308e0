"""Trades on Raydium LaunchLab's curves from executed instructions."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from sniperforge.dex.anchor import DISCRIMINATOR_SIZE, instruction_discriminator
from sniperforge.dex.anchor_events import emitted
from sniperforge.dex.arrivals import arrived
from sniperforge.dex.pool_events import event_of_call
from sniperforge.dex.raydium_launchlab.instructions import BUY_EXACT_IN, SELL_EXACT_IN
from sniperforge.dex.raydium_launchlab.log_events import trade_amounts, trades_in
from sniperforge.dex.raydium_launchlab.program import NAME
from sniperforge.dex.token_flow import sent_between
from sniperforge.domain.addresses import SYSTEM_PROGRAM, TOKEN_PROGRAM
from sniperforge.domain.pool import EventKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.dex.growing_layout import Fields
    from sniperforge.dex.venue import Call
    from sniperforge.domain.pool import PoolEvent

BUY_EXACT_OUT: Final = instruction_discriminator("buy_exact_out")
SELL_EXACT_OUT: Final = instruction_discriminator("sell_exact_out")

_EXACT_IN: Final = ("amount_in", "minimum_amount_out")
_EXACT_OUT: Final = ("amount_out", "maximum_amount_in")
FORMS: Final[Mapping[bytes, tuple[bool, tuple[str, str]]]] = {
    BUY_EXACT_IN: (True, _EXACT_IN),
    SELL_EXACT_IN: (False, _EXACT_IN),
    BUY_EXACT_OUT: (True, _EXACT_OUT),
    SELL_EXACT_OUT: (False, _EXACT_OUT),
}
"""By first bytes: whether it buys, and what its arguments are."""

_ARGUMENTS: Final = struct.Struct("<QQ")
_SHARE_AT: Final = slice(24, 32)
_ACCOUNTS: Final = 11
_FIXED_ACCOUNTS: Final = 15


def read_trade(call: Call) -> PoolEvent | None:
    """The four kinds of trades; ``None`` when too short."""
    accounts, data = call.instruction.accounts, call.instruction.data
    buying, names = FORMS[data[:DISCRIMINATOR_SIZE]]
    if len(accounts) < _ACCOUNTS or len(data) < DISCRIMINATOR_SIZE + _ARGUMENTS.size:
        return None
    mints, vaults = (accounts[9], accounts[10]), (accounts[7], accounts[8])
    amounts = dict(zip(names, _ARGUMENTS.unpack_from(data, DISCRIMINATOR_SIZE), strict=True))
    amounts["share_fee_rate"] = int.from_bytes(data[_SHARE_AT], "little")
    given, taken = (1, 0) if buying else (0, 1)
    facts = {
        "side": "buy" if buying else "sell",
        "input_mint": mints[given],
        "output_mint": mints[taken],
        "user": accounts[0],
        "user_input": accounts[5 + given],
        "user_output": accounts[5 + taken],
        "global_config": accounts[2],
        "platform_config": accounts[3],
        **_fee_vaults(accounts),
    }
    if not call.transaction.failed:
        trade = next((one for one in trades_in(emitted(call)) if one.words["pool"] == accounts[4]), None)
        programs = accounts[11:13] if len(accounts) >= 13 else ("", "")
        amounts |= _real_amounts(call, trade, facts, (vaults[given], vaults[taken]), programs[taken])
        if trade is not None and "pool_status" in trade.words:
            facts["pool_status"] = trade.words["pool_status"]
    return event_of_call(
        call,
        NAME,
        EventKind.SWAP,
        pool=accounts[4],
        mints=mints,
        vaults=vaults,
        amounts=amounts,
        facts=facts,
    )


def _fee_vaults(accounts: tuple[str, ...]) -> dict[str, str]:
    """Since creators have a fee, two vaults come after the system program; a referrer comes before it."""
    tail = accounts[_FIXED_ACCOUNTS:]
    at = tail.index(SYSTEM_PROGRAM) if SYSTEM_PROGRAM in tail else len(tail)
    return dict(zip(("platform_fee_vault", "creator_fee_vault"), tail[at + 1 : at + 3], strict=False))


def _real_amounts(
    call: Call, trade: Fields | None, facts: Mapping[str, str], vaults: tuple[str, str], output_program: str
) -> dict[str, int]:
    """The curve's side by its event, the user's by transfers: they differ where a mint has a transfer fee."""
    paid, given = sent_between(call, into=vaults[0], out_of=vaults[1])
    amounts = {} if trade is None else trade_amounts(trade)
    sent = amounts.get("output_amount", given)
    received = sent
    if output_program != TOKEN_PROGRAM:
        received = arrived(call.transaction, facts["user_output"])
        if received is None or sent is None or not 0 <= received <= sent:
            received = None
    found = {"amount_in": paid, "output_amount": sent, "amount_out": received}
    return amounts | {name: amount for name, amount in found.items() if amount is not None}
