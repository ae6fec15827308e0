"""Pool events of Raydium AMM v4 from executed instructions. Swaps name no mints: balances tell them."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from sniperforge.dex.dispatch import dispatched
from sniperforge.dex.pool_events import event_of_call
from sniperforge.dex.raydium_amm_v4 import program
from sniperforge.dex.raydium_amm_v4.ray_log import PC_TO_COIN, RayLog, ray_log_in
from sniperforge.dex.sides import trade_side
from sniperforge.dex.token_flow import mint_of, received_by, sent_between
from sniperforge.domain.pool import EventKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sniperforge.dex.venue import Call
    from sniperforge.domain.pool import PoolEvent

_INITIALIZE2, _DEPOSIT, _WITHDRAW = b"\x01", b"\x03", b"\x04"
SWAP_BASE_IN, SWAP_BASE_OUT = b"\x09", b"\x0b"
_SWAP_BASE_IN_V2, _SWAP_BASE_OUT_V2 = b"\x10", b"\x11"
_SILENT: Final = frozenset(bytes([tag]) for tag in (2, 5, 6, 7, 8, 10, 12, 13, 14, 15))
"""Order keeping, parameters, profit, configuration: no price and no liquidity moves."""

_TWO_AMOUNTS: Final = struct.Struct("<xQQ")
_CREATION: Final = struct.Struct("<xBQQQ")
_DEPOSIT_AMOUNTS: Final = struct.Struct("<xQQQ")
_WITHDRAW_AMOUNT: Final = struct.Struct("<xQ")

_CREATION_ROLES: Final = {
    "open_orders": 6,
    "lp_mint": 7,
    "target_orders": 12,
    "amm_config": 13,
    "market_program": 15,
    "market": 16,
    "creator": 17,
}
_CREATION_ACCOUNTS: Final = 21
_DEPOSIT_ACCOUNTS: Final = 13
_WITHDRAW_ACCOUNTS: Final = 17


class _SwapRoles(NamedTuple):
    coin_vault: int
    pc_vault: int
    source: int
    destination: int
    owner: int


_WITHOUT_BOOK: Final = _SwapRoles(3, 4, 5, 6, 7)
_WITHOUT_TARGET: Final = _SwapRoles(4, 5, 14, 15, 16)
_WITH_TARGET: Final = _SwapRoles(5, 6, 15, 16, 17)


def events_of_call(call: Call) -> tuple[PoolEvent, ...] | None:
    """What one instruction did: at most one event; ``None`` for unknown or too short instructions."""
    return dispatched(call, _READERS, _SILENT, size=1)


def _created(call: Call) -> PoolEvent | None:
    data, accounts = call.instruction.data, call.instruction.accounts
    if len(accounts) < _CREATION_ACCOUNTS or len(data) < _CREATION.size:
        return None
    facts = {role: accounts[index] for role, index in _CREATION_ROLES.items()}
    if facts["creator"] == program.PUMP_MIGRATOR:
        facts["launchpad"] = "pumpfun"
    nonce, open_time, pc_amount, coin_amount = _CREATION.unpack_from(data)
    amounts = {
        "nonce": nonce,
        "open_time": open_time,
        "init_pc_amount": pc_amount,
        "init_coin_amount": coin_amount,
    }
    vaults = (accounts[10], accounts[11])
    return event_of_call(
        call,
        program.NAME,
        EventKind.POOL_CREATED,
        pool=accounts[4],
        mints=(accounts[8], accounts[9]),
        vaults=vaults,
        amounts=amounts | _vault_amounts(call, *vaults),
        facts=facts,
        sided=("coin_amount", "pc_amount"),
    )


def _vault_amounts(call: Call, coin_vault: str, pc_vault: str) -> dict[str, int]:
    """What the vaults got, by the program's log, else by the balances."""
    if call.transaction.failed:
        return {}
    if (log := _log_of(call)) is not None:
        return log.common()
    vaults = {"coin_amount": coin_vault, "pc_amount": pc_vault}
    changes = {name: received_by(call.transaction, vault) for name, vault in vaults.items()}
    return {name: abs(change) for name, change in changes.items() if change is not None}


