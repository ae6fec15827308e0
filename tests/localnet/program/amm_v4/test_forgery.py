"""Forged, swapped or read-only accounts of the AMM v4 instructions: each is refused, with its number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from solders.instruction import AccountMeta, Instruction

from sniperforge.localnet.program.amm_v4 import instructions as amm
from sniperforge.localnet.program.binary import AMM_V4
from tests.localnet.program.amm_v4.pool_bench import AMOUNTS, Bench, Pool
from tests.localnet.program.svm_bench import SYSTEM, Outcome, key, mint_data, replaced, token_account_data

if TYPE_CHECKING:
    from collections.abc import Callable

    from solders.pubkey import Pubkey

    Forge = Callable[[Bench, Pool], Pubkey]

THIEF = key("thief")
TOKEN_2022 = amm.Pubkey.from_string("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb")
HEAD, TAIL = ("token_program", "pool", "authority"), ("source", "destination", "user")
VAULTS = ("coin_vault", "pc_vault")
BOOK = ("market_program", *(f"market {place}" for place in range(6)), "market_signer")
ROLES = {
    18: (*HEAD, "open_orders", "target_orders", *VAULTS, *BOOK, *TAIL),
    17: (*HEAD, "open_orders", *VAULTS, *BOOK, *TAIL),
    8: (*HEAD, *VAULTS, *TAIL),
}


def forged_account(owner: Pubkey | None, program: Pubkey, side: int) -> Forge:
    """A token account of the pool's coin or pc, under any owner and program."""

    def forge(bench: Bench, pool: Pool) -> Pubkey:
        mint = (pool.at.coin_mint, pool.at.pc_mint)[side]
        return bench.put(key("forged"), token_account_data(mint, owner or bench.user, 10**12), program)

    return forge


def copied_pool(owner: Pubkey) -> Forge:
    return lambda bench, pool: bench.put(key("copied"), bench.data(pool.at.pool), owner)


def other(what: Callable[[Pool], Pubkey]) -> Forge:
    return lambda bench, _: what(bench.pool("other").create())


def of_another_mint(bench: Bench, _: Pool) -> Pubkey:
    return bench.token_account(bench.user, bench.put(key("unrelated"), mint_data(), amm.TOKEN))


CASES: dict[str, tuple[str, Forge, int]] = {
    "token program of the thief": ("token_program", lambda *_: THIEF, 38),
    "the other token program": ("token_program", lambda *_: TOKEN_2022, 38),
    "pool of another program": ("pool", copied_pool(THIEF), 27),
    "pool of another market": ("pool", other(lambda pool: pool.at.pool), 4),
    "pool that is the configuration": ("pool", lambda *_: amm.CONFIG, 27),
    "pool that does not exist": ("pool", lambda *_: key("nothing"), 27),
    "authority of the thief": ("authority", lambda *_: THIEF, 1),
    "coin vault of the thief": ("coin_vault", forged_account(THIEF, amm.TOKEN, 0), 4),
    "pc vault of the thief": ("pc_vault", forged_account(THIEF, amm.TOKEN, 1), 5),
    "coin vault of another pool": ("coin_vault", other(lambda pool: pool.at.vaults[0]), 4),
    "vaults the wrong way round": ("coin_vault", lambda _, pool: pool.at.vaults[1], 4),
    "source of another mint": ("source", of_another_mint, 42),
    "source of someone else": ("source", forged_account(THIEF, amm.TOKEN, 0), 18),
    "source under a false token program": ("source", forged_account(None, THIEF, 0), 42),
    "source under the other token program": ("source", forged_account(None, TOKEN_2022, 0), 42),
    "source that is a vault": ("source", lambda _, pool: pool.at.vaults[0], 18),
    "source that is the destination's": ("source", lambda _, pool: pool.accounts[1], 42),
    "source that does not exist": ("source", lambda *_: key("nothing"), 42),
    "destination of another mint": ("destination", of_another_mint, 42),
    "destination under a false token program": ("destination", forged_account(None, THIEF, 1), 42),
    "destination that is the vault": ("destination", lambda _, pool: pool.at.vaults[1], 8),
}
FORGED = [
    (form, name) for form, roles in ROLES.items() for name, (role, _, _) in CASES.items() if role in roles
]


