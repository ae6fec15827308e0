"""Swaps on Meteora DAMM v2 from executed instructions."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from sniperforge.dex.account_roles import roles_of
from sniperforge.dex.anchor import instruction_discriminator
from sniperforge.dex.anchor_events import emitted
from sniperforge.dex.arrivals import arrived
from sniperforge.dex.growing_layout import read_events
from sniperforge.dex.meteora_damm_v2.events import SWAP_2, SWAPS
from sniperforge.dex.meteora_damm_v2.program import NAME
from sniperforge.dex.pool_events import event_of_call
from sniperforge.dex.sides import trade_side
from sniperforge.dex.token_flow import mint_of, swapped_between
from sniperforge.domain.pool import EventKind
from sniperforge.tokens.addresses import associated_token_address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.dex.venue import Call
    from sniperforge.domain.pool import PoolEvent

FIRST: Final = instruction_discriminator("swap")
SECOND: Final = instruction_discriminator("swap2")

_ROLES: Final[Mapping[str, int]] = {
    "pool": 1,
    "user_input": 2,
    "user_output": 3,
    "vault_a": 4,
    "vault_b": 5,
    "mint_a": 6,
    "mint_b": 7,
    "user": 8,
    "program_a": 9,
    "program_b": 10,
}
_AMOUNTS: Final = struct.Struct("<8xQQ")
_EXACT_OUT: Final = 2
_A_TO_B: Final = 0


def read_swap(call: Call) -> PoolEvent | None:
    """``swap`` and ``swap2``; ``None`` when too short."""
    roles = roles_of(call.instruction.accounts, _ROLES)
    amounts = _asked(call.instruction.data)
    if roles is None or amounts is None:
        return None
    log = {} if call.transaction.failed else _logged(call, roles["pool"])
    a_to_b = log["trade_direction"] == _A_TO_B if log else _direction(call, roles)
    facts = {name: roles[name] for name in ("user", "user_input", "user_output")}
    mints, vaults = (roles["mint_a"], roles["mint_b"]), (roles["vault_a"], roles["vault_b"])
    if a_to_b is not None:
        given, taken = (0, 1) if a_to_b else (1, 0)
        facts |= {"side": trade_side(mints[given], *mints)}
        facts |= {"input_mint": mints[given], "output_mint": mints[taken]}
        if not call.transaction.failed:
            amounts |= swapped_between(call, vaults[given], vaults[taken]) | log
            if log and "amount_out" not in amounts:
                got = arrived(call.transaction, roles["user_output"])
                amounts["amount_out"] = amounts["output_amount"] if got is None else got
    return event_of_call(
        call,
        NAME,
        EventKind.SWAP,
        pool=roles["pool"],
        mints=mints,
        vaults=vaults,
        amounts=amounts,
        facts=facts,
    )


def _asked(data: bytes) -> dict[str, int] | None:
    if len(data) < _AMOUNTS.size:
        return None
    first, second = _AMOUNTS.unpack_from(data)
    if data.startswith(FIRST):
        return {"amount_in": first, "minimum_amount_out": second}
    mode = data[_AMOUNTS.size] if len(data) > _AMOUNTS.size else 0
    names = ("amount_out", "max_amount_in") if mode == _EXACT_OUT else ("amount_in", "minimum_amount_out")
    asked = {"amount_0": first, "amount_1": second, "swap_mode": mode}
    return asked | dict(zip(names, (first, second), strict=True))


def _logged(call: Call, pool: str) -> dict[str, int]:
    """The newer event, which knows transfer fees, else the older one, under the common names too."""
    found: dict[str, int] = {}
    for layout, event in read_events(emitted(call), SWAPS):
        if event.words["pool"] != pool:
            continue
        own = event.numbers
        if layout is SWAP_2:
            return own | {
                "amount_in": own["included_transfer_fee_amount_in"],
                "input_amount": own["included_fee_input_amount"],
                "output_amount": own["included_transfer_fee_amount_out"],
                "amount_out": own["excluded_transfer_fee_amount_out"],
            }
        found = own | {"input_amount": own["actual_amount_in"]}
    return found


def _direction(call: Call, roles: Mapping[str, str]) -> bool | None:
    """Whether A was sold: by the mints of the user's accounts, else by their addresses."""
    for role, sold in (("user_input", True), ("user_output", False)):
        mint = mint_of(call.transaction, roles[role])
        if mint in (roles["mint_a"], roles["mint_b"]):
            return (mint == roles["mint_a"]) is sold
    for side, sold in (("a", True), ("b", False)):
        own = associated_token_address(roles["user"], roles[f"mint_{side}"], roles[f"program_{side}"])
        if own in (roles["user_input"], roles["user_output"]):
            return (own == roles["user_input"]) is sold
    return None
