"""Ways to forge an account of an instruction, shared by the tests that expect a refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sniperforge.localnet.program.cpmm import instructions as amm
from tests.localnet.program.cpmm.amm_bench import Bench, Pool
from tests.localnet.program.svm_bench import key, token_account_data

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

AMOUNTS = (1_000_000_000, 5_000_000_000)
THIEF = key("thief")

SWAP = (
    "payer",
    "authority",
    "amm_config",
    "pool_state",
    "source",
    "destination",
    "input_vault",
    "output_vault",
    "input_program",
    "output_program",
    "input_mint",
    "output_mint",
    "observation",
)
LIQUIDITY = (
    "owner",
    "authority",
    "pool_state",
    "owner_lp",
    "token_0",
    "token_1",
    "vault_0",
    "vault_1",
    "token_program",
    "token_program_2022",
    "mint_0",
    "mint_1",
    "lp_mint",
    "memo",
)
Forgery = Callable[[Bench, Pool], "Pubkey"]


def copy_of(role: str, owner: Pubkey) -> Forgery:
    """The same bytes at another address under another owner."""

    def forge(bench: Bench, pool: Pool) -> Pubkey:
        return bench.put(key(f"copy of {role}"), bench.data(address_of(pool, role)), owner)

    return forge


def address_of(pool: Pool, role: str) -> Pubkey:
    at = pool.at
    named = {
        "pool_state": at.pool,
        "amm_config": at.config,
        "observation": at.observation,
        "lp_mint": at.lp_mint,
    }
    named |= {"vault_0": at.vault_0, "vault_1": at.vault_1, "mint_0": at.mint_0, "mint_1": at.mint_1}
    return named[role]


def other_pool(role: str) -> Forgery:
    """The same role in a second, valid pool."""

    def forge(bench: Bench, _: Pool) -> Pubkey:
        return address_of(bench.pool("other").create(AMOUNTS), role)

    return forge


def at(role: str) -> Forgery:
    """Another of the pool's own accounts."""
    return lambda _, pool: address_of(pool, role)


def fixed(address: Pubkey) -> Forgery:
    return lambda _, __: address


def user_account(side: int, *, owner: Pubkey | None = None, program: Pubkey = amm.TOKEN) -> Forgery:
    """A token account of the pool's mint: of someone else, or under a false token program."""

    def forge(bench: Bench, pool: Pool) -> Pubkey:
        data = token_account_data(pool.mints[side], owner or bench.user, 10**12)
        return bench.put(key(f"user account {side}"), data, program)

    return forge


def wrong_mint_account(bench: Bench, _: Pool) -> Pubkey:
    return bench.token_account(bench.user, bench.mint("unrelated")[0])


def not_initialized(bench: Bench, _: Pool) -> Pubkey:
    return key("nothing here")


def pool_of(bench: Bench) -> Pool:
    return bench.pool().create(AMOUNTS)
