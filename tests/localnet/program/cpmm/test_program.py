"""Rules of the program beyond amounts and accounts: creation, opening, status, fees in force, prices, log lines, costs."""

from __future__ import annotations

import random
import struct

import pytest

from sniperforge.localnet.program.cpmm import instructions as amm
from sniperforge.localnet.program.cpmm.model import FeeRates, MintFee, PoolModel, PoolRejectedError
from tests.localnet.program.cpmm.amm_bench import Bench, Pool, fee_extension
from tests.localnet.program.svm_bench import NOW, SYSTEM, WSOL, key, mint_data

AMOUNTS = (100_000_000_000, 800_000_000_000_000)
METADATA_POINTER, INTEREST_BEARING, SCALED_AMOUNT = (18, bytes(64)), (10, bytes(52)), (25, bytes(56))


def open_time_of(pool: Pool) -> int:
    return int.from_bytes(pool.bench.data(pool.at.pool)[373:381], "little")


@pytest.mark.parametrize(
    ("asked", "stored"), [(0, NOW + 1), (NOW - 5, NOW + 1), (NOW, NOW + 1), (NOW + 90, NOW + 90)]
)
def test_open_time_rule(asked: int, stored: int) -> None:
    """A pool opens when asked, and at the earliest one second after its block."""
    pool = Bench().pool().create(AMOUNTS, asked)
    assert open_time_of(pool) == stored
    pool.bench.set_time(stored - 1)
    assert pool.bench.send(pool.swap_input_instruction(0, 1_000)).error == 6000
    pool.bench.set_time(stored)
    assert pool.bench.send(pool.swap_input_instruction(0, 1_000)).error is None


@pytest.mark.parametrize(
    ("bit", "refused"), [(1, {"deposit"}), (2, {"withdraw"}), (4, {"in", "out"}), (0, set())]
)
def test_status_bits(bit: int, refused: set[str]) -> None:
    """Each status bit disables its operations with NotApproved and no other."""
    pool = Bench().pool().create(AMOUNTS)
    pool.bench.patch(pool.at.pool, 329, bytes((bit,)))
    operations = {
        "in": pool.swap_input_instruction(0, 1_000),
        "out": pool.swap_output_instruction(0, 10_000, 10),
        "deposit": pool.deposit_instruction(1_000),
        "withdraw": pool.withdraw_instruction(1_000),
    }
    for name, instruction in operations.items():
        assert pool.bench.send(instruction).error == (6000 if name in refused else None), name


def test_unknown_creator_fee_mode_is_refused() -> None:
    """A pool whose creator fee mode is none of the three does not trade."""
    pool = Bench().pool().create(AMOUNTS)
    pool.bench.patch(pool.at.pool, 389, b"\x03")
    assert pool.bench.send(pool.swap_input_instruction(0, 1_000)).error == 6013


def test_vault_below_its_owed_fees_is_refused() -> None:
    """A vault that holds less than the fees it owes gives InsufficientVault, not a wrapped number."""
    pool = Bench().pool().create(AMOUNTS)
    pool.bench.patch(pool.at.pool, 341, struct.pack("<Q", AMOUNTS[0] + 1))
    assert pool.bench.send(pool.swap_input_instruction(0, 1_000)).error == 6012
    assert pool.bench.send(pool.withdraw_instruction(1_000)).error == 6012


@pytest.mark.parametrize(
    ("amounts", "error"),
    [((0, 5), 6002), ((5, 0), 6002), ((99, 99), 6009), ((9_999, 1), 6009), ((100, 100), None)],
)
def test_smallest_pool(amounts: tuple[int, int], error: int | None) -> None:
    """A pool needs something on both sides and at least the locked liquidity."""
    bench = Bench()
    pool = bench.pool()
    assert bench.send(pool.initialize_instruction(amounts)).error == error
    if error is None:
        assert pool.balances()[2] == 0
        return
    with pytest.raises(PoolRejectedError) as refused:
        PoolModel.create(amounts)
    assert refused.value.number == error


