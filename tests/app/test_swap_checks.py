"""A real pool, quoted and simulated: what is compared, and what each difference means."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sniperforge.app import swap_checks
from sniperforge.app.check_run import CheckRow, CheckRun, CheckStatus
from sniperforge.app.node import Node, open_node
from sniperforge.app.pool_lookup import LoadedPool
from sniperforge.app.swap_checks import pool_checks, sol_usdc_pool
from sniperforge.app.wallet import wallet_entry
from sniperforge.chain.clock import SystemClock
from sniperforge.dex.raydium_cpmm.state import CpmmState
from sniperforge.errors import NotFoundError
from sniperforge.localnet.genesis import Genesis
from sniperforge.localnet.ledger.pace import FAST
from sniperforge.localnet.network import LocalNetwork
from tests.app.place import SEED, SOL, market_network, on, settings_in


@pytest.fixture
async def network() -> AsyncIterator[LocalNetwork]:
    """A network whose SOL/USDC pool nobody trades, a while after it opened."""
    now = time.time() - 60
    running, market = market_network(now=lambda: now)
    market.close()
    now += 30
    async with running:
        running.ledger.advance()
        yield running


@pytest.fixture
async def node(network: LocalNetwork, tmp_path: Path) -> AsyncIterator[Node]:
    async with open_node(on(settings_in(tmp_path), network)) as opened:
        yield opened


async def checked(node: Node) -> dict[str, CheckRow]:
    run = CheckRun(node.settings, node, SystemClock())
    await pool_checks(run)
    return {row.name: row for row in run.rows}


def test_the_pool_has_mainnets_address() -> None:
    """The canonical one of SOL and USDC; on a chain without the venue there is none."""
    assert (
        sol_usdc_pool("mainnet") == sol_usdc_pool("local-x") == "7JuwJuNU88gurFnyWeiyGKbFmExMWcmRZntn9imEzdny"
    )
    assert sol_usdc_pool("testnet") is None


@pytest.mark.parametrize("funded", [True, False])
async def test_quote_and_simulation_agree(node: Node, network: LocalNetwork, funded: bool) -> None:
    """To the unit, paid for by our wallet or, when it is empty, by the pool's creator."""
    if funded:
        network.faucet.drip(wallet_entry(node.settings).pubkey, SOL)
    rows = await checked(node)
    assert [row.status for row in rows.values()] == [CheckStatus.OK] * 3
    assert "150 USDC a SOL" in rows["pool"].message
    assert "1.496249" in rows["quote"].message
    assert "1.496249 USDC, as quoted, to the unit" in rows["simulation"].message


async def test_a_network_without_the_pool(tmp_path: Path) -> None:
    """Skipped, like a chain without the venue."""
    async with (
        LocalNetwork(Genesis(SEED), profile=FAST) as bare,
        open_node(on(settings_in(tmp_path), bare)) as node,
    ):
        rows = await checked(node)
        elsewhere = await checked(replace(node, cluster="testnet"))
    assert [(row.status, row.message) for row in (*rows.values(), *elsewhere.values())] == [
        (CheckStatus.SKIP, f"there is no SOL/USDC pool on {node.cluster}"),
        (CheckStatus.SKIP, "no venue of ours is on testnet"),
    ]


def changed(monkeypatch: pytest.MonkeyPatch, change: Any) -> None:
    """Let every pool be read as ``change`` makes it."""
    load = swap_checks.load_pool

    async def changed_load(*arguments: Any) -> LoadedPool:
        pool: LoadedPool = change(await load(*arguments))
        return pool

    monkeypatch.setattr(swap_checks, "load_pool", changed_load)


def with_vaults(pool: LoadedPool, percent: int) -> LoadedPool:
    """The pool as if its USDC were ``percent`` of what they are."""
    state = pool.state
    assert isinstance(state, CpmmState)
    usdc_is_0 = state.pool.token_0_mint == state.base_mint
    vaults = {
        "vault_0" if usdc_is_0 else "vault_1": (state.vault_0 if usdc_is_0 else state.vault_1)
        * percent
        // 100
    }
    return replace(pool, state=replace(state, **vaults))


async def test_a_quote_that_is_wrong_fails(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two percent apart is no movement of the market."""
    changed(monkeypatch, lambda pool: with_vaults(pool, 102))
    row = (await checked(node))["simulation"]
    assert row.status is CheckStatus.FAIL
    assert "the quotes of this venue are wrong" in row.message
    assert row.error is not None
    assert row.error.exit_code == 3


async def test_a_quote_that_is_a_little_off_warns(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody may have traded in between, four times in a row."""
    real = swap_checks._received

    async def late(*arguments: Any) -> int:
        return await real(*arguments) + 1

    monkeypatch.setattr(swap_checks, "_received", late)
    row = (await checked(node))["simulation"]
    assert row.status is CheckStatus.WARN
    assert "traded faster" in row.message


async def test_quotes_that_contradict_each_other(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    """Buying and selling must not gain."""
    monkeypatch.setattr(swap_checks, "SPEND", -1)
    monkeypatch.setattr(CpmmState, "quote", lambda *_: type("Quote", (), {"amount_out": 5})())
    row = (await checked(node))["quote"]
    assert (row.status, row.error is not None) == (CheckStatus.FAIL, True)
    assert "contradict" in row.message


async def test_an_empty_pool_and_a_look_alike(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first is skipped, the second a warning."""
    changed(monkeypatch, lambda pool: replace(pool, anatomy=replace(pool.anatomy, canonical=False)))
    assert (await checked(node))["pool"].status is CheckStatus.WARN

    def emptied(pool: LoadedPool) -> LoadedPool:
        state = pool.state
        assert isinstance(state, CpmmState)
        return replace(pool, state=replace(state, vault_0=state.pool.owed_0, vault_1=state.pool.owed_1))

    changed(monkeypatch, emptied)
    rows = await checked(node)
    assert list(rows) == ["pool"]
    assert rows["pool"].status is CheckStatus.SKIP


async def test_nobody_can_pay(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without funds and without a wallet there is nothing to simulate with."""
    changed(monkeypatch, lambda pool: replace(pool, anatomy=replace(pool.anatomy, creator="")))

    def none(_settings: object) -> None:
        raise NotFoundError("no wallet")

    monkeypatch.setattr(swap_checks, "wallet_entry", none)
    assert (await checked(node))["simulation"].status is CheckStatus.SKIP


async def test_a_swap_that_the_program_refuses(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 7 with the program's own words in the details."""
    changed(monkeypatch, lambda pool: with_pool(pool, amm_config=pool.state.address))
    row = (await checked(node))["simulation"]
    assert row.status is CheckStatus.FAIL
    assert row.error is not None
    assert row.error.exit_code == 7
    assert row.error.details["logs"]


async def test_a_pool_that_has_only_just_opened(tmp_path: Path) -> None:
    """The chain's clock may be behind ours: what is refused in the first seconds is tried again."""
    network, market = market_network()
    market.close()
    async with network, open_node(on(settings_in(tmp_path), network)) as node:
        rows = await checked(node)
    assert rows["simulation"].status is CheckStatus.OK


def with_pool(pool: LoadedPool, **changes: Any) -> LoadedPool:
    state = pool.state
    assert isinstance(state, CpmmState)
    return replace(pool, state=replace(state, pool=replace(state.pool, **changes)))
