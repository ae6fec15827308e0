"""What Raydium AMM v4 writes into the logs: ``ray_log`` lines, from ``log.rs``, and a creation's line."""

from __future__ import annotations

import binascii
import struct
from base64 import b64decode
from typing import TYPE_CHECKING, Final, NamedTuple

from solders.pubkey import Pubkey

from sniperforge.dex.invoke_stack import LOG_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable

CREATION_START: Final = LOG_PREFIX + "initialize2: InitializeInstruction2 {"
_RAY_LOG: Final = LOG_PREFIX + "ray_log: "

INIT, DEPOSIT, WITHDRAW, SWAP_BASE_IN, SWAP_BASE_OUT = range(5)
PC_TO_COIN: Final = 1

_SWAP: Final = struct.Struct("<x7Q")
_LAYOUTS: Final = {
    INIT: (
        struct.Struct("<xQBBQQQQ"),
        ("time", "pc_decimals", "coin_decimals", "pc_lot_size", "coin_lot_size", "pc_amount", "coin_amount"),
    ),
    DEPOSIT: (
        struct.Struct("<x6Q32x3Q"),
        (
            "max_coin",
            "max_pc",
            "base",
            "pool_coin",
            "pool_pc",
            "pool_lp",
            "deduct_coin",
            "deduct_pc",
            "mint_lp",
        ),
    ),
    WITHDRAW: (
        struct.Struct("<x5Q32x2Q"),
        ("withdraw_lp", "user_lp", "pool_coin", "pool_pc", "pool_lp", "out_coin", "out_pc"),
    ),
    SWAP_BASE_IN: (
        _SWAP,
        ("amount_in", "minimum_out", "direction", "user_source", "pool_coin", "pool_pc", "out_amount"),
    ),
    SWAP_BASE_OUT: (
        _SWAP,
        ("max_in", "amount_out", "direction", "user_source", "pool_coin", "pool_pc", "deduct_in"),
    ),
}
_MARKET_AT: Final = _LAYOUTS[INIT][0].size


class RayLog(NamedTuple):
    """One ``ray_log``.

    Attributes:
        kind: :data:`INIT` and so on.
        amounts: the program's own fields. ``pool_coin`` and ``pool_pc`` are the reserves before.
        market: base58, of a creation; else ``""``.
    """

    kind: int
    amounts: dict[str, int]
    market: str = ""

    def common(self) -> dict[str, int]:
        """The fields, and the same under the names that all venues share."""
        own = self.amounts
        if self.kind == SWAP_BASE_IN:
            amount_in, amount_out = own["amount_in"], own["out_amount"]
        elif self.kind == SWAP_BASE_OUT:
            amount_in, amount_out = own["deduct_in"], own["amount_out"]
        else:
            return {**own, **_liquidity(self.kind, own)}
        shared = {"amount_in": amount_in, "amount_out": amount_out}
        return {**own, **shared, "input_amount": amount_in, "output_amount": amount_out}


def ray_log_in(lines: Iterable[str]) -> RayLog | None:
    """The last well-formed ``ray_log`` among one call's own lines: a call writes one."""
    found = None
    for line in lines:
        if line.startswith(_RAY_LOG):
            found = _decode(line[len(_RAY_LOG) :]) or found
    return found


def _liquidity(kind: int, own: dict[str, int]) -> dict[str, int]:
    if kind == DEPOSIT:
        return {
            "coin_amount": own["deduct_coin"],
            "pc_amount": own["deduct_pc"],
            "lp_amount": own["mint_lp"],
        }
    if kind == WITHDRAW:
        return {"coin_amount": own["out_coin"], "pc_amount": own["out_pc"], "lp_amount": own["withdraw_lp"]}
    return {}


def _decode(text: str) -> RayLog | None:
    try:
        data = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    layout = _LAYOUTS.get(data[0]) if data else None
    if layout is None or len(data) < layout[0].size:
        return None
    kind = data[0]
    if kind == INIT and len(data) < _MARKET_AT + 32:
        return None
    market = str(Pubkey.from_bytes(data[_MARKET_AT : _MARKET_AT + 32])) if kind == INIT else ""
    return RayLog(kind, dict(zip(layout[1], layout[0].unpack_from(data), strict=True)), market)
