"""The AMM v4 program in the SVM: pools made and swapped in, their accounts, logs and opening."""

from __future__ import annotations

import base64
import struct

import pytest

from sniperforge.localnet.program.amm_v4 import instructions as amm
from sniperforge.localnet.program.amm_v4.model import PoolModel, shares_of_creator
from tests.localnet.program.amm_v4.pool_bench import AMOUNTS, Bench, Pool
from tests.localnet.program.svm_bench import NOW, SYSTEM, Outcome, key


def ray_log(outcome: Outcome) -> bytes:
    lines = [line for line in outcome.logs if line.startswith("Program log: ray_log: ")]
    assert len(lines) == 1
    return base64.b64decode(lines[0].removeprefix("Program log: ray_log: "), validate=True)


@pytest.mark.parametrize("decimals", [(6, 9), (9, 6), (0, 0)], ids=["6/9", "9/6", "0/0"])
def test_initialize2_makes_a_pool(decimals: tuple[int, int]) -> None:
    """752 bytes with mints, vaults and fees at their places; the creator has all shares but one whole."""
    bench = Bench()
    pool = bench.pool(decimals=decimals)
    outcome = bench.send(pool.initialize((10**12, 3 * 10**12)))
    assert outcome.error is None, outcome.logs
    data, at = bench.data(pool.at.pool), pool.at
    assert len(data) == 752
    assert struct.unpack_from("<2Q", data) == (6, 254)
    assert struct.unpack_from("<2Q", data, 32) == decimals
    assert struct.unpack_from("<8Q", data, 128) == (5, 10_000, 25, 10_000, 12, 100, 25, 10_000)
    keys = (*at.vaults, at.coin_mint, at.pc_mint, at.lp_mint, at.open_orders, at.market, at.market_program)
    assert data[336 : 336 + 32 * 9] == b"".join(map(bytes, (*keys, at.target_orders)))
    shares = shares_of_creator(10**12, 3 * 10**12, decimals[0])
    lp = amm.Pubkey.find_program_address(
        [bytes(bench.user), bytes(amm.TOKEN), bytes(at.lp_mint)],
        amm.Pubkey.from_string("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL"),
    )[0]
    assert bench.amount(lp) == shares
    assert struct.unpack_from("<Q", data, 720) == (shares + 10 ** decimals[0],)
    assert pool.state() == PoolModel((10**12, 3 * 10**12))
    assert bench.amount(amm.CREATE_FEE) == 400_000_000


def test_creation_says_what_it_made() -> None:
    """The line of its arguments, and the ray_log of type 0 with time, decimals, lots, amounts and market."""
    bench = Bench()
    pool = bench.pool()
    outcome = bench.send(pool.initialize(AMOUNTS, NOW + 60))
    words = f"nonce: 254, open_time: {NOW + 60}, init_pc_amount: {AMOUNTS[1]}, init_coin_amount: {AMOUNTS[0]}"
    assert f"Program log: initialize2: InitializeInstruction2 {{ {words} }}" in outcome.logs
    expected = struct.pack("<BQBBQQQQ", 0, NOW + 60, 9, 6, 1, 1, AMOUNTS[1], AMOUNTS[0])
    assert ray_log(outcome) == expected + bytes(pool.at.market)


def test_lots_come_from_a_market() -> None:
    """When the market's account has the length of one; any other account will do as well."""
    bench = Bench()
    pool = bench.pool()
    market = bytes(349) + struct.pack("<QQ", 1_000_000, 100_000) + bytes(23)
    bench.put(pool.at.market, market, amm.MARKET_PROGRAM)
    log = ray_log(bench.send(pool.initialize(AMOUNTS)))
    assert struct.unpack_from("<QQ", log, 11) == (100_000, 1_000_000)


def test_a_pool_opens_at_its_time() -> None:
    """Swaps before fail with InvalidStatus; the first one after makes the pool swap-only."""
    bench = Bench()
    pool = bench.pool().create(open_time=NOW + 60)
    assert struct.unpack_from("<Q", bench.data(pool.at.pool)) == (7,)
    assert bench.send(pool.swap_in(0, 10**6)).error == 22
    bench.set_time(NOW + 60)
    assert bench.send(pool.swap_in(0, 10**6)).error is None
    assert struct.unpack_from("<Q", bench.data(pool.at.pool)) == (6,)


