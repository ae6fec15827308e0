"""From fetched accounts to the state of a CPMM pool; every account is checked against what the pool says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.dex.fetched import checked_mint, found, vault_amount
from sniperforge.dex.raydium_cpmm import program
from sniperforge.dex.raydium_cpmm.accounts import CpmmPool, decode_config, decode_pool
from sniperforge.dex.raydium_cpmm.state import CpmmState
from sniperforge.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.domain.chain import Account
    from sniperforge.tokens.transfer_fee import TransferFee


def needed_by(pool: CpmmPool) -> tuple[str, ...]:
    """What belongs to a pool beside itself: configuration, vaults, mints, LP mint."""
    return (
        pool.amm_config,
        pool.token_0_vault,
        pool.token_1_vault,
        pool.token_0_mint,
        pool.token_1_mint,
        pool.lp_mint,
    )


def load_state(address: str, accounts: Mapping[str, Account | None], *, epoch: int) -> CpmmState:
    """The state of pool ``address`` from fetched accounts; ``epoch`` chooses the transfer fees in force.

    Raises:
        DecodeError: an account is not what the pool says it is, or another program's.
        NotFoundError: an account is missing.
    """
    pool = decode_pool(found(address, accounts))
    config_account = found(pool.amm_config, accounts)
    if config_account.owner != pool.program_id:
        raise DecodeError(f"CPMM configuration {pool.amm_config} belongs to another program than the pool")
    return CpmmState(
        pool=pool,
        config=decode_config(config_account),
        vault_0=_vault(pool, pool.token_0_vault, pool.token_0_mint, pool.token_0_program, accounts),
        vault_1=_vault(pool, pool.token_1_vault, pool.token_1_mint, pool.token_1_program, accounts),
        transfer_fee_0=_transfer_fee(
            pool.token_0_mint, pool.token_0_program, pool.decimals_0, accounts, epoch
        ),
        transfer_fee_1=_transfer_fee(
            pool.token_1_mint, pool.token_1_program, pool.decimals_1, accounts, epoch
        ),
    )


def _vault(
    pool: CpmmPool, address: str, mint: str, token_program: str, accounts: Mapping[str, Account | None]
) -> int:
    authority = program.authority(pool.program_id)
    return vault_amount(
        address, accounts, mint=mint, token_program=token_program, owner=authority, pool=pool.address
    )


def _transfer_fee(
    address: str, token_program: str, decimals: int, accounts: Mapping[str, Account | None], epoch: int
) -> TransferFee | None:
    mint = checked_mint(address, accounts, token_program=token_program, decimals=decimals)
    return mint.transfer_fee_at(epoch)
