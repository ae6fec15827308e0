"""Forged, swapped or missing accounts of a creation: each is refused, and nothing is created."""

from __future__ import annotations

import pytest

from sniperforge.localnet.program.cpmm import genesis
from sniperforge.localnet.program.cpmm import instructions as amm
from sniperforge.localnet.program.cpmm.model import MintFee
from tests.localnet.program.cpmm.amm_bench import Bench
from tests.localnet.program.cpmm.forgeries import (
    AMOUNTS,
    THIEF,
    Forgery,
    copy_of,
    fixed,
    not_initialized,
    user_account,
    wrong_mint_account,
)
from tests.localnet.program.svm_bench import SYSTEM, key, mint_data, replaced, token_account_data

INITIALIZE = (
    "creator",
    "amm_config",
    "authority",
    "pool_state",
    "mint_0",
    "mint_1",
    "lp_mint",
    "creator_token_0",
    "creator_token_1",
    "creator_lp",
    "vault_0",
    "vault_1",
    "create_pool_fee",
    "observation",
    "token_program",
    "program_0",
    "program_1",
    "ata_program",
    "system",
    "rent",
)

INITIALIZE_CASES: dict[str, tuple[str, Forgery, int]] = {
    "config of another program": ("amm_config", copy_of("amm_config", THIEF), 3007),
    "config that does not exist": ("amm_config", not_initialized, 3012),
    "authority of the thief": ("authority", fixed(THIEF), 2006),
    "pool that is neither derived nor signs": ("pool_state", fixed(key("free pool")), 2006),
    "token program of the thief": ("token_program", fixed(THIEF), 3008),
    "program 0 of the thief": ("program_0", fixed(THIEF), 3008),
    "program 1 of the thief": ("program_1", fixed(THIEF), 3008),
    "program 1 is not the mint's": ("program_1", fixed(amm.TOKEN_2022), 2022),
    "ata program of the thief": ("ata_program", fixed(THIEF), 3008),
    "system program of the thief": ("system", fixed(THIEF), 3008),
    "rent of the thief": ("rent", fixed(THIEF), 3015),
    "fee account of the thief": ("create_pool_fee", user_account(0, owner=THIEF), 2012),
    "lp mint of the thief": ("lp_mint", fixed(key("lp mint")), 2006),
    "observation of the thief": ("observation", fixed(key("observation")), 2006),
    "vault 0 of the thief": ("vault_0", fixed(key("vault")), 2006),
    "vault 1 of the thief": ("vault_1", fixed(key("vault")), 2006),
    "token account of another mint": ("creator_token_0", wrong_mint_account, 2014),
    "token account of someone else": ("creator_token_1", user_account(1, owner=THIEF), 2015),
    "mint that is a token account": ("mint_0", user_account(0), 3003),
}


@pytest.mark.parametrize("name", INITIALIZE_CASES)
def test_initialize_refuses(name: str) -> None:
    """A creation with one forged account fails with its number and creates nothing."""
    bench = Bench()
    pool = bench.pool()
    role, forge, number = INITIALIZE_CASES[name]
    honest = pool.initialize_instruction(AMOUNTS)
    outcome = bench.send(replaced(honest, INITIALIZE.index(role), forge(bench, pool)))
    assert outcome.error == number, outcome.logs
    assert bench.svm.get_account(pool.at.pool) is None
    assert bench.send(honest).error is None


def test_initialize_wants_the_creators_signature() -> None:
    """The creator pays and signs."""
    bench = Bench()
    pool = bench.pool()
    bench.put(THIEF, b"", SYSTEM, 10**9)
    forged = replaced(pool.initialize_instruction(AMOUNTS), 0, signer=False)
    assert bench.send(forged, payer=THIEF).error == 3010


def test_pool_at_its_own_key_must_sign() -> None:
    """A pool that is not the derived address is created only when its key signs."""
    bench = Bench()
    pool = bench.pool()
    pool.at = amm.pool_addresses(*pool.mints, pool=key("own pool"))
    outcome = bench.send(pool.initialize_instruction(AMOUNTS))
    assert outcome.error == 2501
    assert bench.send(pool.initialize_instruction(AMOUNTS, pool_signs=True)).error is None
    assert pool.bench.amount(pool.at.vault_1) == AMOUNTS[1]


def test_fake_mints_are_refused() -> None:
    """A mint account that is not an initialised mint of its program cannot be pooled."""
    bench = Bench()
    pool = bench.pool(fees=(MintFee(), None))
    extended = mint_data(extensions=[])
    dead = extended[:45] + b"\0" + extended[46:]
    for data in (dead, dead[:82], extended[:81], extended[:165], extended[:165] + b"\x02", bytes(82)):
        bench.put(pool.at.mint_0, data, amm.TOKEN_2022)
        assert bench.send(pool.initialize_instruction(AMOUNTS)).error == 3003
    bench.put(pool.at.mint_0, extended, amm.TOKEN_2022)
    bench.put(pool.at.mint_1, extended, amm.TOKEN)
    assert bench.send(pool.initialize_instruction(AMOUNTS)).error == 3003
    bench.put(pool.at.mint_1, mint_data(), amm.TOKEN)
    bench.put(pool.accounts[0], token_account_data(pool.at.mint_0, bench.user, 1 << 60), amm.TOKEN_2022)
    assert bench.send(pool.initialize_instruction(AMOUNTS)).error is None


@pytest.mark.parametrize("role", ["creator", "create_pool_fee"])
def test_initialize_refuses_read_only(role: str) -> None:
    """Who pays and what is paid to must be passed writable."""
    bench = Bench()
    pool = bench.pool()
    bench.put(THIEF, b"", SYSTEM, 10**9)
    forged = replaced(pool.initialize_instruction(AMOUNTS), INITIALIZE.index(role), writable=False)
    assert bench.send(forged, payer=THIEF).error == 2000


def test_disabled_config_creates_no_pool() -> None:
    """With disable_create_pool set, creation is NotApproved."""
    bench = Bench()
    bench.put(amm.CONFIG_0, genesis.amm_config(disable_create_pool=True).data, amm.PROGRAM)
    assert bench.send(bench.pool().initialize_instruction(AMOUNTS)).error == 6000