def _swap(call: Call) -> PoolEvent | None:
    data, accounts = call.instruction.data, call.instruction.accounts
    roles = _swap_roles(data[:1], len(accounts))
    if roles is None or len(data) < _TWO_AMOUNTS.size:
        return None
    first, second = _TWO_AMOUNTS.unpack_from(data)
    if data[:1] in (SWAP_BASE_IN, _SWAP_BASE_IN_V2):
        amounts = {"amount_in": first, "minimum_amount_out": second}
    else:
        amounts = {"max_amount_in": first, "amount_out": second}
    source, destination, user = (accounts[index] for index in roles[2:])
    vaults = (accounts[roles.coin_vault], accounts[roles.pc_vault])
    transaction = call.transaction
    coin_mint, pc_mint = mint_of(transaction, vaults[0]), mint_of(transaction, vaults[1])
    log = None if transaction.failed else _log_of(call)
    pc_in = _pc_comes_in(call, log, source, pc_mint, vaults)
    input_mint, output_mint = (pc_mint, coin_mint) if pc_in else (coin_mint, pc_mint)
    if log is not None:
        amounts |= log.common()
    elif not transaction.failed:
        amounts |= _transferred(call, *(vaults[::-1] if pc_in else vaults))
    return event_of_call(
        call,
        program.NAME,
        EventKind.SWAP,
        pool=accounts[1],
        mints=(coin_mint, pc_mint),
        vaults=vaults,
        amounts=amounts,
        facts={
            "side": trade_side(input_mint, coin_mint, pc_mint),
            "input_mint": input_mint,
            "output_mint": output_mint,
            "user": user,
            "user_input": source,
            "user_output": destination,
        },
    )


def _swap_roles(tag: bytes, accounts: int) -> _SwapRoles | None:
    """Target orders, the fifth account, were left out in time, and later everything of the order book."""
    if tag in (_SWAP_BASE_IN_V2, _SWAP_BASE_OUT_V2):
        return _WITHOUT_BOOK if accounts >= 8 else None
    if accounts < 17:
        return None
    return _WITHOUT_TARGET if accounts == 17 else _WITH_TARGET


def _pc_comes_in(call: Call, log: RayLog | None, source: str, pc_mint: str, vaults: tuple[str, str]) -> bool:
    if log is not None and "direction" in log.amounts:
        return log.amounts["direction"] == PC_TO_COIN
    source_mint = mint_of(call.transaction, source)
    if source_mint and pc_mint:
        return source_mint == pc_mint
    return sent_between(call, into=vaults[1], out_of=vaults[0])[0] is not None


def _transferred(call: Call, input_vault: str, output_vault: str) -> dict[str, int]:
    paid, given = sent_between(call, into=input_vault, out_of=output_vault)
    moved = {"amount_in": paid, "input_amount": paid, "amount_out": given, "output_amount": given}
    return {name: amount for name, amount in moved.items() if amount is not None}


def _deposit(call: Call) -> PoolEvent | None:
    data = call.instruction.data
    if len(call.instruction.accounts) < _DEPOSIT_ACCOUNTS or len(data) < _DEPOSIT_AMOUNTS.size:
        return None
    limits = dict(zip(("max_coin", "max_pc", "base"), _DEPOSIT_AMOUNTS.unpack_from(data), strict=True))
    return _liquidity(call, EventKind.LIQUIDITY_ADDED, limits, call.instruction.accounts[12])


def _withdraw(call: Call) -> PoolEvent | None:
    data, accounts = call.instruction.data, call.instruction.accounts
    if len(accounts) < _WITHDRAW_ACCOUNTS or len(data) < _WITHDRAW_AMOUNT.size:
        return None
    (lp_amount,) = _WITHDRAW_AMOUNT.unpack_from(data)
    owner = accounts[18 if len(accounts) in (22, 23) else 16]
    return _liquidity(call, EventKind.LIQUIDITY_REMOVED, {"lp_amount": lp_amount}, owner)


def _liquidity(call: Call, kind: EventKind, amounts: dict[str, int], user: str) -> PoolEvent:
    accounts, transaction = call.instruction.accounts, call.transaction
    vaults = (accounts[6], accounts[7])
    return event_of_call(
        call,
        program.NAME,
        kind,
        pool=accounts[1],
        mints=(mint_of(transaction, vaults[0]), mint_of(transaction, vaults[1])),
        vaults=vaults,
        amounts=amounts | _vault_amounts(call, *vaults),
        facts={"user": user, "lp_mint": accounts[5]},
        sided=("coin_amount", "pc_amount"),
    )


def _log_of(call: Call) -> RayLog | None:
    return ray_log_in(call.frame.lines) if call.frame else None


_READERS: Final[Mapping[bytes, Callable[[Call], PoolEvent | None]]] = {
    _INITIALIZE2: _created,
    _DEPOSIT: _deposit,
    _WITHDRAW: _withdraw,
    SWAP_BASE_IN: _swap,
    SWAP_BASE_OUT: _swap,
    _SWAP_BASE_IN_V2: _swap,
    _SWAP_BASE_OUT_V2: _swap,
}
