"""A pool found by its address, with exact numbers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace
from typing import Any, cast

import pytest

from sniperforge.app import pool_lookup
from sniperforge.app.pool_lookup import (
    LoadedPool,
    decimal_text,
    fees_of,
    load_pool,
    reserves_of,
    show_pool,
)
from sniperforge.app.swap_checks import sol_usdc_pool
from sniperforge.chain.clock import SystemClock
from sniperforge.chain.rpc import RpcClient
from sniperforge.dex.raydium_amm_v4.loading import load_state
from sniperforge.dex.raydium_cpmm import program
from sniperforge.dex.raydium_cpmm.state import CpmmState
from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.errors import NotFoundError, UnavailableError
from sniperforge.localnet.network import LocalNetwork
from sniperforge.tokens.transfer_fee import TransferFee
from tests.app.place import market_network
from tests.dex.pumpfun.conftest import MINT, CurveAccounts
from tests.dex.pumpswap.conftest import PoolAccounts as PumpswapAccounts
from tests.dex.raydium_amm_v4.conftest import PoolAccounts

SOL_IN_POOL = 20_000 * 10**9
USDC_IN_POOL = 3_000_000 * 10**6


@pytest.fixture(scope="module")
def network() -> LocalNetwork:
    """A network whose SOL/USDC pool nobody trades."""
    network, market = market_network()
    market.close()
    return network


@pytest.fixture
def rpc(network: LocalNetwork) -> RpcClient:
    return RpcClient(network.transport(), SystemClock())


@pytest.fixture
async def pool(rpc: RpcClient) -> LoadedPool:
    return await load_pool(rpc, str(sol_usdc_pool("local-x")))


def test_a_pool_is_shown_whole(pool: LoadedPool) -> None:
    """Both sides, the price as a fraction and as a decimal, fees in percent, and whether it is the real one."""
    document = pool.to_json(now=2_000_000_000)
    assert (document["dex"], document["base_mint"], document["quote_mint"]) == (
        "raydium_cpmm",
        USDC_MINT,
        WSOL_MINT,
    )
    assert document["base_reserve"]["raw"] == str(USDC_IN_POOL)
    assert document["quote_reserve"] == document["liquidity"]
    assert document["liquidity"]["ui"] == "20000"
    price = document["price"]
    assert Fraction(int(price["numerator"]), int(price["denominator"])) == Fraction(1, 150)
    assert (price["decimal"], price["inverse"]) == ("0.00666666666666666667", "150")
    assert (document["canonical"], document["open"], document["swap_enabled"]) == (True, True, True)
    assert document["fees"]["trade_percent"] == "0.25"
    assert document["fees"]["transfer"] == {}
    assert int(document["lp_pool_supply"]) - int(document["lp_mint_supply"]) == 100


def test_before_its_time_it_is_not_open(pool: LoadedPool) -> None:
    """Swaps are refused until then."""
    assert pool.to_json(now=pool.state.open_time - 1)["open"] is False


def test_an_emptied_pool_has_no_price(pool: LoadedPool) -> None:
    """Nothing stands in for it."""
    state = cast(CpmmState, pool.state)
    emptied = replace(pool, state=replace(state, vault_0=state.pool.owed_0, vault_1=state.pool.owed_1))
    assert emptied.to_json(now=0)["price"] is None


def test_fees_of_mints_and_creators(pool: LoadedPool) -> None:
    """What a transfer withholds, and what the creator takes where the pool lets them."""
    state = cast(CpmmState, pool.state)
    taxed = replace(
        state,
        transfer_fee_0=TransferFee(0, 10**9, 300),
        pool=replace(state.pool, creator_fee_enabled=True),
        config=replace(state.config, creator_fee_rate=500),
    )
    fees = fees_of(taxed)
    assert fees["transfer"] == {state.pool.token_0_mint: {"bps": 300, "maximum": "1000000000"}}
    assert fees["creator_percent"] == "0.05"


def test_a_venue_that_tells_less() -> None:
    """Another venue's state shows what every state has."""
    state: Any = SimpleNamespace(
        base_mint="b", quote_mint="q", quote_liquidity=5, decimals=lambda mint: {"b": 1, "q": 2}[mint]
    )
    assert fees_of(state) == {}
    assert [amount.ui for amount in reserves_of(state, 7)] == ["0.7", "0.05"]


