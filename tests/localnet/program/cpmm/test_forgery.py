"""Forged, swapped or missing accounts of swaps and liquidity changes: each is refused, with its number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from solders.instruction import AccountMeta, Instruction

from sniperforge.localnet.program.binary import CPMM
from sniperforge.localnet.program.cpmm import instructions as amm
from sniperforge.localnet.program.cpmm.model import MintFee
from tests.localnet.program.cpmm.amm_bench import Bench, Pool
from tests.localnet.program.cpmm.forgeries import (
    AMOUNTS,
    LIQUIDITY,
    SWAP,
    THIEF,
    Forgery,
    address_of,
    at,
    copy_of,
    fixed,
    not_initialized,
    other_pool,
    pool_of,
    user_account,
    wrong_mint_account,
)
from tests.localnet.program.svm_bench import SYSTEM, key, replaced, token_account_data

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.localnet.program.svm_bench import Outcome

SWAP_CASES: dict[str, tuple[str, Forgery, int]] = {
    "authority of the thief": ("authority", fixed(THIEF), 2006),
    "config of another program": ("amm_config", copy_of("amm_config", THIEF), 3007),
    "config copied inside the program": ("amm_config", copy_of("amm_config", amm.PROGRAM), 2012),
    "config that is a pool": ("amm_config", at("pool_state"), 3002),
    "config that does not exist": ("amm_config", not_initialized, 3012),
    "pool of another program": ("pool_state", copy_of("pool_state", THIEF), 3007),
    "pool that is a config": ("pool_state", at("amm_config"), 3002),
    "pool that does not exist": ("pool_state", not_initialized, 3012),
    "another pool": ("pool_state", other_pool("pool_state"), 2003),
    "input vault of the thief": ("input_vault", user_account(0, owner=THIEF), 2003),
    "output vault of the thief": ("output_vault", user_account(1, owner=THIEF), 2003),
    "input vault copied": ("input_vault", copy_of("vault_0", amm.TOKEN), 2003),
    "output vault of another pool": ("output_vault", other_pool("vault_1"), 2003),
    "output vault twice": ("input_vault", at("vault_1"), 6008),
    "input vault twice": ("output_vault", at("vault_0"), 6008),
    "input mint copied": ("input_mint", copy_of("mint_0", amm.TOKEN), 2012),
    "output mint of another program": ("output_mint", copy_of("mint_1", THIEF), 2012),
    "mints the wrong way round": ("input_mint", at("mint_1"), 2012),
    "input token program of the thief": ("input_program", fixed(THIEF), 3008),
    "output token program is the other one": ("output_program", fixed(amm.TOKEN_2022), 3008),
    "source under a false token program": ("source", user_account(0, program=THIEF), 3007),
    "source under the other token program": ("source", user_account(0, program=amm.TOKEN_2022), 2021),
    "source of another mint": ("source", wrong_mint_account, 2014),
    "source of someone else": ("source", user_account(0, owner=THIEF), 4),
    "source is the pool's own vault": ("source", at("vault_0"), 4),
    "destination of another mint": ("destination", wrong_mint_account, 2014),
    "destination under a false token program": ("destination", user_account(1, program=THIEF), 3007),
    "destination is the pool's own vault": ("destination", at("vault_1"), 6010),
    "destination that does not exist": ("destination", not_initialized, 3012),
    "observation of another pool": ("observation", other_pool("observation"), 2012),
    "observation copied": ("observation", copy_of("observation", amm.PROGRAM), 2012),
}


def unmoved(bench: Bench, pool: Pool, send: Callable[[], Outcome]) -> Outcome:
    """Sends; the pool, its vaults and the user must hold after it what they held before."""

    def everything() -> list[object]:
        return [bench.data(pool.at.pool), *map(bench.amount, pool.vaults), pool.balances()]

    before = everything()
    outcome = send()
    assert everything() == before
    return outcome


@pytest.mark.parametrize("name", SWAP_CASES)
@pytest.mark.parametrize("form", ["base_input", "base_output"])
def test_swap_refuses(form: str, name: str) -> None:
    """A swap with one forged account fails with its number and moves nothing."""
    bench = Bench()
    pool = pool_of(bench)
    role, forge, number = SWAP_CASES[name]
    honest = (
        pool.swap_input_instruction(0, 1_000_000)
        if form == "base_input"
        else pool.swap_output_instruction(0, 1 << 40, 1_000_000)
    )
    forged = replaced(honest, SWAP.index(role), forge(bench, pool))
    outcome = unmoved(bench, pool, lambda: bench.send(forged))
    assert outcome.error == number, outcome.logs
    assert bench.send(honest).error is None


@pytest.mark.parametrize(
    "role", ["pool_state", "input_vault", "output_vault", "source", "destination", "observation"]
)
def test_swap_refuses_read_only(role: str) -> None:
    """An account that the swap changes must be passed writable."""
    bench = Bench()
    pool = pool_of(bench)
    forged = replaced(pool.swap_input_instruction(0, 1_000_000), SWAP.index(role), writable=False)
    assert unmoved(bench, pool, lambda: bench.send(forged)).error == 2000


LIQUIDITY_CASES: dict[str, tuple[str, Forgery, int]] = {
    "authority of the thief": ("authority", fixed(THIEF), 2006),
    "pool of another program": ("pool_state", copy_of("pool_state", THIEF), 3007),
    "pool that is a config": ("pool_state", at("amm_config"), 3002),
    "another pool": ("pool_state", other_pool("pool_state"), 6004),
    "lp mint copied": ("lp_mint", copy_of("lp_mint", amm.TOKEN), 6004),
    "lp mint of another pool": ("lp_mint", other_pool("lp_mint"), 6004),
    "lp account of another mint": ("owner_lp", wrong_mint_account, 2014),
    "vault 0 of the thief": ("vault_0", user_account(0, owner=THIEF), 2003),
    "vault 1 copied": ("vault_1", copy_of("vault_1", amm.TOKEN), 2003),
    "vaults the wrong way round": ("vault_0", at("vault_1"), 2003),
    "mint 0 copied": ("mint_0", copy_of("mint_0", amm.TOKEN), 2012),
    "mint 1 of another program": ("mint_1", copy_of("mint_1", THIEF), 2012),
    "token program of the thief": ("token_program", fixed(THIEF), 3008),
    "token 2022 program of the thief": ("token_program_2022", fixed(THIEF), 3008),
    "token account of another mint": ("token_1", wrong_mint_account, 2014),
    "token account under a false program": ("token_0", user_account(0, program=THIEF), 3007),
}


def liquidity_instruction(pool: Pool, form: str) -> Instruction:
    return pool.deposit_instruction(1_000) if form == "deposit" else pool.withdraw_instruction(1_000)


@pytest.mark.parametrize("name", LIQUIDITY_CASES)
@pytest.mark.parametrize("form", ["deposit", "withdraw"])
def test_liquidity_refuses(form: str, name: str) -> None:
    """A deposit or withdrawal with one forged account fails with its number and moves nothing."""
    bench = Bench()
    pool = pool_of(bench)
    role, forge, number = LIQUIDITY_CASES[name]
    honest = liquidity_instruction(pool, form)
    forged = replaced(honest, LIQUIDITY.index(role), forge(bench, pool))
    assert unmoved(bench, pool, lambda: bench.send(forged)).error == number
    assert bench.send(honest).error is None


@pytest.mark.parametrize("form", ["deposit", "withdraw"])
def test_lp_account_of_someone_else_is_refused(form: str) -> None:
    """LP tokens are minted to and burned from the signing owner's account only."""
    bench = Bench()
    pool = pool_of(bench)
    data = token_account_data(pool.at.lp_mint, THIEF, 10**6)
    account = bench.put(key("thief's lp"), data, amm.TOKEN)
    forged = replaced(liquidity_instruction(pool, form), LIQUIDITY.index("owner_lp"), account)
    assert unmoved(bench, pool, lambda: bench.send(forged)).error == 2015


