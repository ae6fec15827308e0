"""Endpoints of one chain that lag, forget, lie and refuse: what becomes of a transaction is told all the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from sniperforge.app.node import open_node
from sniperforge.app.transfers import TransferRequest, send_sol
from sniperforge.domain.outcome import OutcomeKind
from sniperforge.localnet.faults.plan import FaultPlan
from sniperforge.localnet.ledger.pace import SlotProfile
from sniperforge.localnet.network import LocalNetwork
from sniperforge.wallets.secret import SecretText
from tests.trading import SOL, Project

QUICK = SlotProfile(slot_ms=20, confirm_slots=1, finalize_slots=8)
"""A blockhash lives for three seconds."""

FRIEND = "7gfKqWYW1jbxifJKpf1UVpeBGTCLa1NU1QtyCbw625Bz"
LAGS = FaultPlan(lag=1.0, lag_slots=30)
FORGETS = FaultPlan(not_found=1.0)
REFUSES = FaultPlan(rate_limit=1.0, retry_after=1)
LIES = FaultPlan(ahead=1.0, ahead_slots=5_000)
HONEST = FaultPlan()


@asynccontextmanager
async def place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *plans: FaultPlan
) -> AsyncIterator[tuple[LocalNetwork, Project]]:
    """A network with one endpoint for each plan, and a funded project that knows all of them."""
    network = LocalNetwork(profile=QUICK, endpoints=len(plans))
    async with network:
        first, *further = network.endpoints
        project = Project(
            tmp_path / "project", tmp_path / "home", first.rpc_url, first.ws_url, network.genesis_hash
        )
        monkeypatch.setenv("XDG_STATE_HOME", str(project.state_home))
        path = project.folder / "configs" / "networks" / "localnet.toml"
        roles = 'roles = ["read", "send", "subscribe", "history"]'
        tables = [
            f'[[endpoints]]\nrpc_url = "{each.rpc_url}"\nws_url = "{each.ws_url}"\n{roles}\n'
            for each in further
        ]
        path.write_text(path.read_text() + "\n" + "".join(tables))
        network.faucet.drip(project.wallet, 10 * SOL)
        for _ in range(40):
            network.ledger.advance()  # so long ago that the one which lags knows of it
        for endpoint, plan in zip(network.endpoints, plans, strict=True):
            endpoint.faults.set(plan)
        yield network, project


def no_password() -> SecretText:
    """The wallet has none."""
    raise AssertionError


async def sent(project: Project) -> Any:
    """A transfer by command, to its end."""
    return await send_sol(project.settings, TransferRequest(FRIEND, SOL), no_password)


@pytest.mark.parametrize(
    "plans",
    [
        (LAGS, FORGETS, REFUSES, HONEST),
        (FORGETS, REFUSES, HONEST, LAGS),
        (HONEST, LAGS, FORGETS, REFUSES),
        (HONEST, LIES, FORGETS),
    ],
    ids=["lagging first", "forgetful first", "honest first", "one lies"],
)
async def test_what_landed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plans: tuple[FaultPlan, ...]
) -> None:
    """Whoever is asked first; the amount arrives once."""
    async with place(tmp_path, monkeypatch, *plans) as (network, project):
        done = await sent(project)
        assert done.outcome.kind is OutcomeKind.FILLED
        assert network.ledger.account(FRIEND).lamports == SOL  # type: ignore[union-attr]
        assert network.ledger.history.status(done.outcome.signature) is not None


async def test_what_never_arrived_is_dead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each endpoint takes the bytes and loses them; the refusal of one and the lag of another only take time."""
    lose = {"expire": 1.0}
    plans = (
        FaultPlan(**lose),
        FaultPlan(lag=1.0, lag_slots=30, **lose),
        FaultPlan(not_found=1.0, **lose),
        FaultPlan(rate_limit=1.0, retry_after=1, **lose),
    )
    async with place(tmp_path, monkeypatch, *plans) as (network, project):
        done = await sent(project)
        assert done.outcome.kind is OutcomeKind.DEAD
        assert network.ledger.account(FRIEND) is None


async def test_who_lies_about_the_height_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also as the first endpoint: the others are asked instead, and the reason is shown."""
    async with (
        place(tmp_path, monkeypatch, LIES, HONEST, LAGS) as (network, project),
        open_node(project.settings, patient=True) as node,
    ):
        states = [report.state for report in await node.survey()]
        assert states == ["distrusted", "ok", "lagging"]
        assert "ahead of what the others agree on" in node.pool.report()[0].last_error
        assert await node.rpc.slot("processed") <= network.ledger.chain.tip.slot
