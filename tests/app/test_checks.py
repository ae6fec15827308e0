"""Rows of checks: how one ends, and which of them gives the exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from sniperforge.app.checks import CheckRun, CheckStatus, Finding, ok, run_checks, skip, warn
from sniperforge.app.node import Node
from sniperforge.errors import ConfigError, NotFoundError, UnavailableError
from sniperforge.testing.clock import FakeClock
from tests.app.place import market_network, on, settings_in


@pytest.fixture
def run(tmp_path: Path) -> CheckRun:
    """A run without a network, on a clock of its own."""
    return CheckRun(settings_in(tmp_path), None, FakeClock())


async def test_a_row_has_its_time_and_status(run: CheckRun) -> None:
    """Ok and warnings let the next check run, skipped ones do not."""
    clock = run.clock
    assert isinstance(clock, FakeClock)

    async def slow() -> Finding:
        await clock.advance(0.25)
        return ok("fine")

    async def odd() -> Finding:
        return warn("look at it")

    async def absent() -> Finding:
        return skip("not here")

    assert [await run.check("g", name, work) for name, work in (("a", slow), ("b", odd), ("c", absent))] == [
        True,
        True,
        False,
    ]
    assert run.rows[0].to_json() == {
        "group": "g",
        "name": "a",
        "status": "ok",
        "ms": 250.0,
        "message": "fine",
    }
    assert run.error() is None


async def test_the_first_failure_gives_the_code(run: CheckRun) -> None:
    """The others are rows as well."""

    async def missing() -> Finding:
        raise NotFoundError("no wallet")

    async def wrong() -> Finding:
        raise ConfigError("bad file")

    assert not await run.check("g", "a", missing)
    assert not await run.check("g", "b", wrong)
    assert [row.status for row in run.rows] == [CheckStatus.FAIL, CheckStatus.FAIL]
    error = run.error()
    assert error is not None
    assert (error.exit_code, error.message) == (9, "no wallet")


async def test_a_bug_is_no_finding(run: CheckRun) -> None:
    """It goes on to the command line's last line of defence."""

    async def broken() -> Finding:
        raise ValueError("bug")

    with pytest.raises(ValueError, match="bug"):
        await run.check("g", "a", broken)


async def test_without_a_network_its_checks_are_skipped(run: CheckRun) -> None:
    """Its own row has failed already."""

    async def ask(_node: Node) -> Finding:
        raise AssertionError("there is none")

    assert not await run.on_node("g", "a", ask)
    assert run.rows[0].status is CheckStatus.SKIP


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
    assert len(status) == 15
    assert run.error() is None
    assert run.node is not None


async def test_a_network_that_is_down(tmp_path: Path) -> None:
    """Exit 6; what does not need it is checked all the same."""
    nobody = settings_in(tmp_path, {"SNIPERFORGE_NETWORKS__LOCALNET__RPC_URL": "http://127.0.0.1:9"})
    run = await run_checks(nobody, ("solana", "wallets"))
    assert isinstance(run.error(), UnavailableError)
    assert {row.name: row.status for row in run.rows}["key"] is CheckStatus.OK
    assert {row.status for row in run.rows if row.group == "solana"} == {CheckStatus.SKIP}