def test_deposit_takes_from_the_owner_only() -> None:
    """The token accounts that pay a deposit belong to its signer."""
    bench = Bench()
    pool = pool_of(bench)
    account = user_account(0, owner=THIEF)(bench, pool)
    forged = replaced(pool.deposit_instruction(1_000), LIQUIDITY.index("token_0"), account)
    assert unmoved(bench, pool, lambda: bench.send(forged)).error == 2015


def test_withdraw_wants_the_memo_program() -> None:
    """Account 13 of a withdrawal is the memo program, as in the interface."""
    bench = Bench()
    pool = pool_of(bench)
    forged = replaced(pool.withdraw_instruction(1_000), LIQUIDITY.index("memo"), THIEF)
    assert unmoved(bench, pool, lambda: bench.send(forged)).error == 2012


@pytest.mark.parametrize("form", ["swap_input", "swap_output", "deposit", "withdraw"])
def test_owner_must_sign(form: str) -> None:
    """Nobody moves the tokens of an owner who did not sign."""
    bench = Bench()
    pool = pool_of(bench)
    honest = {
        "swap_input": lambda: pool.swap_input_instruction(0, 1_000_000),
        "swap_output": lambda: pool.swap_output_instruction(0, 1 << 40, 1_000_000),
        "deposit": lambda: pool.deposit_instruction(1_000),
        "withdraw": lambda: pool.withdraw_instruction(1_000),
    }[form]()
    bench.put(THIEF, b"", SYSTEM, 10**9)
    forged = replaced(honest, 0, signer=False)
    assert unmoved(bench, pool, lambda: bench.send(forged, payer=THIEF)).error == 3010
    stranger = replaced(honest, 0, THIEF)
    assert unmoved(bench, pool, lambda: bench.send(stranger, payer=THIEF)).error in {4, 2015}


