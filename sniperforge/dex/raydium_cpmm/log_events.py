"""What Raydium CPMM writes into the logs: creation amounts, SwapEvent (both lengths), LpChangeEvent."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from solders.pubkey import Pubkey

from sniperforge.dex.anchor import event_discriminator
from sniperforge.dex.anchor_events import logged_payloads
from sniperforge.dex.invoke_stack import LOG_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable

CREATION_LINES: Final = frozenset(
    {LOG_PREFIX + "Instruction: Initialize", LOG_PREFIX + "Instruction: InitializeWithPermission"}
)

_SWAP_EVENT: Final = event_discriminator("SwapEvent")
_LP_CHANGE_EVENT: Final = event_discriminator("LpChangeEvent")
_SWAP: Final = struct.Struct("<32s6Q?")
_SWAP_TAIL: Final = struct.Struct("<32s32sQQ?")
"""Appended by newer programs: mints, trade fee, creator fee, whether the latter is on the input."""
_LP_CHANGE: Final = struct.Struct("<32s7QB")
_CREATION: Final = re.compile(
    r"liquidity:([0-9]{1,20}), lock_lp_amount:([0-9]{1,20}), "
    r"vault_0_amount:([0-9]{1,20}),vault_1_amount:([0-9]{1,20})"
)


@dataclass(frozen=True, slots=True)
class SwapLog:
    """A SwapEvent. Vault amounts are the reserves before, without fees owed.

    Attributes:
        input_amount: what the pool received; the input transfer fee comes on top.
        output_amount: what the pool sent; the output transfer fee is taken out of it.
        input_mint, output_mint: ``""`` in the short form.
        trade_fee, creator_fee, creator_fee_on_input: ``None`` in the short form.
    """

    pool: str
    input_vault_before: int
    output_vault_before: int
    input_amount: int
    output_amount: int
    input_transfer_fee: int
    output_transfer_fee: int
    base_input: bool
    input_mint: str = ""
    output_mint: str = ""
    trade_fee: int | None = None
    creator_fee: int | None = None
    creator_fee_on_input: bool | None = None

    def amounts(self) -> dict[str, int]:
        """The event's amounts by name; ``amount_in`` and ``amount_out`` are what the user's accounts saw."""
        amounts = {
            "amount_in": self.input_amount + self.input_transfer_fee,
            "amount_out": self.output_amount - self.output_transfer_fee,
            "input_amount": self.input_amount,
            "output_amount": self.output_amount,
            "input_transfer_fee": self.input_transfer_fee,
            "output_transfer_fee": self.output_transfer_fee,
            "input_vault_before": self.input_vault_before,
            "output_vault_before": self.output_vault_before,
        }
        if self.trade_fee is not None and self.creator_fee is not None:
            amounts |= {"trade_fee": self.trade_fee, "creator_fee": self.creator_fee}
        return amounts


@dataclass(frozen=True, slots=True)
class LpChangeLog:
    """An LpChangeEvent.

    Attributes:
        removed: whether liquidity left the pool.
    """

    pool: str
    lp_amount_before: int
    token_0_vault_before: int
    token_1_vault_before: int
    token_0_amount: int
    token_1_amount: int
    token_0_transfer_fee: int
    token_1_transfer_fee: int
    removed: bool

    def amounts(self) -> dict[str, int]:
        """The event's amounts by name."""
        return {
            "token_0_amount": self.token_0_amount,
            "token_1_amount": self.token_1_amount,
            "token_0_transfer_fee": self.token_0_transfer_fee,
            "token_1_transfer_fee": self.token_1_transfer_fee,
            "token_0_vault_before": self.token_0_vault_before,
            "token_1_vault_before": self.token_1_vault_before,
            "lp_amount_before": self.lp_amount_before,
        }


def creation_amounts(lines: Iterable[str]) -> dict[str, int]:
    """The amounts that a creation logs, under the names it gives them; empty when there are none."""
    names = ("liquidity", "lock_lp_amount", "vault_0_amount", "vault_1_amount")
    for line in lines:
        if line.startswith(LOG_PREFIX) and (match := _CREATION.fullmatch(line, len(LOG_PREFIX))):
            return dict(zip(names, map(int, match.groups()), strict=True))
    return {}


def logged_events(lines: Iterable[str]) -> list[SwapLog | LpChangeLog]:
    """The events among one call's own lines; anything else is passed over."""
    found: list[SwapLog | LpChangeLog] = []
    for data in logged_payloads(lines):
        if data[:8] == _SWAP_EVENT and len(data) >= 8 + _SWAP.size:
            found.append(_swap(data))
        elif data[:8] == _LP_CHANGE_EVENT and len(data) >= 8 + _LP_CHANGE.size:
            found.append(_lp_change(data))
    return found


def _swap(data: bytes) -> SwapLog:
    pool, before_in, before_out, amount_in, amount_out, fee_in, fee_out, base_input = _SWAP.unpack_from(
        data, 8
    )
    tail = 8 + _SWAP.size
    if len(data) >= tail + _SWAP_TAIL.size:
        input_mint, output_mint, trade_fee, creator_fee, on_input = _SWAP_TAIL.unpack_from(data, tail)
        rest = (_address(input_mint), _address(output_mint), trade_fee, creator_fee, on_input)
    else:
        rest = ("", "", None, None, None)
    return SwapLog(
        _address(pool), before_in, before_out, amount_in, amount_out, fee_in, fee_out, base_input, *rest
    )


def _lp_change(data: bytes) -> LpChangeLog:
    pool, lp, before_0, before_1, amount_0, amount_1, fee_0, fee_1, kind = _LP_CHANGE.unpack_from(data, 8)
    removed = kind == 1
    return LpChangeLog(_address(pool), lp, before_0, before_1, amount_0, amount_1, fee_0, fee_1, removed)


def _address(raw: bytes) -> str:
    return str(Pubkey.from_bytes(raw))