@pytest.mark.parametrize(
    ("status", "error"), [(0, 22), (1, None), (2, 22), (3, 22), (4, 22), (5, 22), (6, None)]
)
def test_swaps_need_a_status_that_lets_them(status: int, error: int | None) -> None:
    """Initialized and SwapOnly do."""
    bench = Bench()
    pool = bench.pool().create()
    bench.patch(pool.at.pool, 0, struct.pack("<Q", status))
    assert bench.send(pool.swap_in(0, 10**6)).error == error


@pytest.mark.parametrize("form", [8, 17, 18])
@pytest.mark.parametrize("side", [0, 1], ids=["coin in", "pc in"])
def test_a_swap_says_what_it_did(form: int, side: int) -> None:
    """ray_log type 3 or 4 with limits, direction, the user's amount, reserves before, and the result."""
    bench = Bench()
    pool = bench.pool().create()
    held = pool.balances()[side]
    log = ray_log(bench.send(pool.swap_in(side, 10**6, 5, accounts=form)))
    output = PoolModel(AMOUNTS).swap_in(side, 10**6)[1].output
    assert struct.unpack("<B7Q", log) == (3, 10**6, 5, 2 - side, held, *AMOUNTS, output)
    state, held = pool.state(), pool.balances()[side]
    log = ray_log(bench.send(pool.swap_out(side, 10**5, 10**9, accounts=form)))
    paid = state.swap_out(side, 10**5)[1].input
    assert struct.unpack("<B7Q", log) == (4, 10**9, 10**5, 2 - side, held, *state.reserves, paid)


def test_what_is_owed_is_no_reserve() -> None:
    """Profit still to be taken lies in the vaults and counts for no price."""
    bench = Bench()
    pool = bench.pool().create()
    bench.patch(pool.at.pool, 192, struct.pack("<QQ", 10**8, 10**9))
    log = ray_log(bench.send(pool.swap_in(0, 10**6)))
    assert struct.unpack_from("<QQ", log, 33) == (AMOUNTS[0] - 10**8, AMOUNTS[1] - 10**9)
    bench.patch(pool.at.pool, 192, struct.pack("<Q", 10**12))
    assert bench.send(pool.swap_in(0, 10**6)).error == 40


def test_lamports_sent_ahead_do_not_block_a_pool() -> None:
    """Somebody who funds the pool's addresses before it exists saves its creator the rent."""
    bench = Bench()
    pool = bench.pool()
    bench.put(pool.at.pool, b"", SYSTEM, 890_880)
    bench.put(pool.at.vaults[0], b"", SYSTEM, 10**9)
    pool.create()


def test_a_market_has_one_pool() -> None:
    """A second creation fails, also with other mints."""
    bench = Bench()
    pool = bench.pool().create()
    assert bench.send(pool.initialize(AMOUNTS)).error == 49
    other = bench.pool("other")
    again = amm.PoolAddresses(pool.at.market, other.at.coin_mint, other.at.pc_mint)
    assert bench.send(Pool(bench, again, other.accounts).initialize(AMOUNTS)).error == 49


def test_a_pool_needs_liquidity() -> None:
    """Less than one whole share is refused, and nothing is made."""
    bench = Bench()
    pool = bench.pool()
    for amounts in ((0, 10**9), (10**3, 10**3), (10**6, 10**6)):
        assert bench.send(pool.initialize(amounts)).error == 57
    assert bench.svm.get_account(pool.at.pool) is None


def test_units_of_a_swap() -> None:
    """Well below what the real program takes."""
    bench = Bench()
    pool = bench.pool().create()
    assert bench.send(pool.swap_in(0, 10**6)).units < 20_000
    assert bench.send(pool.swap_in(0, 10**6, accounts=8)).units < 20_000


def test_refusals_are_told() -> None:
    """The words that clients look for in the log."""
    bench = Bench()
    pool = bench.pool().create()
    outcome = bench.send(pool.swap_in(0, 10**6, 1 << 60))
    assert outcome.error == 30
    assert "Program log: Error: exceeds desired slippage limit" in outcome.logs
    poor = bench.token_account(bench.user, pool.at.coin_mint, 5, "poor")
    assert bench.send(Pool(bench, pool.at, (poor, pool.accounts[1])).swap_in(0, 6)).error == 40
    assert bench.send(Pool(bench, pool.at, (poor, pool.accounts[1])).swap_out(0, 60)).error == 40
    assert key("nothing") not in pool.accounts