def swap(pool: Pool, form: int, kind: str) -> Instruction:
    if kind == "in":
        return pool.swap_in(0, 1_000_000, accounts=form)
    return pool.swap_out(0, 1_000_000, accounts=form)


def unmoved(bench: Bench, pool: Pool, instruction: Instruction, payer: Pubkey | None = None) -> Outcome:
    """Sends; the pool, its vaults and the user must hold after it what they held before."""

    def everything() -> list[object]:
        return [bench.data(pool.at.pool), pool.state(), pool.balances()]

    before = everything()
    outcome = bench.send(instruction, payer=payer)
    assert everything() == before
    return outcome


@pytest.mark.parametrize(("form", "name"), FORGED, ids=[f"{form}: {name}" for form, name in FORGED])
@pytest.mark.parametrize("kind", ["in", "out"])
def test_a_swap_refuses(kind: str, form: int, name: str) -> None:
    """A swap with one forged account fails with its number and moves nothing; the honest one passes."""
    bench = Bench()
    pool = bench.pool().create()
    role, forge, number = CASES[name]
    honest = swap(pool, form, kind)
    forged = replaced(honest, ROLES[form].index(role), forge(bench, pool))
    assert unmoved(bench, pool, forged).error == number
    assert bench.send(honest).error is None


@pytest.mark.parametrize("role", ["pool", "coin_vault", "pc_vault", "source", "destination"])
@pytest.mark.parametrize("form", ROLES)
def test_a_swap_refuses_read_only(form: int, role: str) -> None:
    """An account that the swap changes must be passed writable."""
    bench = Bench()
    pool = bench.pool().create()
    forged = replaced(swap(pool, form, "in"), ROLES[form].index(role), writable=False)
    assert unmoved(bench, pool, forged).error == 14


@pytest.mark.parametrize("form", ROLES)
@pytest.mark.parametrize("kind", ["in", "out"])
def test_the_user_must_sign(kind: str, form: int) -> None:
    """Nobody moves the tokens of a user who did not sign."""
    bench = Bench()
    pool = bench.pool().create()
    bench.put(THIEF, b"", SYSTEM, 10**9)
    honest = swap(pool, form, kind)
    at = ROLES[form].index("user")
    assert unmoved(bench, pool, replaced(honest, at, signer=False), THIEF).error == 21
    assert unmoved(bench, pool, replaced(honest, at, THIEF), THIEF).error == 18


@pytest.mark.parametrize("role", ["open_orders", "target_orders", *BOOK])
def test_the_order_book_may_be_anything(role: str) -> None:
    """Its accounts are named and not looked at, as there is none."""
    bench = Bench()
    pool = bench.pool().create()
    for form in (17, 18):
        if role in ROLES[form]:
            changed = replaced(swap(pool, form, "in"), ROLES[form].index(role), THIEF)
            assert bench.send(changed).error is None


def test_malformed_calls() -> None:
    """Cut data, unknown tags and other numbers of accounts are refused by number."""
    bench = Bench()
    pool = bench.pool().create()
    for honest in (swap(pool, 18, "in"), swap(pool, 17, "out"), swap(pool, 8, "in")):
        for data in (b"", b"\x02", honest.data[:16]):
            assert bench.send(Instruction(amm.PROGRAM, data, honest.accounts)).error == 23
        shorter = Instruction(amm.PROGRAM, honest.data, honest.accounts[:6])
        assert bench.send(shorter).error == 24
        extra = [AccountMeta(key(f"extra {index}"), False, False) for index in range(5)]
        assert bench.send(Instruction(amm.PROGRAM, honest.data, [*honest.accounts, *extra])).error == 24


