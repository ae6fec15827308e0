"""All groups of live checks together, on networks that are there and not."""

from __future__ import annotations

from pathlib import Path

from sniperforge.app.check_run import CheckStatus
from sniperforge.app.checks import run_checks
from sniperforge.errors import UnavailableError
from tests.app.place import market_network, on, settings_in


async def test_all_groups_on_a_network_with_a_market(tmp_path: Path) -> None:
    """Every row of every group; nothing fails, Jupiter is skipped, an empty wallet is a warning."""
    network, market = market_network()
    async with network:
        run = await run_checks(on(settings_in(tmp_path), network), ("solana", "jupiter", "pools", "wallets"))
    market.close()
    status = {f"{row.group} {row.name}": row.status for row in run.rows}
    assert [name for name, found in status.items() if found is not CheckStatus.OK] == [
        "jupiter api",
        "wallets balance",
    ]
    assert len(status) == 16
    assert run.error() is None
    assert run.node is not None


async def test_a_network_that_is_down(tmp_path: Path) -> None:
    """Exit 6; what does not need it is checked all the same."""
    nobody = settings_in(tmp_path, {"SNIPERFORGE_NETWORKS__LOCALNET__RPC_URL": "http://127.0.0.1:9"})
    run = await run_checks(nobody, ("solana", "wallets"))
    assert isinstance(run.error(), UnavailableError)
    assert {row.name: row.status for row in run.rows}["key"] is CheckStatus.OK
    assert {row.status for row in run.rows if row.group == "solana"} == {CheckStatus.SKIP}
