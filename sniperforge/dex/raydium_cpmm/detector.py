"""Pool events of Raydium CPMM from executed instructions."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from sniperforge.dex.anchor import DISCRIMINATOR_SIZE, instruction_discriminator
from sniperforge.dex.dispatch import dispatched
from sniperforge.dex.pool_events import event_of_call
from sniperforge.dex.raydium_cpmm.instructions import SWAP_BASE_INPUT
from sniperforge.dex.raydium_cpmm.log_events import (
    LpChangeLog,
    SwapLog,
    creation_amounts,
    logged_events,
)
from sniperforge.dex.raydium_cpmm.program import NAME
from sniperforge.dex.sides import in_byte_order, trade_side
from sniperforge.dex.token_flow import received_by, sent_between
from sniperforge.domain.pool import EventKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sniperforge.dex.venue import Call
    from sniperforge.domain.pool import PoolEvent

_INITIALIZE: Final = instruction_discriminator("initialize")
_INITIALIZE_WITH_PERMISSION: Final = instruction_discriminator("initialize_with_permission")
_SWAP_BASE_OUTPUT: Final = instruction_discriminator("swap_base_output")
_DEPOSIT: Final = instruction_discriminator("deposit")
_WITHDRAW: Final = instruction_discriminator("withdraw")

_TWO_AMOUNTS: Final = struct.Struct("<8xQQ")
_THREE_AMOUNTS: Final = struct.Struct("<8xQQQ")

_CREATION_ROLES: Final[Mapping[bytes, Mapping[str, int]]] = {
    _INITIALIZE: {
        "creator": 0,
        "payer": 0,
        "amm_config": 1,
        "pool": 3,
        "token_0_mint": 4,
        "token_1_mint": 5,
        "lp_mint": 6,
        "token_0_vault": 10,
        "token_1_vault": 11,
        "observation": 13,
        "token_0_program": 15,
        "token_1_program": 16,
    },
    _INITIALIZE_WITH_PERMISSION: {
        "payer": 0,
        "creator": 1,
        "amm_config": 2,
        "pool": 4,
        "token_0_mint": 5,
        "token_1_mint": 6,
        "lp_mint": 7,
        "token_0_vault": 11,
        "token_1_vault": 12,
        "observation": 14,
        "token_0_program": 17,
        "token_1_program": 18,
    },
}
_SWAP_ACCOUNTS: Final = 13
_LIQUIDITY_ACCOUNTS: Final = 13


def events_of_call(call: Call) -> tuple[PoolEvent, ...] | None:
    """What one instruction did: at most one event; ``None`` for unknown or too short instructions."""
    return dispatched(call, _READERS, _SILENT)


def _created(call: Call) -> PoolEvent | None:
    instruction, transaction = call.instruction, call.transaction
    roles = _CREATION_ROLES[instruction.data[:DISCRIMINATOR_SIZE]]
    if len(instruction.accounts) <= max(roles.values()) or len(instruction.data) < _THREE_AMOUNTS.size:
        return None
    facts = {role: instruction.accounts[index] for role, index in roles.items()}
    amount_0, amount_1, open_time = _THREE_AMOUNTS.unpack_from(instruction.data)
    amounts = {"init_amount_0": amount_0, "init_amount_1": amount_1, "init_open_time": open_time}
    amounts["open_time"] = _stored_open_time(open_time, transaction.block_time)
    if len(instruction.data) > _THREE_AMOUNTS.size:
        amounts["creator_fee_on"] = instruction.data[_THREE_AMOUNTS.size]
    if not transaction.failed:
        amounts |= _real_amounts(call, facts["token_0_vault"], facts["token_1_vault"])
    return event_of_call(
        call,
        NAME,
        EventKind.POOL_CREATED,
        pool=facts.pop("pool"),
        mints=(facts.pop("token_0_mint"), facts.pop("token_1_mint")),
        vaults=(facts.pop("token_0_vault"), facts.pop("token_1_vault")),
        amounts=amounts,
        facts=facts,
        sided=("vault_0_amount", "vault_1_amount"),
    )


def _real_amounts(call: Call, vault_0: str, vault_1: str) -> dict[str, int]:
    """What the vaults got: transfer fees make it less than the arguments say."""
    logged = creation_amounts(call.frame.lines) if call.frame else {}
    if logged:
        return logged
    balances = {
        "vault_0_amount": received_by(call.transaction, vault_0),
        "vault_1_amount": received_by(call.transaction, vault_1),
    }
    return {name: amount for name, amount in balances.items() if amount is not None and amount >= 0}


def _stored_open_time(asked: int, block_time: int | None) -> int:
    """The program stores the second after creation for an open time that is past, 0 included."""
    return asked if block_time is None or asked > block_time else block_time + 1


def _swap(call: Call) -> PoolEvent | None:
    instruction = call.instruction
    accounts = instruction.accounts
    if len(accounts) < _SWAP_ACCOUNTS or len(instruction.data) < _TWO_AMOUNTS.size:
        return None
    input_mint, output_mint = accounts[10], accounts[11]
    first, second = _TWO_AMOUNTS.unpack_from(instruction.data)
    if instruction.data[:DISCRIMINATOR_SIZE] == SWAP_BASE_INPUT:
        amounts = {"amount_in": first, "minimum_amount_out": second}
    else:
        amounts = {"max_amount_in": first, "amount_out": second}
    if not call.transaction.failed:
        amounts |= _swapped(call, accounts[3], accounts[6], accounts[7])
    swapped = in_byte_order(input_mint, output_mint)
    mints = (input_mint, output_mint) if swapped else (output_mint, input_mint)
    vaults = (accounts[6], accounts[7]) if swapped else (accounts[7], accounts[6])
    return event_of_call(
        call,
        NAME,
        EventKind.SWAP,
        pool=accounts[3],
        mints=mints,
        vaults=vaults,
        amounts=amounts,
        facts={
            "side": trade_side(input_mint, *mints),
            "input_mint": input_mint,
            "output_mint": output_mint,
            "user": accounts[0],
            "user_input": accounts[4],
            "user_output": accounts[5],
            "amm_config": accounts[2],
        },
    )


def _swapped(call: Call, pool: str, input_vault: str, output_vault: str) -> dict[str, int]:
    """Amounts by the program's own event, else by the transfers that followed."""
    for log in logged_events(call.frame.lines) if call.frame else ():
        if isinstance(log, SwapLog) and log.pool == pool:
            return log.amounts()
    paid, given = sent_between(call, into=input_vault, out_of=output_vault)
    moved = {"amount_in": paid, "output_amount": given}
    return {name: amount for name, amount in moved.items() if amount is not None}


