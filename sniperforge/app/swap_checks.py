"""Checks of trading: a real pool is read, quoted, and a swap on it simulated and compared to the unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.app.check_run import Finding, ok, skip, warn
from sniperforge.app.pool_lookup import COMMITMENT, LoadedPool, decimal_text, load_pool
from sniperforge.app.wallet import wallet_entry
from sniperforge.dex.raydium_cpmm import program
from sniperforge.dex.registry import VENUES, program_on
from sniperforge.dex.sides import in_byte_order
from sniperforge.domain.addresses import SYSTEM_PROGRAM, USDC_MINT, WSOL_MINT
from sniperforge.domain.amounts import format_sol, format_units
from sniperforge.errors import DecodeError, RejectedError, SniperForgeError
from sniperforge.execution.plan import FeePlan, buy_instructions, compile_message, unsigned_transaction
from sniperforge.tokens.account import TOKEN_ACCOUNT_SIZE, decode_token_account
from sniperforge.tokens.addresses import associated_token_address

if TYPE_CHECKING:
    from solders.instruction import Instruction

    from sniperforge.app.check_run import CheckRun
    from sniperforge.app.node import Node
    from sniperforge.chain.rpc import RpcClient

SPEND: Final = 10_000_000
"""Lamports of the simulated swap; nothing is sent."""

TRIES: Final = 4
"""The pool may be traded between reading and simulating."""

OPENING_SECONDS: Final = 5
"""How long after a pool's opening a refused swap is put down to the chain's clock."""

_PAUSE_SECONDS: Final = 0.2
_UNITS: Final = 400_000
_SEED: Final = "test-pools"
_NO_BLOCKHASH: Final = "11111111111111111111111111111111"


async def pool_checks(run: CheckRun) -> None:
    """The SOL/USDC pool of the network, from its account to a simulated swap."""
    loaded: list[LoadedPool] = []

    async def read(node: Node) -> Finding:
        address = sol_usdc_pool(node.cluster)
        if address is None:
            return skip(f"no venue of ours is on {node.cluster}")
        if await node.rpc.account(address, COMMITMENT) is None:
            return skip(f"there is no SOL/USDC pool on {node.cluster}")
        loaded.append(await load_pool(node.rpc, address))
        return _described(loaded[0])

    async def quote(_node: Node) -> Finding:
        return _quoted(loaded[0])

    async def simulate(node: Node) -> Finding:
        return await _once_open(node, loaded[0])

    for name, work in (("pool", read), ("quote", quote), ("simulation", simulate)):
        if not await run.on_node("pools", name, work):
            return


def sol_usdc_pool(cluster: str) -> str | None:
    """The canonical CPMM pool of SOL and USDC under the first fee configuration."""
    owner = program_on(VENUES[0], cluster)
    if owner is None:
        return None
    mints = (WSOL_MINT, USDC_MINT) if in_byte_order(WSOL_MINT, USDC_MINT) else (USDC_MINT, WSOL_MINT)
    return program.pool_address(program.config_address(0, owner), *mints, owner)


def _described(pool: LoadedPool) -> Finding:
    state = pool.state
    if pool.price is None:
        return skip(f"{state.address} is empty")
    price = decimal_text(1 / pool.price, 8)
    text = f"{state.address}: {format_sol(state.quote_liquidity)} SOL, {price} USDC a SOL"
    return ok(text) if pool.anatomy.canonical else warn(f"{text}; not the canonical address")


def _quoted(pool: LoadedPool) -> Finding:
    state = pool.state
    bought = state.quote(WSOL_MINT, SPEND)
    back = state.quote(state.base_mint, bought.amount_out).amount_out
    if back >= SPEND:
        raise DecodeError(f"the quotes of {state.address} contradict each other: buying and selling gains")
    amount = format_units(bought.amount_out, state.decimals(state.base_mint))
    return ok(f"{format_sol(SPEND)} SOL buy {amount} USDC; selling it gives {format_sol(back)} SOL")


async def _once_open(node: Node, pool: LoadedPool) -> Finding:
    """Simulate; a pool that has only just opened is waited for, for the chain's clock may be behind ours."""
    while True:
        try:
            return await _simulated(node, pool.state.address)
        except RejectedError:
            if node.clock.now() >= pool.state.open_time + OPENING_SECONDS:
                raise
        await node.clock.sleep(_PAUSE_SECONDS)


async def _simulated(node: Node, address: str) -> Finding:
    received = expected = 0
    for _ in range(TRIES):
        pool = await load_pool(node.rpc, address)
        payer = await _payer(node, pool)
        if payer is None:
            return skip("nobody who could pay for it is known: fund the wallet")
        expected = pool.state.quote(WSOL_MINT, SPEND).amount_out
        received = await _received(node.rpc, pool, payer)
        if received == expected:
            amount = format_units(received, pool.state.decimals(pool.state.base_mint))
            return ok(f"a swap of {format_sol(SPEND)} SOL gives {amount} USDC, as quoted, to the unit")
    text = f"simulated {received} units, quoted {expected}"
    if abs(received - expected) * 100 > expected:
        raise DecodeError(f"{text}: the quotes of this venue are wrong")
    return warn(f"{text}: it is traded faster than it can be read")


async def _received(rpc: RpcClient, pool: LoadedPool, payer: str) -> int:
    """What a simulated buy brings, raw units. Raises ``RejectedError`` when the program refuses it."""
    state, mint = pool.state, pool.state.base_mint
    target = associated_token_address(payer, mint, state.token_program(mint))
    held = await rpc.account(target, COMMITMENT)
    before = decode_token_account(held).raw if held is not None else 0

    def swap(user_input: str, user_output: str) -> Instruction:
        return pool.venue.swap_instruction(
            state,
            user=payer,
            input_mint=WSOL_MINT,
            amount_in=SPEND,
            minimum_out=1,
            user_input=user_input,
            user_output=user_output,
        )

    instructions = buy_instructions(
        wallet=payer,
        mint=mint,
        token_program=state.token_program(mint),
        token_account=target,
        spend=SPEND,
        account_rent=await rpc.minimum_rent(TOKEN_ACCOUNT_SIZE),
        seed=_SEED,
        fees=FeePlan(_UNITS, 0),
        swap=swap,
    )
    message = compile_message(payer, instructions, _NO_BLOCKHASH)
    done = await rpc.simulate(unsigned_transaction(message), accounts=(target,), commitment=COMMITMENT)
    after = done.accounts.get(target)
    if done.err is not None or after is None:
        raise RejectedError(
            f"the simulated swap is refused: {done.err}", details={"logs": list(done.logs[-5:])}
        )
    return decode_token_account(after).raw - before


async def _payer(node: Node, pool: LoadedPool) -> str | None:
    """Who could pay for the swap: our wallet, else the pool's creator. A simulation needs no signature."""
    least = SPEND + 3 * await node.rpc.minimum_rent(TOKEN_ACCOUNT_SIZE)
    for address in (_own_address(node), pool.anatomy.creator):
        account = await node.rpc.account(address, COMMITMENT) if address else None
        if account is not None and account.owner == SYSTEM_PROGRAM and account.lamports >= least:
            return address
    return None


def _own_address(node: Node) -> str:
    try:
        return wallet_entry(node.settings).pubkey
    except SniperForgeError:
        return ""
