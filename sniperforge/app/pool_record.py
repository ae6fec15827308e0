"""Recording a pool: every account that a swap on it touches, in the form that ``localnet up`` loads."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

from sniperforge.app.pool_lookup import COMMITMENT, load_pool
from sniperforge.domain import base58
from sniperforge.domain.addresses import SYSTEM_PROGRAM
from sniperforge.errors import NotFoundError
from sniperforge.localnet.recording import CLOCK

if TYPE_CHECKING:
    from sniperforge.app.pool_lookup import LoadedPool
    from sniperforge.chain.rpc import RpcClient
    from sniperforge.domain.chain import Account

_UPGRADEABLE_LOADER: Final = "BPFLoaderUpgradeab1e11111111111111111111111"
_ANYBODY: Final = SYSTEM_PROGRAM


async def record_pool(rpc: RpcClient, address: str, *, with_program: bool = False) -> dict[str, Any]:
    """The pool's accounts and the clock, all of one slot: ``{"context": {"slot"}, "value": [...]}``.

    Args:
        rpc: of the network that has the pool.
        address: of the pool.
        with_program: the venue's program too, with its binary.

    Raises:
        NotFoundError: there is no pool, or its program is gone.
        UnavailableError: no usable answer.
    """
    loaded = await load_pool(rpc, address)
    found = await rpc.accounts([*_touched(loaded), CLOCK], COMMITMENT, loaded.slot)
    accounts = [account for account in found.accounts.values() if account and not account.executable]
    if with_program:
        accounts += await _program(rpc, loaded.program_id)
    return {"context": {"slot": found.slot}, "value": [_shown(account) for account in accounts]}


def _touched(loaded: LoadedPool) -> list[str]:
    """What a swap names, without its user; and the LP mint, which tells what the pool's shares are."""
    state = loaded.state
    swap = loaded.venue.swap_instruction(
        state,
        user=_ANYBODY,
        input_mint=state.quote_mint,
        amount_in=1,
        minimum_out=1,
        user_input=_ANYBODY,
        user_output=_ANYBODY,
    )
    named = [str(meta.pubkey) for meta in swap.accounts]
    lp_mint = [] if loaded.anatomy.lp_mint is None else [loaded.anatomy.lp_mint]
    return [name for name in dict.fromkeys([state.address, *named, *lp_mint]) if name != _ANYBODY]


async def _program(rpc: RpcClient, address: str) -> list[Account]:
    """The program's account and, when its loader keeps them apart, that of its bytes."""
    program = await rpc.account(address, COMMITMENT)
    if program is None:
        raise NotFoundError(f"there is no program at {address}")
    if program.owner != _UPGRADEABLE_LOADER:
        return [program]
    data = await rpc.account(base58.encode(program.data[4:36]), COMMITMENT)
    if data is None:
        raise NotFoundError(f"program {address} was closed")
    return [data, program]


def _shown(account: Account) -> dict[str, Any]:
    body = {
        "lamports": account.lamports,
        "data": [base64.b64encode(account.data).decode(), "base64"],
        "owner": account.owner,
        "executable": account.executable,
        "space": len(account.data),
    }
    return {"pubkey": account.address, "account": body}
