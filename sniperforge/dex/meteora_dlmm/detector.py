"""Pool events of Meteora DLMM from instructions: creations; swaps and liquidity have their modules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.dex.account_roles import roles_of
from sniperforge.dex.anchor import DISCRIMINATOR_SIZE, instruction_discriminator
from sniperforge.dex.anchor_events import emitted
from sniperforge.dex.byte_reader import ByteReader
from sniperforge.dex.dispatch import dispatched
from sniperforge.dex.growing_layout import read_events
from sniperforge.dex.meteora_dlmm import liquidity, swaps
from sniperforge.dex.meteora_dlmm.events import CREATED, LAYOUTS
from sniperforge.dex.meteora_dlmm.program import NAME
from sniperforge.dex.pool_events import event_of_call
from sniperforge.domain.pool import EventKind
from sniperforge.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.dex.dispatch import Reader
    from sniperforge.dex.venue import Call
    from sniperforge.domain.pool import PoolEvent

_PLAIN: Final = instruction_discriminator("initialize_lb_pair")
_PLAIN_2: Final = instruction_discriminator("initialize_lb_pair2")
_CUSTOM: Final = instruction_discriminator("initialize_customizable_permissionless_lb_pair")
_CUSTOM_2: Final = instruction_discriminator("initialize_customizable_permissionless_lb_pair2")
_PERMISSIONED: Final = instruction_discriminator("initialize_permission_lb_pair")
_BY_TIME: Final = 1

_ROLES: Final = {
    "pool": 0,
    "mint_x": 2,
    "mint_y": 3,
    "reserve_x": 4,
    "reserve_y": 5,
    "oracle": 6,
    "creator": 8,
}
_CREATION_ROLES: Final[Mapping[bytes, Mapping[str, int]]] = {
    _PLAIN: _ROLES | {"preset_parameter": 7, "program_x": 9, "program_y": 9},
    _PLAIN_2: _ROLES | {"preset_parameter": 7, "program_x": 11, "program_y": 12},
    _CUSTOM: _ROLES | {"program_x": 9, "program_y": 9},
    _CUSTOM_2: _ROLES | {"program_x": 11, "program_y": 12},
    _PERMISSIONED: {
        "base_key": 0,
        "pool": 1,
        "mint_x": 3,
        "mint_y": 4,
        "reserve_x": 5,
        "reserve_y": 6,
        "oracle": 7,
        "creator": 8,
    },
}


def events_of_call(call: Call) -> tuple[PoolEvent, ...] | None:
    """What one instruction did; ``None`` for unknown or too short instructions."""
    return dispatched(call, _READERS, _SILENT)


def _created(call: Call) -> PoolEvent | None:
    """A pool is created empty."""
    data = call.instruction.data
    form = data[:DISCRIMINATOR_SIZE]
    facts = roles_of(call.instruction.accounts, _CREATION_ROLES[form])
    try:
        amounts = _arguments(form, ByteReader(data, DISCRIMINATOR_SIZE, "a DLMM creation"))
    except DecodeError:
        return None
    if facts is None:
        return None
    timed = amounts.get("activation_type") == _BY_TIME
    amounts["open_time"] = amounts.get("activation_point", 0) if timed else 0
    if not call.transaction.failed:
        amounts |= {"base_amount": 0, "quote_amount": 0}
        for layout, log in read_events(emitted(call), LAYOUTS):
            if layout is CREATED:
                amounts |= log.numbers
    return event_of_call(
        call,
        NAME,
        EventKind.POOL_CREATED,
        pool=facts.pop("pool"),
        mints=(facts.pop("mint_x"), facts.pop("mint_y")),
        vaults=(facts.pop("reserve_x"), facts.pop("reserve_y")),
        amounts=amounts,
        facts=facts,
    )


def _arguments(form: bytes, data: ByteReader) -> dict[str, int]:
    found = {"active_id": data.i32()}
    if form == _PLAIN_2:
        return found
    found["bin_step"] = data.u16()
    if form == _PLAIN:
        return found
    found["base_factor"] = data.u16()
    if form == _PERMISSIONED:
        found |= {"base_fee_power_factor": data.u8(), "activation_type": data.u8()}
        return found
    found |= {"activation_type": data.u8(), "has_alpha_vault": int(data.flag())}
    point = data.option(data.u64) if data.left else None
    if point is not None:
        found["activation_point"] = point
    for name in _LATER:
        if data.left:
            found[name] = data.u8()
    return found


_LATER: Final = (
    "creator_pool_on_off_control",
    "base_fee_power_factor",
    "concrete_function_type",
    "collect_fee_mode",
)
"""Parameters that were added at the end."""

_READERS: Final[Mapping[bytes, Reader]] = {
    **dict.fromkeys(_CREATION_ROLES, _created),
    **dict.fromkeys(swaps.FORMS, swaps.read_swap),
    **dict.fromkeys(liquidity.FORMS, liquidity.read_change),
    liquidity.REBALANCE: liquidity.read_rebalance,
}

_SILENT: Final = frozenset(
    instruction_discriminator(name)
    for name in (
        "cancel_limit_order",
        "claim_fee",
        "claim_fee2",
        "claim_reward",
        "claim_reward2",
        "close_bin_array",
        "close_claim_fee_operator_account",
        "close_claim_protocol_fee_operator",
        "close_limit_order_if_empty",
        "close_operator_account",
        "close_position",
        "close_position2",
        "close_position_if_empty",
        "close_preset_parameter",
        "close_preset_parameter2",
        "close_token_badge",
        "create_claim_protocol_fee_operator",
        "create_operator_account",
        "decrease_position_length",
        "for_idl_type_generation_do_not_call",
        "fund_reward",
        "go_to_a_bin",
        "increase_oracle_length",
        "increase_position_length",
        "increase_position_length2",
        "initialize_bin_array",
        "initialize_bin_array_bitmap_extension",
        "initialize_position",
        "initialize_position2",
        "initialize_position_by_operator",
        "initialize_position_pda",
        "initialize_preset_parameter",
        "initialize_preset_parameter2",
        "initialize_preset_parameter_v2",
        "initialize_reward",
        "initialize_token_badge",
        "migrate_bin_array",
        "migrate_position",
        "place_limit_order",
        "set_activation_point",
        "set_activation_slot",
        "set_lock_release_point",
        "set_lock_release_slot",
        "set_pair_status",
        "set_pair_status_permissionless",
        "set_permissionless_operation_bits",
        "set_pre_activation_duration",
        "set_pre_activation_swap_address",
        "toggle_pair_status",
        "update_base_fee_parameters",
        "update_dynamic_fee_parameters",
        "update_fee_owner",
        "update_fee_parameters",
        "update_fees_and_reward2",
        "update_fees_and_rewards",
        "update_position_lock_release_point",
        "update_position_operator",
        "update_reward_duration",
        "update_reward_funder",
        "update_whitelisted_wallet",
        "withdraw_ineligible_reward",
        "withdraw_protocol_fee",
        "zap_protocol_fee",
    )
)
"""Instructions that neither trade nor change what a pool holds for trading."""
