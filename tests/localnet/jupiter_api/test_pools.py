"""Pools by mint."""

from __future__ import annotations

from dataclasses import replace

from sniperforge.dex.raydium_cpmm import program
from sniperforge.domain.addresses import USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import Account
from tests.localnet.jupiter_api.bench import Bench
from tests.localnet.kit import address


def test_every_pool_is_found_by_its_mints() -> None:
    """And a new one without being told; what is no pool is left out."""
    bench = Bench()
    pools = bench.context.pools
    assert {WSOL_MINT, USDC_MINT} < set(pools.mints())
    (pair,) = pools.between(WSOL_MINT, USDC_MINT)
    assert {pair.base_mint, pair.quote_mint} == {WSOL_MINT, USDC_MINT}
    assert pools.tradable(pair)
    before = len(pools.mints())
    bench.ledger.set_account(Account(address(9), program.MAINNET, 10**9, b"other contents"))
    assert len(pools.mints()) == before
    assert pools.state(address(9)) is None
    assert pools.state(address(10)) is None
    assert pools.of(address(9)) == []


def test_a_pool_that_opens_later_is_not_tradable() -> None:
    """The program would refuse the swap."""
    bench = Bench()
    (pair,) = bench.context.pools.between(WSOL_MINT, USDC_MINT)
    bench.ledger.chain.tip.time = pair.open_time - 1
    assert not bench.context.pools.tradable(pair)


def test_an_emptied_pool_gives_no_price() -> None:
    """As after a rug pull: no route, no dollars."""
    bench = Bench()
    (pool,) = bench.context.pools.of(bench.token)
    for vault in (pool.pool.token_0_vault, pool.pool.token_1_vault):
        account = bench.ledger.account(vault)
        assert account is not None
        owed = pool.pool.owed_0 if vault == pool.pool.token_0_vault else pool.pool.owed_1
        data = account.data[:64] + owed.to_bytes(8, "little") + account.data[72:]
        bench.ledger.set_account(replace(account, data=data))
    assert bench.context.prices.raw_price(pool.base_mint) is None
    assert bench.context.prices.document([pool.base_mint]) == {}
    (token,) = bench.context.tokens.search(pool.base_mint)
    assert "usdPrice" not in token
