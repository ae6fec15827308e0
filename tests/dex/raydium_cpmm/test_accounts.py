"""Pool and configuration accounts."""

from __future__ import annotations

import base64
import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sniperforge.dex.raydium_cpmm import program
from sniperforge.dex.raydium_cpmm.accounts import decode_config, decode_pool, is_canonical
from sniperforge.domain.addresses import SYSTEM_PROGRAM, TOKEN_PROGRAM, USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.errors import DecodeError
from sniperforge.testing.fixtures import read_recording, recordings

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

SHARED = recordings("raydium_cpmm")
needs_shared = pytest.mark.skipif(
    "account_amm_config_0" not in SHARED, reason="the shared fixtures are absent: set SNIPERFORGE_FIXTURES"
)


def account_of(document: dict[str, Any]) -> Account:
    """An account of a recording."""
    inner = document.get("account", document)
    data = base64.b64decode(inner["data"][0])
    return Account(document["pubkey"], inner["owner"], inner["lamports"], data)


@needs_shared
def test_the_recorded_configuration() -> None:
    """Configuration 0 of mainnet, with the newer creator fee rate."""
    config = decode_config(account_of(read_recording(SHARED["account_amm_config_0"])["account"]))
    assert config.address == program.config_address(0)
    assert (config.index, config.create_pool_disabled) == (0, False)
    assert (config.trade_fee_rate, config.protocol_fee_rate, config.fund_fee_rate) == (2_500, 120_000, 40_000)
    assert (config.creator_fee_rate, config.create_pool_fee) == (500, 150_000_000)


@needs_shared
def test_the_recorded_pool() -> None:
    """The real SOL/USDC pool: addresses, decimals, no creator fee, and its canonical place."""
    pool = decode_pool(account_of(read_recording(SHARED["account_pool_state_sol_usdc"])["account"]))
    assert (pool.token_0_mint, pool.token_1_mint) == (WSOL_MINT, USDC_MINT)
    assert (pool.token_0_program, pool.token_1_program) == (TOKEN_PROGRAM, TOKEN_PROGRAM)
    assert (pool.decimals_0, pool.decimals_1, pool.lp_decimals) == (9, 6, 9)
    assert pool.amm_config == program.config_address(0)
    assert (pool.creator_fee_enabled, pool.creator_fee_on, pool.swap_enabled) == (False, 0, True)
    assert is_canonical(pool)


@needs_shared
def test_recorded_pools_right_after_creation(capsys: pytest.CaptureFixture[str]) -> None:
    """What the real program stored: open time one second after the block, nothing owed, the event's LP supply."""
    matched = 0
    for name in ("create_litesvm_spl", "create_litesvm_token2022_transfer_fee"):
        document = read_recording(SHARED[name])
        pool = decode_pool(account_of(document["accounts_after"]["pool"]))
        (decoded,) = document["decoded"]
        liquidity = int(document["log_events"][0]["log"].split(",")[0].split(":")[1])
        assert pool.open_time == document["blockTime"] + 1
        assert (pool.owed_0, pool.owed_1) == (0, 0)
        assert pool.lp_supply == liquidity
        assert pool.creator == decoded["accounts"]["creator"]
        assert is_canonical(pool)
        matched += 1
    with capsys.disabled():
        print(f"\ncreated pools: matched {matched} of {matched}")


def test_fees_owed_are_summed_per_side(pool_accounts: Callable[..., Any]) -> None:
    """Protocol, fund, creator and shared creator fees all belong to others."""
    made = pool_accounts(
        protocol_fees=(1, 2),
        fund_fees=(10, 20),
        creator_fees=(100, 200),
        shared_fees=(1_000, 2_000),
        status=4,
    )
    pool = decode_pool(made.pack()[made.pool])
    assert (pool.owed_0, pool.owed_1) == (1_111, 2_222)
    assert not pool.swap_enabled


def test_a_pool_at_another_address_is_not_canonical(pool_accounts: Callable[..., Any]) -> None:
    """A pool at a random key trades, but it is not the derived one."""
    made = pool_accounts(pool_override="9m5gT3nYWeCLCJ7sHBmCP46KuMJptmYQsdxsZj7NgBZc")
    assert not is_canonical(decode_pool(made.pack()[made.pool]))
    genuine = pool_accounts()
    pool = decode_pool(genuine.pack()[genuine.pool])
    assert is_canonical(pool)
    for name in ("token_0_vault", "token_1_vault", "lp_mint", "observation", "amm_config"):
        assert not is_canonical(replace(pool, **{name: SYSTEM_PROGRAM})), name


def test_devnet_pools_are_derived_from_the_devnet_program(pool_accounts: Callable[..., Any]) -> None:
    """The owner decides which program's addresses count."""
    made = pool_accounts(program_id=program.DEVNET)
    assert is_canonical(decode_pool(made.pack()[made.pool]))


def test_other_accounts_are_refused(pool_accounts: Callable[..., Any]) -> None:
    """Another owner, discriminator, length, fee model or impossible rates raise DecodeError."""
    made = pool_accounts()
    pool, config = made.pack()[made.pool], made.pack()[made.config]
    for wrong in (
        replace(pool, owner=SYSTEM_PROGRAM),
        replace(pool, data=pool.data[:-1]),
        replace(pool, data=b""),
        config,
    ):
        with pytest.raises(DecodeError):
            decode_pool(wrong)
    with pytest.raises(DecodeError):
        decode_config(pool)
    for changes in (
        {"trade_rate": 1_000_000},
        {"trade_rate": 600_000, "creator_rate": 400_000},
        {"fund_rate": 900_000},
    ):
        odd = pool_accounts(**changes)
        with pytest.raises(DecodeError, match="rates"):
            decode_config(odd.pack()[odd.config])
    odd = pool_accounts(creator_fee_on=3)
    with pytest.raises(DecodeError, match="creator fees"):
        decode_pool(odd.pack()[odd.pool])


def test_random_bytes_raise_only_decode_errors(pool_accounts: Callable[..., Any]) -> None:
    """Damaged accounts are refused or read, never anything else."""
    made = pool_accounts()
    accounts = made.pack()
    chance = random.Random(3)
    for address, decode in ((made.pool, decode_pool), (made.config, decode_config)):
        for _ in range(500):
            data = bytearray(accounts[address].data)
            for _ in range(chance.randint(0, 20)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            cut = bytes(data)[: chance.choice([len(data), chance.randrange(len(data))])]
            try:
                decode(replace(accounts[address], data=cut))
            except DecodeError:
                continue
