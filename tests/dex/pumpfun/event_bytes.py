"""Events as bytes, from the layouts that pump-public-docs gives; written apart from what reads them."""

from __future__ import annotations

import struct
from hashlib import sha256

from solders.pubkey import Pubkey

LAYOUTS = {
    "CreateEvent": (
        "name:text symbol:text uri:text mint:key bonding_curve:key user:key creator:key timestamp:i64"
        " virtual_token_reserves:u64 virtual_sol_reserves:u64 real_token_reserves:u64 token_total_supply:u64"
        " token_program:key is_mayhem_mode:bool is_cashback_enabled:bool quote_mint:key"
        " virtual_quote_reserves:u64 creator_fee_bps:u64 is_holder_reward:bool"
    ),
    "TradeEvent": (
        "mint:key sol_amount:u64 token_amount:u64 is_buy:bool user:key timestamp:i64 virtual_sol_reserves:u64"
        " virtual_token_reserves:u64 real_sol_reserves:u64 real_token_reserves:u64 fee_recipient:key"
        " fee_basis_points:u64 fee:u64 creator:key creator_fee_basis_points:u64 creator_fee:u64"
        " track_volume:bool total_unclaimed_tokens:u64 total_claimed_tokens:u64 current_sol_volume:u64"
        " last_update_timestamp:i64 ix_name:text mayhem_mode:bool cashback_fee_basis_points:u64 cashback:u64"
        " buyback_fee_basis_points:u64 buyback_fee:u64 shareholders:shares quote_mint:key quote_amount:u64"
        " virtual_quote_reserves:u64 real_quote_reserves:u64 holder_rewards_bps:u64 holder_rewards:u64"
        " creator_fee_unclaimed:u64"
    ),
    "CompleteEvent": "user:key mint:key bonding_curve:key timestamp:i64 quote_mint:key",
    "PostCompleteBuyEvent": (
        "user:key mint:key bonding_curve:key quote_mint:key timestamp:i64 base_out:u64 quote_in:u64"
        " fee_basis_points:u64 fee:u64 creator_fee_basis_points:u64 creator_fee:u64 buyback_fee:u64"
        " pool_base_reserves_before:u64 pool_quote_reserves_before:u64 pool_base_reserves_after:u64"
        " pool_quote_reserves_after:u64"
    ),
    "CompletePumpAmmMigrationEvent": (
        "user:key mint:key mint_amount:u64 sol_amount:u64 pool_migration_fee:u64 bonding_curve:key"
        " timestamp:i64 pool:key quote_mint:key"
    ),
    "BuyEvent": (
        "timestamp:i64 base_amount_out:u64 max_quote_amount_in:u64 user_base_token_reserves:u64"
        " user_quote_token_reserves:u64 pool_base_token_reserves:u64 pool_quote_token_reserves:u64"
        " quote_amount_in:u64 lp_fee_basis_points:u64 lp_fee:u64 protocol_fee_basis_points:u64"
        " protocol_fee:u64 quote_amount_in_with_lp_fee:u64 user_quote_amount_in:u64 pool:key user:key"
        " user_base_token_account:key user_quote_token_account:key protocol_fee_recipient:key"
        " protocol_fee_recipient_token_account:key coin_creator:key coin_creator_fee_basis_points:u64"
        " coin_creator_fee:u64 track_volume:bool total_unclaimed_tokens:u64 total_claimed_tokens:u64"
        " current_sol_volume:u64 last_update_timestamp:i64 min_base_amount_out:u64 ix_name:text"
        " cashback_fee_basis_points:u64 cashback:u64 buyback_fee_basis_points:u64 buyback_fee:u64"
        " virtual_quote_reserves:i128 can_boost:bool base_supply:u64 holder_rewards_bps:u64"
        " holder_rewards:u64 creator_fee_unclaimed:u64 base_token_program:key quote_token_program:key"
    ),
    "SellEvent": (
        "timestamp:i64 base_amount_in:u64 min_quote_amount_out:u64 user_base_token_reserves:u64"
        " user_quote_token_reserves:u64 pool_base_token_reserves:u64 pool_quote_token_reserves:u64"
        " quote_amount_out:u64 lp_fee_basis_points:u64 lp_fee:u64 protocol_fee_basis_points:u64"
        " protocol_fee:u64 quote_amount_out_without_lp_fee:u64 user_quote_amount_out:u64 pool:key user:key"
        " user_base_token_account:key user_quote_token_account:key protocol_fee_recipient:key"
        " protocol_fee_recipient_token_account:key coin_creator:key coin_creator_fee_basis_points:u64"
        " coin_creator_fee:u64 cashback_fee_basis_points:u64 cashback:u64 buyback_fee_basis_points:u64"
        " buyback_fee:u64 virtual_quote_reserves:i128 can_boost:bool base_supply:u64 holder_rewards_bps:u64"
        " holder_rewards:u64 creator_fee_unclaimed:u64 base_token_program:key quote_token_program:key"
    ),
    "CreatePoolEvent": (
        "timestamp:i64 index:u16 creator:key base_mint:key quote_mint:key base_mint_decimals:u8"
        " quote_mint_decimals:u8 base_amount_in:u64 quote_amount_in:u64 pool_base_amount:u64"
        " pool_quote_amount:u64 minimum_liquidity:u64 initial_liquidity:u64 lp_token_amount_out:u64"
        " pool_bump:u8 pool:key lp_mint:key user_base_token_account:key user_quote_token_account:key"
        " coin_creator:key is_mayhem_mode:bool creator_fee_bps:u64 can_edit_creator_fee:bool"
        " is_holder_reward:bool"
    ),
    "InitBoostEvent": (
        "timestamp:i64 mint:key bonding_curve:key pool:key virtual_quote_reserves:i128"
        " real_quote_reserves_after:u64"
    ),
    "DepositEvent": (
        "timestamp:i64 lp_token_amount_out:u64 max_base_amount_in:u64 max_quote_amount_in:u64"
        " user_base_token_reserves:u64 user_quote_token_reserves:u64 pool_base_token_reserves:u64"
        " pool_quote_token_reserves:u64 base_amount_in:u64 quote_amount_in:u64 lp_mint_supply:u64 pool:key"
        " user:key user_base_token_account:key user_quote_token_account:key user_pool_token_account:key"
    ),
    "WithdrawEvent": (
        "timestamp:i64 lp_token_amount_in:u64 min_base_amount_out:u64 min_quote_amount_out:u64"
        " user_base_token_reserves:u64 user_quote_token_reserves:u64 pool_base_token_reserves:u64"
        " pool_quote_token_reserves:u64 base_amount_out:u64 quote_amount_out:u64 lp_mint_supply:u64 pool:key"
        " user:key user_base_token_account:key user_quote_token_account:key user_pool_token_account:key"
    ),
}
SIZES = {"u8": 1, "bool": 1, "u16": 2, "u64": 8, "i64": 8, "i128": 16}


def event(name: str, /, *, until: str = "", **values: int | str) -> bytes:
    """An event with these values, zero where none is given, that ends after the field ``until``."""
    data = sha256(f"event:{name}".encode()).digest()[:8]
    for entry in LAYOUTS[name].split():
        field, _, kind = entry.partition(":")
        data += _packed(kind, values.pop(field, None))
        if field == until:
            break
    assert not values, values
    return data


def _packed(kind: str, value: int | str | None) -> bytes:
    if kind == "key":
        return bytes(Pubkey.from_string(str(value)) if value else Pubkey.default())
    if kind == "text":
        raw = str(value or "").encode()
        return struct.pack("<I", len(raw)) + raw
    if kind == "shares":
        return struct.pack("<I", int(value or 0)) + bytes(34 * int(value or 0))
    return int(value or 0).to_bytes(SIZES[kind], "little", signed=kind.startswith("i"))
