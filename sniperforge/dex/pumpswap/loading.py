"""From fetched accounts to the state of a PumpSwap pool; each account is checked against the pool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.dex.fetched import found, vault_amount
from sniperforge.dex.pump_fees import decode_fee_config
from sniperforge.dex.pumpswap import program
from sniperforge.dex.pumpswap.accounts import decode_config, decode_pool
from sniperforge.dex.pumpswap.state import PumpswapState, Side
from sniperforge.tokens.mint import decode_mint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.dex.pumpswap.accounts import PumpPool
    from sniperforge.domain.chain import Account


def needed_by(pool: PumpPool) -> tuple[str, ...]:
    """What belongs to a pool beside itself: vaults, mints, LP mint, rules, fee schedules."""
    return (
        pool.base_vault,
        pool.quote_vault,
        pool.base_mint,
        pool.quote_mint,
        pool.lp_mint,
        program.GLOBAL_CONFIG,
        program.FEE_CONFIG,
    )


def load_state(address: str, accounts: Mapping[str, Account | None], *, epoch: int) -> PumpswapState:
    """The state of pool ``address`` from fetched accounts; ``epoch`` chooses the transfer fees in force.

    Raises:
        DecodeError: an account is not what the pool says it is.
        NotFoundError: an account is missing.
    """
    pool = decode_pool(found(address, accounts))
    return PumpswapState(
        pool=pool,
        base=_side(pool, pool.base_mint, pool.base_vault, accounts, epoch),
        quote_of=_side(pool, pool.quote_mint, pool.quote_vault, accounts, epoch),
        config=decode_config(found(program.GLOBAL_CONFIG, accounts)),
        fee_config=decode_fee_config(found(program.FEE_CONFIG, accounts)),
        canonical=pool.canonical,
    )


def _side(
    pool: PumpPool, address: str, vault: str, accounts: Mapping[str, Account | None], epoch: int
) -> Side:
    mint = decode_mint(found(address, accounts))
    amount = vault_amount(
        vault, accounts, mint=address, token_program=mint.program, owner=pool.address, pool=pool.address
    )
    fee = mint.transfer_fee_at(epoch)
    return Side(address, mint.program, mint.decimals, amount, mint.supply, fee if fee and fee.bps else None)
