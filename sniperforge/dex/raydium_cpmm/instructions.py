"""Instructions for Raydium CPMM: data and account lists in the program's order."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from solders.instruction import AccountMeta, Instruction

from sniperforge.dex.anchor import instruction_discriminator
from sniperforge.dex.raydium_cpmm import program
from sniperforge.domain.amounts import U64_MAX
from sniperforge.errors import RefusedError
from sniperforge.tokens.addresses import pubkey

if TYPE_CHECKING:
    from sniperforge.dex.raydium_cpmm.accounts import CpmmPool

SWAP_BASE_INPUT: Final = instruction_discriminator("swap_base_input")
_AMOUNTS: Final = struct.Struct("<QQ")


def swap_base_input(
    pool: CpmmPool,
    *,
    user: str,
    input_mint: str,
    amount_in: int,
    minimum_out: int,
    user_input: str,
    user_output: str,
) -> Instruction:
    """Sell exactly ``amount_in`` of ``input_mint``, one of the pool's two, for at least ``minimum_out``.

    Account order: ``Swap`` in ``instructions/swap_base_input.rs``.

    Raises:
        DecodeError: ``user``, ``user_input`` or ``user_output`` is not an address.
        RefusedError: an amount does not fit a u64.
    """
    if not (0 <= amount_in <= U64_MAX and 0 <= minimum_out <= U64_MAX):
        raise RefusedError("a swap's amounts must be from 0 to 2^64 - 1")
    side_0 = (pool.token_0_vault, pool.token_0_program, pool.token_0_mint)
    side_1 = (pool.token_1_vault, pool.token_1_program, pool.token_1_mint)
    selling_0 = input_mint == pool.token_0_mint
    input_vault, input_program, input_mint = side_0 if selling_0 else side_1
    output_vault, output_program, output_mint = side_1 if selling_0 else side_0
    metas = [
        _meta(user, signer=True),
        _meta(program.authority(pool.program_id)),
        _meta(pool.amm_config),
        _meta(pool.address, writable=True),
        _meta(user_input, writable=True),
        _meta(user_output, writable=True),
        _meta(input_vault, writable=True),
        _meta(output_vault, writable=True),
        _meta(input_program),
        _meta(output_program),
        _meta(input_mint),
        _meta(output_mint),
        _meta(pool.observation, writable=True),
    ]
    data = SWAP_BASE_INPUT + _AMOUNTS.pack(amount_in, minimum_out)
    return Instruction(pubkey(pool.program_id), data, metas)


def _meta(address: str, *, signer: bool = False, writable: bool = False) -> AccountMeta:
    return AccountMeta(pubkey(address), is_signer=signer, is_writable=writable)