def _liquidity(call: Call) -> PoolEvent | None:
    instruction = call.instruction
    accounts = instruction.accounts
    if len(accounts) < _LIQUIDITY_ACCOUNTS or len(instruction.data) < _THREE_AMOUNTS.size:
        return None
    removed = instruction.data[:DISCRIMINATOR_SIZE] == _WITHDRAW
    lp_amount, limit_0, limit_1 = _THREE_AMOUNTS.unpack_from(instruction.data)
    limit = "minimum" if removed else "maximum"
    amounts = {
        "lp_amount": lp_amount,
        f"{limit}_token_0_amount": limit_0,
        f"{limit}_token_1_amount": limit_1,
    }
    if call.frame and not call.transaction.failed:
        for log in logged_events(call.frame.lines):
            if isinstance(log, LpChangeLog) and log.pool == accounts[2]:
                amounts |= log.amounts()
    return event_of_call(
        call,
        NAME,
        EventKind.LIQUIDITY_REMOVED if removed else EventKind.LIQUIDITY_ADDED,
        pool=accounts[2],
        mints=(accounts[10], accounts[11]),
        vaults=(accounts[6], accounts[7]),
        amounts=amounts,
        facts={"user": accounts[0], "lp_mint": accounts[12]},
        sided=("token_0_amount", "token_1_amount"),
    )


_READERS: Final[Mapping[bytes, Callable[[Call], PoolEvent | None]]] = {
    _INITIALIZE: _created,
    _INITIALIZE_WITH_PERMISSION: _created,
    SWAP_BASE_INPUT: _swap,
    _SWAP_BASE_OUTPUT: _swap,
    _DEPOSIT: _liquidity,
    _WITHDRAW: _liquidity,
}

_SILENT: Final = frozenset(
    instruction_discriminator(name)
    for name in (
        "close_permission_pda",
        "collect_creator_fee",
        "collect_fund_fee",
        "collect_protocol_fee",
        "create_amm_config",
        "create_permission_pda",
        "update_amm_config",
        "update_pool_status",
    )
)
"""Instructions that move neither price nor liquidity."""