def test_mints_must_be_in_order() -> None:
    """Token 0 is the mint with the smaller bytes."""
    bench = Bench()
    pool = bench.pool()
    at = pool.at
    swapped = amm.PoolAddresses(
        **{
            name: getattr(at, name)
            for name in ("pool", "config", "program_0", "program_1", "lp_mint", "observation")
        },
        mint_0=at.mint_1,
        mint_1=at.mint_0,
        vault_0=at.vault_1,
        vault_1=at.vault_0,
    )
    pool.at, pool.accounts = swapped, pool.accounts[::-1]
    assert bench.send(pool.initialize_instruction(AMOUNTS)).error == 2003


def test_pool_is_created_once() -> None:
    """A second creation of the same pool fails and changes nothing."""
    pool = Bench().pool().create(AMOUNTS)
    before = pool.bench.data(pool.at.pool)
    assert pool.bench.send(pool.initialize_instruction(AMOUNTS)).error == 0
    assert pool.bench.data(pool.at.pool) == before


@pytest.mark.parametrize("lamports", [1, 10**9])
def test_lamports_sent_ahead_do_not_block_a_pool(lamports: int) -> None:
    """Nobody stops a creation by funding its addresses first."""
    bench = Bench()
    pool = bench.pool()
    for address in (pool.at.pool, pool.at.lp_mint, *pool.vaults, pool.at.observation, pool.lp_account):
        bench.put(address, b"", SYSTEM, lamports)
    assert bench.send(pool.initialize_instruction(AMOUNTS)).error is None
    assert bench.amount(pool.at.vault_0) == AMOUNTS[0]


def test_creation_fee_is_paid_and_synced() -> None:
    """0.15 SOL arrives at the fee account as wrapped SOL."""
    bench = Bench()
    before = bench.svm.get_balance(amm.CREATE_POOL_FEE)
    bench.pool().create(AMOUNTS)
    assert bench.amount(amm.CREATE_POOL_FEE) == 150_000_000
    assert bench.svm.get_balance(amm.CREATE_POOL_FEE) == before + 150_000_000


def test_creation_fee_may_be_zero() -> None:
    """A config without creation fee takes none."""
    bench = Bench()
    bench.patch(amm.CONFIG_0, 36, bytes(8))
    bench.pool().create(AMOUNTS)
    assert bench.amount(amm.CREATE_POOL_FEE) == 0


@pytest.mark.parametrize(
    ("extensions", "size"),
    [
        ([], 165),
        ([METADATA_POINTER], 165),
        ([INTEREST_BEARING, SCALED_AMOUNT], 165),
        ([fee_extension(MintFee(100, 10**6)), METADATA_POINTER], 178),
    ],
)
def test_vault_size_follows_the_mint(extensions: list[tuple[int, bytes]], size: int) -> None:
    """A vault of a Token-2022 mint has room for the account extensions that the mint requires."""
    bench = Bench()
    pool = token_2022_pool(bench, extensions)
    outcome = bench.send(pool.initialize_instruction(AMOUNTS))
    assert outcome.error is None, outcome.logs
    assert len(bench.data(pool.vaults[pool.at.side_of(key("extended"))])) == size


@pytest.mark.parametrize("kind", [3, 4, 6, 9, 12, 14, 16, 20, 22, 26])
def test_unsupported_extensions_are_refused(kind: int) -> None:
    """Mints whose extensions could freeze, seize or hook transfers cannot be pooled."""
    bench = Bench()
    pool = token_2022_pool(bench, [METADATA_POINTER, (kind, bytes(64))])
    assert bench.send(pool.initialize_instruction(AMOUNTS)).error == 6007


def test_extension_running_over_the_mint_is_refused() -> None:
    """A list of extensions longer than the account is no supported mint."""
    bench = Bench()
    pool = token_2022_pool(bench, [METADATA_POINTER])
    mint = key("extended")
    bench.put(mint, bench.data(mint)[:-1], amm.TOKEN_2022)
    assert bench.send(pool.initialize_instruction(AMOUNTS)).error == 6007