INITIALIZE = (
    *("token_program", "ata_program", "system", "rent", "pool", "authority", "open_orders", "lp_mint"),
    *("coin_mint", "pc_mint", "coin_vault", "pc_vault", "target_orders", "config", "fee_account"),
    *("market_program", "market", "user", "user_coin", "user_pc", "lp_account"),
)
CREATION_CASES = {
    "token_program": 38,
    "ata_program": 1,
    "system": 47,
    "rent": 3,
    "pool": 1,
    "authority": 1,
    "open_orders": 10,
    "lp_mint": 9,
    "coin_mint": 2,
    "pc_mint": 2,
    "coin_vault": 4,
    "pc_vault": 5,
    "target_orders": 13,
    "config": 54,
    "fee_account": 48,
    "market": 13,
    "user_coin": 3,
    "user_pc": 3,
}


@pytest.mark.parametrize("role", CREATION_CASES)
def test_a_creation_refuses(role: str) -> None:
    """A stranger's address in any place fails with its number, and nothing is made."""
    bench = Bench()
    pool = bench.pool()
    honest = pool.initialize(AMOUNTS)
    outcome = bench.send(replaced(honest, INITIALIZE.index(role), THIEF))
    assert outcome.error == CREATION_CASES[role], outcome.logs
    assert bench.svm.get_account(pool.at.pool) is None
    assert bench.send(honest).error is None


CREATION_FORGERIES: dict[str, tuple[str, Forge, int]] = {
    "coin account of someone else": ("user_coin", forged_account(THIEF, amm.TOKEN, 0), 18),
    "pc account of another mint": ("user_pc", of_another_mint, 17),
    "coin account of another mint": ("user_coin", of_another_mint, 16),
    "pc account under a false program": ("user_pc", forged_account(None, THIEF, 1), 3),
    "Token-2022 mint": ("coin_mint", lambda bench, _: bench.put(key("2022"), mint_data(), TOKEN_2022), 2),
    "the same mint twice": ("coin_mint", lambda _, pool: pool.at.pc_mint, 59),
    "config of another program": (
        "config",
        lambda bench, _: bench.put(amm.CONFIG, bench.data(amm.CONFIG), THIEF),
        54,
    ),
}


@pytest.mark.parametrize("name", CREATION_FORGERIES)
def test_a_creation_refuses_forged(name: str) -> None:
    """Accounts that look right but belong to others."""
    bench = Bench()
    pool = bench.pool()
    role, forge, number = CREATION_FORGERIES[name]
    honest = pool.initialize(AMOUNTS)
    assert bench.send(replaced(honest, INITIALIZE.index(role), forge(bench, pool))).error == number
    assert bench.svm.get_account(pool.at.pool) is None


WRITTEN = (
    "pool",
    "open_orders",
    "lp_mint",
    "coin_vault",
    "pc_vault",
    "target_orders",
    "fee_account",
    "user_coin",
)


@pytest.mark.parametrize("role", [*WRITTEN, "user_pc"])
def test_a_creation_refuses_read_only(role: str) -> None:
    """An account that creation makes or changes must be passed writable."""
    bench = Bench()
    forged = replaced(bench.pool().initialize(AMOUNTS), INITIALIZE.index(role), writable=False)
    assert bench.send(forged).error == 14


def test_a_creation_needs_its_signer_and_data() -> None:
    """The user signs and pays; the nonce is the authority's; data and accounts are whole."""
    bench = Bench()
    bench.put(THIEF, b"", SYSTEM, 10**9)
    honest = bench.pool().initialize(AMOUNTS)
    at = INITIALIZE.index("user")
    assert bench.send(replaced(honest, at, signer=False), payer=THIEF).error == 21
    assert bench.send(replaced(honest, at, writable=False), payer=THIEF).error == 14
    nonce = Instruction(amm.PROGRAM, honest.data[:1] + b"\xff" + honest.data[2:], honest.accounts)
    assert bench.send(nonce).error == 1
    assert bench.send(Instruction(amm.PROGRAM, honest.data[:-1], honest.accounts)).error == 23
    assert bench.send(Instruction(amm.PROGRAM, honest.data, honest.accounts[:-1])).error == 24


def test_the_program_runs_only_at_its_address() -> None:
    """Deployed elsewhere it refuses: its authority and seeds belong to one id."""
    bench = Bench()
    bench.svm.add_program(THIEF, AMM_V4.elf())
    honest = bench.pool().create().swap_in(0, 1_000)
    assert bench.send(Instruction(THIEF, honest.data, honest.accounts)).error == 1
