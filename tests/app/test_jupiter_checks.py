"""The Jupiter API of this project's network is asked; that of others is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from sniperforge.app import jupiter_checks as checked
from sniperforge.app.check_run import CheckRow, CheckRun, CheckStatus
from sniperforge.app.jupiter_checks import jupiter_checks
from sniperforge.app.located import service_files
from sniperforge.app.node import open_node
from sniperforge.chain.clock import SystemClock
from sniperforge.errors import UnavailableError
from sniperforge.localnet.genesis import Genesis
from sniperforge.localnet.ledger.pace import FAST
from sniperforge.localnet.network import LocalNetwork
from sniperforge.localnet.service.info import NetworkInfo, write_info
from tests.app.place import SEED, market_network, on, settings_in


async def rows_on(network: LocalNetwork, folder: Path, jupiter_url: str | None) -> list[CheckRow]:
    """The rows for a project whose service is ``network``."""
    settings = on(settings_in(folder), network)
    info = NetworkInfo(
        rpc_url=network.rpc_url,
        ws_url=network.ws_url,
        jupiter_url=jupiter_url,
        genesis_hash=network.genesis_hash,
        pid=1,
        process="p",
        started_at="2026-01-01T00:00:00Z",
        payer=str(network.payer.pubkey()),
        keypair_file="k",
    )
    path = service_files(settings).info
    path.parent.mkdir(parents=True)
    write_info(path, info)
    async with open_node(settings) as node:
        run = CheckRun(node.settings, node, SystemClock())
        await jupiter_checks(run)
    return run.rows


async def test_its_quote_is_the_pools(tmp_path: Path) -> None:
    """Reachable, and equal to the unit."""
    network, market = market_network()
    market.close()
    async with network:
        api, quote = await rows_on(network, tmp_path, network.jupiter_url)
    assert (api.status, quote.status) == (CheckStatus.OK, CheckStatus.OK), quote.message
    assert api.message.endswith("trades on Raydium CPMM")
    assert quote.message.endswith("USDC, as the pool says")


async def test_a_quote_that_differs_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody may trade in between, so it is no failure."""

    async def other(_url: str, path: str, _query: dict[str, str]) -> dict[str, str]:
        return {"p": "Raydium CPMM"} if "label" in path else {"outAmount": "5"}

    monkeypatch.setattr(checked, "_ask", other)
    network, market = market_network()
    market.close()
    async with network:
        _, quote = await rows_on(network, tmp_path, network.jupiter_url)
    assert quote.status is CheckStatus.WARN
    assert quote.message.startswith("Jupiter quotes 5, the pool ")


async def test_without_a_pool_there_is_nothing_to_compare(tmp_path: Path) -> None:
    """The API answers all the same."""
    async with LocalNetwork(Genesis(SEED), profile=FAST) as network:
        api, quote = await rows_on(network, tmp_path, network.jupiter_url)
    assert (api.status, quote.status) == (CheckStatus.OK, CheckStatus.SKIP)


async def test_an_api_that_does_not_answer_fails(tmp_path: Path) -> None:
    """With the exit code of what is unreachable."""
    async with LocalNetwork(Genesis(SEED), profile=FAST) as network:
        (row,) = await rows_on(network, tmp_path / "silent", "http://127.0.0.1:9")
        assert isinstance(row.error, UnavailableError)
        (row,) = await rows_on(network, tmp_path / "other", network.rpc_url)
        assert isinstance(row.error, UnavailableError)
        (row,) = await rows_on(network, tmp_path / "old", None)
        assert row.status is CheckStatus.SKIP


@pytest.mark.parametrize(
    ("name", "reason"), [("localnet", "localnet has no Jupiter"), ("mainnet", "no command")]
)
async def test_others_are_skipped(tmp_path: Path, name: str, reason: str) -> None:
    """Nothing of this version asks them, so nothing of this version may claim that they work."""
    run = CheckRun(settings_in(tmp_path, network=name), None, SystemClock())
    await jupiter_checks(run)
    assert run.rows[0].status is CheckStatus.SKIP
    assert reason in run.rows[0].message


async def test_an_error_of_the_api_is_told() -> None:
    """With its status and body."""
    async with LocalNetwork(Genesis(SEED), profile=FAST) as network:
        with pytest.raises(UnavailableError, match="/nothing answers 404: "):
            await checked._ask(network.jupiter_url, "/nothing", {})


async def test_a_pool_that_opens_later_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second is; more is not."""
    monkeypatch.setattr(checked, "OPENING_SECONDS", -10)
    network, market = market_network()
    market.close()
    async with network:
        _, quote = await rows_on(network, tmp_path, network.jupiter_url)
    assert quote.message.endswith("is not open yet")