def token_2022_pool(bench: Bench, extensions: list[tuple[int, bytes]]) -> Pool:
    """A pool of wrapped SOL and the Token-2022 mint ``extended``."""
    mint = bench.put(key("extended"), mint_data(extensions=extensions), amm.TOKEN_2022)
    at = amm.pool_addresses(WSOL, mint, program_b=amm.TOKEN_2022)
    programs = {at.mint_0: at.program_0, at.mint_1: at.program_1}
    accounts = [
        bench.token_account(bench.user, each, programs[each], 1 << 55) for each in (at.mint_0, at.mint_1)
    ]
    return Pool(bench, at, (accounts[0], accounts[1]))


def test_transfer_fee_follows_the_epoch() -> None:
    """Before its epoch the older fee holds, from then on the newer one."""
    bench = Bench()
    older, newer = MintFee(100, 1 << 62), MintFee(2_000, 1 << 62)
    pool = bench.pool(fees=(None, older))
    bench.put(pool.at.mint_1, mint_data(extensions=[fee_extension(newer, older, epoch=5)]), amm.TOKEN_2022)
    pool.create(AMOUNTS)
    model = PoolModel.create(AMOUNTS, mint_fees=(MintFee(), older))
    for epoch, fee in ((4, older), (5, newer)):
        bench.set_time(NOW + 10, epoch)
        before = pool.balances()
        model, result = PoolModel(**{**fields(model), "mint_fees": (MintFee(), fee)}).swap_input(0, 10**9)
        assert bench.send(pool.swap_input_instruction(0, 10**9)).error is None
        assert pool.balances()[1] - before[1] == result.received
        assert int.from_bytes(bench.data(pool.at.pool)[381:389], "little") == epoch


def fields(model: PoolModel) -> dict[str, object]:
    return {name: getattr(model, name) for name in PoolModel.__slots__}


def test_whole_transfer_withheld_is_refused() -> None:
    """A mint that withholds everything leaves nothing to swap."""
    pool = Bench().pool(fees=(None, None)).create(AMOUNTS)
    bench = pool.bench
    fees = Bench().pool(fees=(MintFee(500, 1 << 62), None)).create(AMOUNTS)
    all_of_it = mint_data(extensions=[fee_extension(MintFee(10_000, 1 << 62))])
    fees.bench.put(fees.at.mint_0, all_of_it, amm.TOKEN_2022)
    assert fees.bench.send(fees.swap_input_instruction(0, 10**6)).error == 2505
    assert bench.send(pool.swap_input_instruction(0, 0)).error == 2505


OBSERVATION_STEPS = (0, 3, 14, 1, 15, 0, 40, 100_000, 2, 16)


