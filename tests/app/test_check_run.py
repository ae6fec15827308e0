"""Rows of checks: how one ends, and which of them gives the exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from sniperforge.app.check_run import CheckRun, CheckStatus, Finding, ok, skip, warn
from sniperforge.app.node import Node
from sniperforge.errors import ConfigError, NotFoundError
from sniperforge.testing.clock import FakeClock
from tests.app.place import settings_in


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
