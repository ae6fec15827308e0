"""Instructions for Raydium LaunchLab: data and account lists in the program's order."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from solders.instruction import AccountMeta, Instruction

from sniperforge.dex.anchor import instruction_discriminator
from sniperforge.dex.raydium_launchlab import program
from sniperforge.domain.addresses import SYSTEM_PROGRAM
from sniperforge.domain.amounts import U64_MAX
from sniperforge.errors import RefusedError
from sniperforge.tokens.addresses import pubkey

if TYPE_CHECKING:
    from sniperforge.dex.raydium_launchlab.state import LaunchlabState

BUY_EXACT_IN: Final = instruction_discriminator("buy_exact_in")
SELL_EXACT_IN: Final = instruction_discriminator("sell_exact_in")
_ARGUMENTS: Final = struct.Struct("<QQQ")


def trade_exact_in(
    state: LaunchlabState,
    *,
    user: str,
    input_mint: str,
    amount_in: int,
    minimum_out: int,
    user_input: str,
    user_output: str,
) -> Instruction:
    """``buy_exact_in`` or ``sell_exact_in``, with the vaults in which platform and creator get their fees.

    Raises:
        DecodeError: ``user``, ``user_input`` or ``user_output`` is not an address.
        RefusedError: an amount does not fit a u64, or the fees would have to be shared.
    """
    if not (0 <= amount_in <= U64_MAX and 0 <= minimum_out <= U64_MAX):
        raise RefusedError("a swap's amounts must be from 0 to 2^64 - 1")
    if state.share_fee_rate:
        raise RefusedError("a swap that shares fees needs a receiver")
    pool = state.pool
    selling = input_mint == pool.base_mint
    user_base, user_quote = (user_input, user_output) if selling else (user_output, user_input)
    own = pool.program_id
    metas = [
        _meta(user, signer=True),
        _meta(program.authority(own)),
        _meta(pool.global_config),
        _meta(pool.platform_config),
        _meta(pool.address, writable=True),
        _meta(user_base, writable=True),
        _meta(user_quote, writable=True),
        _meta(pool.base_vault, writable=True),
        _meta(pool.quote_vault, writable=True),
        _meta(pool.base_mint),
        _meta(pool.quote_mint),
        _meta(state.base_program),
        _meta(state.quote_program),
        _meta(program.event_authority(own)),
        _meta(own),
        _meta(SYSTEM_PROGRAM),
        _meta(program.fee_vault_address(pool.platform_config, pool.quote_mint, own), writable=True),
        _meta(program.fee_vault_address(pool.creator, pool.quote_mint, own), writable=True),
    ]
    tag = SELL_EXACT_IN if selling else BUY_EXACT_IN
    return Instruction(pubkey(own), tag + _ARGUMENTS.pack(amount_in, minimum_out, 0), metas)


def _meta(address: str, *, signer: bool = False, writable: bool = False) -> AccountMeta:
    return AccountMeta(pubkey(address), is_signer=signer, is_writable=writable)