def test_an_amm_v4_pool() -> None:
    """Reserves without what is owed, and the one fee."""
    made = PoolAccounts(owed=(5, 7))
    state = load_state(made.pool, made.pack())
    base, quote = reserves_of(state, 0)
    assert (base.raw, quote.raw) == (made.vault_pc - 7, made.vault_coin - 5)
    assert fees_of(state) == {"trade_percent": "0.25"}


async def test_a_venue_that_is_only_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is shown, and cannot be loaded for a trade; what is in the base vault is told."""
    made = PoolAccounts()
    accounts = made.pack()

    class Node:
        async def account(self, address: str, _commitment: str) -> Any:
            return accounts[address]

        async def accounts(self, addresses: list[str], _commitment: str) -> Any:
            return SimpleNamespace(slot=7, accounts={address: accounts[address] for address in addresses})

        async def epoch_info(self, _commitment: str) -> Any:
            return SimpleNamespace(epoch=1)

    node = cast(RpcClient, Node())
    assert (await load_pool(node, made.pool)).state.dex == "raydium_amm_v4"
    monkeypatch.setattr(pool_lookup, "VENUES", ())
    with pytest.raises(NotFoundError, match="belongs to program"):
        await load_pool(node, made.pool)
    shown = await show_pool(node, made.pool)
    assert (shown.state.address, shown.slot, shown.base_held) == (made.pool, 7, made.vault_pc)
    assert shown.to_json(now=0)["base_reserve"]["raw"] == str(made.vault_pc)


def node_of(accounts: dict[str, Any]) -> RpcClient:
    """A node that has these accounts."""

    class Node:
        async def account(self, address: str, _commitment: str) -> Any:
            return accounts.get(address)

        async def accounts(self, addresses: list[str], _commitment: str) -> Any:
            found = {address: accounts.get(address) for address in addresses}
            return SimpleNamespace(slot=7, accounts=found)

        async def epoch_info(self, _commitment: str) -> Any:
            return SimpleNamespace(epoch=1)

    return cast(RpcClient, Node())


async def test_a_curve_is_found_by_its_coin() -> None:
    """Its own address does not tell the coin, and the error says so; a mint without a curve has none."""
    made = CurveAccounts()
    node = node_of(made.pack())
    shown = await show_pool(node, MINT)
    document = shown.to_json(now=2_000_000_000)
    assert (document["pool"], document["dex"]) == (made.curve, "pumpfun")
    assert document["program_id"] == "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P"
    assert document["base_reserve"]["raw"] == "793100000000000"
    assert document["fees"] == {"trade_percent": "0.95", "creator_percent": "0.3"}
    with pytest.raises(NotFoundError) as caught:
        await show_pool(node, made.curve)
    assert "mint" in (caught.value.hint or "")
    with pytest.raises(NotFoundError):
        await show_pool(node_of({MINT: made.pack()[MINT]}), MINT)


async def test_a_pumpswap_pool() -> None:
    """Its vault is its reserve; fees by its tier."""
    made = PumpswapAccounts()
    shown = await show_pool(node_of(made.pack()), made.pool)
    document = shown.to_json(now=2_000_000_000)
    assert document["base_reserve"]["raw"] == str(made.base_amount)
    assert document["liquidity"]["raw"] == str(made.quote_amount)
    assert document["fees"] == {"trade_percent": "0.95", "creator_percent": "0.3"}


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("11111111111111111111111111111112", "no such account"),
        (USDC_MINT, "belongs to program Tokenkeg"),
        (program.config_address(0), "has other contents"),
    ],
)
async def test_what_is_no_pool(rpc: RpcClient, address: str, reason: str) -> None:
    """Nothing there, a mint, an account of the venue's program that is no pool: all are not found."""
    for find in (load_pool, show_pool):
        with pytest.raises(NotFoundError, match=reason):
            await find(rpc, address)


async def test_a_pool_that_changes_while_it_is_read(
    rpc: RpcClient, pool: LoadedPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Accounts of different slots are never mixed; after three rounds the command gives up."""
    monkeypatch.setattr(type(pool.venue), "required_accounts", lambda *_: (USDC_MINT,))
    with pytest.raises(UnavailableError, match="cannot be read together"):
        await load_pool(rpc, pool.state.address)


def test_decimals_have_the_digits_asked_for() -> None:
    """Eighteen unless said otherwise, no exponent, no trailing zeros."""
    assert decimal_text(Fraction(1, 3), 4) == "0.3333"
    assert decimal_text(Fraction(10**20)) == "1" + "0" * 20
    assert decimal_text(Fraction(5, 2)) == "2.5"