def test_program_runs_only_at_its_address() -> None:
    """Deployed elsewhere the program refuses: its authority and seeds belong to one id."""
    bench = Bench()
    bench.svm.add_program(THIEF, CPMM.elf())
    honest = pool_of(bench).swap_input_instruction(0, 1_000)
    assert bench.send(Instruction(THIEF, honest.data, honest.accounts)).error == 4100


@pytest.mark.parametrize(
    ("data", "number"),
    [(b"", 100), (b"1234567", 100), (bytes(8), 101), (None, 102)],
    ids=["empty", "short", "unknown", "cut"],
)
def test_malformed_instruction_data(data: bytes | None, number: int) -> None:
    """Unknown or cut instruction data is refused by number."""
    bench = Bench()
    pool = pool_of(bench)
    for honest in (
        pool.swap_input_instruction(0, 1_000),
        pool.swap_output_instruction(0, 1_000, 1),
        pool.deposit_instruction(1_000),
        pool.withdraw_instruction(1_000),
        pool.initialize_instruction(AMOUNTS),
    ):
        sent = honest.data[:-1] if data is None else data
        assert bench.send(Instruction(amm.PROGRAM, sent, honest.accounts)).error == number
        if data is None:
            cut = Instruction(amm.PROGRAM, honest.data, honest.accounts[:-1])
            assert bench.send(cut).error == 3005


def test_more_accounts_than_known_are_ignored() -> None:
    """Extra accounts after the interface's own change nothing, however many and repeated."""
    bench = Bench()
    pool = pool_of(bench)
    honest = pool.swap_input_instruction(0, 1_000_000)
    extra = [AccountMeta(key(f"extra {index % 17}"), False, False) for index in range(30)]
    assert bench.send(Instruction(amm.PROGRAM, honest.data, [*honest.accounts, *extra])).error is None


@pytest.mark.parametrize(
    "role", ["pool_state", "owner_lp", "token_0", "token_1", "vault_0", "vault_1", "lp_mint"]
)
@pytest.mark.parametrize("form", ["deposit", "withdraw"])
def test_liquidity_refuses_read_only(form: str, role: str) -> None:
    """An account that a deposit or withdrawal changes must be passed writable."""
    bench = Bench()
    pool = pool_of(bench)
    forged = replaced(liquidity_instruction(pool, form), LIQUIDITY.index(role), writable=False)
    assert unmoved(bench, pool, lambda: bench.send(forged)).error == 2000


@pytest.mark.parametrize(("role", "number"), [("mint_0", 2022), ("mint_1", 2022), ("observation", 3007)])
def test_account_that_changed_its_owner(role: str, number: int) -> None:
    """The right address is not enough: mints stay with their token program, the observation with ours."""
    bench = Bench()
    pool = pool_of(bench)
    bench.put(address_of(pool, role), bench.data(address_of(pool, role)), THIEF)
    assert unmoved(bench, pool, lambda: bench.send(pool.swap_input_instruction(0, 1_000_000))).error == number
    if role != "observation":
        assert unmoved(bench, pool, lambda: bench.send(pool.deposit_instruction(1_000))).error == number


def test_token_account_that_is_none() -> None:
    """An account of a token program that is too short, or a mint, is no token account."""
    bench = Bench()
    pool = bench.pool(fees=(MintFee(500, 1 << 62), None)).create(AMOUNTS)
    honest = bench.data(pool.accounts[0])
    for data in (honest[:164], honest[:165] + b"\x01" + honest[166:], honest[:32]):
        bench.put(pool.accounts[0], data, amm.TOKEN_2022)
        assert bench.send(pool.swap_input_instruction(0, 1_000_000)).error == 3003