def test_observations_follow_the_rule() -> None:
    """The ring holds what the recorded mainnet ring shows: entries 15 s apart, sums of price before each swap."""
    pool = Bench().pool().create(AMOUNTS)
    bench = pool.bench
    rng = random.Random(7)
    model = PoolModel.create(AMOUNTS)
    ring = [(0, 0, 0)] * 100
    index, last, now = 0, None, NOW + 1
    for step in (*OBSERVATION_STEPS, *(rng.choice((1, 15, 16)) for _ in range(230))):
        now += step
        bench.set_time(now)
        first, second = model.reserves
        amount = rng.randrange(10**3, 10**9)
        assert bench.send(pool.swap_input_instruction(0, amount)).error is None
        model, _ = model.swap_input(0, amount)
        time, sum_0, sum_1 = ring[index]
        passed = 0 if last is None else now - last
        sums = (sum_0 + second * 2**32 // first * passed, sum_1 + first * 2**32 // second * passed)
        if last is None or now - time >= 15:
            index, time = (index if last is None else (index + 1) % 100), now
        ring[index], last = (time, *sums), now
        data = bench.data(pool.at.observation)
        assert (data[8], *struct.unpack_from("<H", data, 9)) == (1, index)
        assert data[11:43] == bytes(pool.at.pool)
        assert struct.unpack_from("<Q", data, 4043) == (now,)
        assert entries(data) == ring
    assert index > 5


def entries(data: bytes) -> list[tuple[int, int, int]]:
    """Times and both sums of all hundred entries."""
    rows = struct.iter_unpack("<5Q", data[43 : 43 + 4000])
    return [(time, low0 | high0 << 64, low1 | high1 << 64) for time, low0, high0, low1, high1 in rows]


def test_observation_sums_wrap_at_128_bits() -> None:
    """Extreme prices carry into the upper words and wrap, without failing a swap."""
    amounts = (200, 1 << 62)
    pool = Bench().pool().create(amounts)
    bench = pool.bench
    assert bench.send(pool.swap_input_instruction(0, 50)).error is None
    bench.patch(pool.at.observation, 51, b"\xff" * 16)
    first, second = pool.state(FeeRates()).reserves
    bench.set_time(NOW + 1 + 1_000_000)
    assert bench.send(pool.swap_input_instruction(0, 50)).error is None
    expected = (second * 2**32 // first * 1_000_000 - 1) % 2**128
    assert entries(bench.data(pool.at.observation))[1][1] == expected
    assert expected > 2**64


def test_error_lines_are_those_that_anchor_clients_parse() -> None:
    """An error is logged with its code, number and message; compared values follow."""
    pool = Bench().pool().create(AMOUNTS)
    outcome = pool.bench.send(pool.swap_output_instruction(0, 1, 1_000_000))
    assert (
        "Program log: AnchorError occurred. Error Code: ExceededSlippage. Error Number: 6005. "
        "Error Message: Exceeds desired slippage limit." in outcome.logs
    )
    assert "Program log: Left: 1" in outcome.logs
    assert any(line.startswith("Program log: Right: ") for line in outcome.logs)
    forged = pool.swap_input_instruction(0, 1)
    forged.accounts = [forged.accounts[0], *forged.accounts[2:3], *forged.accounts[2:]]
    assert (
        "Program log: AnchorError caused by account: authority. Error Code: ConstraintSeeds. Error Number: 2006. "
        "Error Message: A seeds constraint was violated." in pool.bench.send(forged).logs
    )


def test_instruction_names_are_logged() -> None:
    """Each instruction announces itself with the interface's name."""
    pool = Bench().pool().create(AMOUNTS)
    named = {
        "SwapBaseInput": pool.swap_input_instruction(0, 1_000),
        "SwapBaseOutput": pool.swap_output_instruction(0, 10_000, 10),
        "Deposit": pool.deposit_instruction(1_000),
        "Withdraw": pool.withdraw_instruction(1_000),
    }
    for name, instruction in named.items():
        assert pool.bench.send(instruction).logs[1] == f"Program log: Instruction: {name}"


def test_change_event_names_pool_and_direction() -> None:
    """LpChangeEvent: its tag, the pool, and 0 for a deposit or 1 for a withdrawal."""
    pool = Bench().pool().create(AMOUNTS)
    for kind, instruction in enumerate((pool.deposit_instruction(1_000), pool.withdraw_instruction(1_000))):
        event = pool.bench.send(instruction).event
        assert (event[:8].hex(), event[8:40], event[96]) == ("79a3cdc939da753c", bytes(pool.at.pool), kind)


def test_everything_but_the_locked_part_can_leave() -> None:
    """Withdrawing all LP tokens leaves the locked part; no one can take more."""
    pool = Bench().pool().create(AMOUNTS)
    held = pool.balances()[2]
    assert pool.bench.send(pool.withdraw_instruction(held)).error is None
    assert int.from_bytes(pool.bench.data(pool.at.pool)[333:341], "little") == 100
    assert pool.bench.amount(pool.at.vault_0) > 0
    assert pool.bench.send(pool.withdraw_instruction(50)).error == 1
    assert pool.bench.send(pool.withdraw_instruction(101)).error == 6011


def test_costs_stay_small() -> None:
    """Compute units and transaction sizes are within the bounds that the market relies on."""
    bench = Bench()
    pool = bench.pool(fees=(None, MintFee(500, 1 << 62)))
    created = bench.send(pool.initialize_instruction(AMOUNTS))
    bench.set_time(NOW + 1)
    assert created.error is None
    assert created.units < 80_000
    for instruction, limit in (
        (pool.swap_input_instruction(0, 10**6), 12_000),
        (pool.swap_output_instruction(1, 10**12, 10**3), 12_000),
        (pool.deposit_instruction(10**6), 14_000),
        (pool.withdraw_instruction(10**6), 14_000),
    ):
        outcome = bench.send(instruction)
        assert outcome.error is None
        assert outcome.units < limit
