"""Which endpoints have a budget, and that the processes of a user share it."""

from __future__ import annotations

import logging
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sniperforge.app.node import open_node
from sniperforge.app.rate_limits import RateLimits
from sniperforge.chain.clock import SystemClock
from sniperforge.chain.http_transport import HttpTransport
from sniperforge.chain.limited_transport import LimitedTransport
from sniperforge.config.network import NetworkConfig
from sniperforge.coordination.rate_gcra import SECOND
from sniperforge.domain.priority import Priority
from sniperforge.errors import UnavailableError
from sniperforge.testing.rpc_server import http_reply, scripted_http
from tests.app.session_kit import place

if TYPE_CHECKING:
    from sniperforge.app.rate_limits import Heard
    from sniperforge.ports import RpcTransport

READ = b'{"id":1,"method":"getSlot"}'
LIMITS = {"requests_per_second": Decimal(1), "weights": {"getBlock": Decimal(3)}}
SECRET = "https://rpc.example.com/?api-key=hunter2"


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's state folder of the test."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path


def network(url: str = "http://127.0.0.1:1", **limits: object) -> NetworkConfig:
    """A network whose endpoints fail soon."""
    return NetworkConfig.model_validate(
        {
            "chain": "localnet",
            "rpc_url": url,
            "ws_url": "ws://127.0.0.1:1",
            "limits": limits,
            "request_timeout_ms": 100,
        }
    )


def transport(limits: RateLimits, url: str) -> RpcTransport:
    """One over HTTP."""

    def make(heard: Heard | None) -> RpcTransport:
        return HttpTransport(url, heard=heard)

    return limits.transport(url, make)


def files_in(folder: Path) -> list[Path]:
    """Every file below ``folder``."""
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_a_node_on_this_machine_has_no_budget(state: Path) -> None:
    """Nothing stands in its way, and no file is made; with limits it has one."""
    with RateLimits(network(), SystemClock()) as limits:
        free = transport(limits, "http://127.0.0.1:1")
        assert isinstance(free, HttpTransport)
        await free.aclose()
    with RateLimits(network(**LIMITS), SystemClock()) as limits:
        limited = transport(limits, "http://127.0.0.1:1")
        assert isinstance(limited, LimitedTransport)
        await limited.aclose()
    assert files_in(state) == []


async def test_two_processes_share_what_is_configured(state: Path) -> None:
    """The second would have to wait longer than a request may take, so it fails at once."""
    async with scripted_http() as server:
        server.reply(http_reply(b"{}"))
        for attempt in range(2):
            with RateLimits(network(server.url, **LIMITS), SystemClock()) as limits:
                sender = transport(limits, server.url)
                if attempt == 0:
                    for _ in range(
                        3
                    ):  # room for one request of the heaviest kind, which are three light ones
                        await sender.post(READ)
                else:
                    with pytest.raises(UnavailableError, match="request budget is used up"):
                        await sender.post(READ)
                await sender.aclose()
    assert [each.parent for each in files_in(state)] == [state / "sniperforge" / "limits"]


async def test_no_key_is_in_any_file_or_name(state: Path) -> None:
    """Nor the host: the name is a hash, the record holds times."""
    with RateLimits(network(SECRET), SystemClock()) as limits:
        limited = transport(limits, SECRET)
        again = transport(limits, SECRET)
        (budget,) = limits._budgets.values()
        await budget.refused(60.0)
        with pytest.raises(UnavailableError) as caught:
            await limited.post(READ)
        for each in (limited, again):
            await each.aclose()
    assert caught.value.details["endpoint"] == "https://rpc.example.com/…"
    assert len(files_in(state)) == 1
    for path in files_in(state):
        assert "hunter2" not in str(path)
        assert b"hunter2" not in path.read_bytes()
        assert b"example" not in path.read_bytes()


async def test_a_budget_that_works_alone_is_said(state: Path, caplog: pytest.LogCaptureFixture) -> None:
    """As a warning in the log, with the reason and without the key; and when it is shared again."""
    (state / "sniperforge").write_text("a file where the folder should be")
    with caplog.at_level(logging.WARNING), RateLimits(network(SECRET), SystemClock()) as limits:
        limited = transport(limits, SECRET)
        (budget,) = limits._budgets.values()
        await budget.acquire(["getSlot"], Priority.READ)
        (state / "sniperforge").unlink()
        budget._alone_until = 0
        await budget.acquire(["getSlot"], Priority.READ)
        await limited.aclose()
    first, second = caplog.messages
    assert "keeps to the request budget by itself: cannot create the folder" in first
    assert second.endswith("shared with other processes again")
    assert "hunter2" not in caplog.text


async def test_each_endpoint_has_its_own_limits(state: Path) -> None:
    """A plan's of one say nothing about another, least of all about a public node."""
    public = "https://api.devnet.solana.com"
    further = {"roles": ["read"], "limits": {"requests_per_second": 5}}
    endpoints = [{"rpc_url": "http://127.0.0.1:2", **further}, {"rpc_url": public, "roles": ["read"]}]
    several = NetworkConfig.model_validate({**network(SECRET, **LIMITS).model_dump(), "endpoints": endpoints})
    with RateLimits(several, SystemClock()) as limits:
        made = [transport(limits, each.rpc_url) for each in several.all_endpoints]
        allowed = {budget._allowance.endpoint: budget._allowance for budget in limits._budgets.values()}
        for each in made:
            await each.aclose()
    assert {name: allowance.rate.reserved.cost for name, allowance in allowed.items()} == {
        "https://rpc.example.com/…": 5 * SECOND,
        "http://127.0.0.1:2": SECOND,
        public: 5 * SECOND // 8,
    }
    assert allowed[public].weights["getTransaction"] == Decimal("2.5")


async def test_a_command_on_a_limited_network_keeps_to_the_budget(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the network's file to the request: what is beyond it fails with exit code 6 and is not sent."""
    async with place(tmp_path, monkeypatch) as (_, project):
        path = project.folder / "configs" / "networks" / "localnet.toml"
        path.write_text(path.read_text() + "[limits]\nrequests_per_second = 0.01\nburst = 4\n")
        async with open_node(project.settings) as node:
            with pytest.raises(UnavailableError, match="request budget is used up") as caught:
                await node.rpc.slot()
            assert node.genesis_hash != ""
    assert caught.value.exit_code == 6
