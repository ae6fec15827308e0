"""A node is identified before anything else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sniperforge.app import node as module
from sniperforge.app.node import open_node
from sniperforge.errors import ConfigError, RefusedError, UnavailableError
from sniperforge.localnet.genesis import Genesis
from sniperforge.localnet.network import LocalNetwork
from tests.app.session_kit import place
from tests.trading import Project


def pointing_at(project: Project, *, chain: str, rpc_url: str, network: str) -> Project:
    """The project with a network file of its own making."""
    text = f'chain = "{chain}"\nrpc_url = "{rpc_url}"\nws_url = "ws://127.0.0.1:9"\n'
    (project.folder / "configs" / "networks" / f"{network}.toml").write_text(text)
    project.extra["SNIPERFORGE_NETWORK"] = network
    return project


@pytest.mark.parametrize("patient", [False, True])
async def test_a_local_chain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patient: bool) -> None:
    """Its genesis names cluster and folders; one endpoint plays every role."""
    async with (
        place(tmp_path, monkeypatch) as (network, project),
        open_node(project.settings, patient=patient) as node,
    ):
        assert node.genesis_hash == network.genesis_hash
        assert node.cluster == f"local-{network.genesis_hash[:8]}"
        assert (node.mode, node.folder) == ("live", project.chain_folder)
        assert node.journal_path("W") == project.chain_folder / "wallets" / "W" / "journal.db"
        assert node.shared_path == project.chain_folder / "shared.db"
        assert node.mints_path == project.chain_folder.parent / "mints.db"
        assert len(node.senders) == len(node.witnesses) == 1
        assert node.locks == project.locks


FURTHER = """
[[endpoints]]
rpc_url = "{url}"
roles = {roles}
"""


def with_endpoints(project: Project, *further: tuple[str, str]) -> Project:
    """The project with more endpoints: URL and roles of each."""
    path = project.folder / "configs" / "networks" / "localnet.toml"
    tables = [FURTHER.format(url=url, roles=roles) for url, roles in further]
    path.write_text(path.read_text() + "".join(tables))
    return project


async def test_further_endpoints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is used for its roles; a transport of the caller's own stands for all of them."""
    async with place(tmp_path, monkeypatch) as (network, project):
        roles = ('["read"]', '["send"]', '["history"]')
        with_endpoints(project, *((network.rpc_url, role) for role in roles))
        async with open_node(project.settings, patient=True) as node:
            assert (len(node.pool.endpoints), len(node.senders)) == (4, 2)
            assert [witness.history for witness in node.witnesses] == [True, False, True]
            assert await node.witnesses[2].rpc.genesis_hash() == network.genesis_hash
            assert {report.state for report in await node.survey()} == {"ok"}
        async with open_node(project.settings, transport=network.transport(), locks=tmp_path) as node:
            assert len(node.pool.endpoints) == len(node.senders) == len(node.witnesses) == 1
            assert node.locks == tmp_path


async def test_the_first_endpoint_is_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next one names the chain, answers what is asked, and takes subscriptions."""
    async with place(tmp_path, monkeypatch) as (network, project):
        path = project.folder / "configs" / "networks" / "localnet.toml"
        further = f'[[endpoints]]\nrpc_url = "{network.rpc_url}"\nws_url = "{network.ws_url}"\n'
        path.write_text(
            'chain = "localnet"\nrpc_url = "http://127.0.0.1:9"\nws_url = "ws://127.0.0.1:9"\n'
            + further
            + 'roles = ["read", "send", "subscribe", "history"]\n'
        )
        for patient in (True, False):
            async with open_node(project.settings, patient=patient) as node:
                assert node.genesis_hash == network.genesis_hash
                assert await node.rpc.slot() >= 0
                async with node.pubsub() as pubsub:
                    stream = await pubsub.subscribe("slotSubscribe", [])
                    await stream.aclose()


async def test_one_endpoint_serves_another_chain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long-running command is refused; a short one does not use it."""
    async with (
        LocalNetwork(Genesis(b"x" * 32)) as stranger,
        place(tmp_path, monkeypatch) as (_, project),
    ):
        with_endpoints(project, (stranger.rpc_url, '["read", "send", "history"]'))
        with pytest.raises(ConfigError, match="it serves another chain"):
            async with open_node(project.settings, patient=True):
                raise AssertionError
        async with open_node(project.settings) as node:
            assert await node.rpc.slot() >= 0
            with pytest.raises(UnavailableError, match="another chain"):
                await node.senders[1].send(b"never")
            assert [report.state for report in node.pool.report()] == ["ok", "distrusted"]


@pytest.mark.parametrize(("patient", "kind"), [(False, "HttpTransport"), (True, "AiohttpTransport")])
async def test_remote_endpoints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patient: bool, kind: str
) -> None:
    """What is not on this machine is asked through a library; loopback stands in for it here."""
    monkeypatch.setattr(module, "is_local", lambda _url: False)
    made: list[str] = []
    unlimited = module._unlimited

    def noted(*arguments: Any, **named: Any) -> Any:
        made.append(type(transport := unlimited(*arguments, **named)).__name__)
        return transport

    monkeypatch.setattr(module, "_unlimited", noted)
    async with (
        place(tmp_path, monkeypatch) as (network, project),
        open_node(project.settings, patient=patient) as node,
    ):
        assert node.genesis_hash == network.genesis_hash
        assert made == [kind] * (3 if patient else 1), "the node, and two paths of a block engine"


async def test_another_chain_than_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that says devnet or mainnet and leads elsewhere is refused, whatever its name."""
    async with place(tmp_path, monkeypatch) as (network, project):
        for chain in ("devnet", "mainnet"):
            wrong = pointing_at(project, chain=chain, rpc_url=network.rpc_url, network="mine")
            with pytest.raises(ConfigError, match=f"the network file says {chain}"):
                async with open_node(wrong.settings):
                    raise AssertionError


async def test_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On localnet the hint starts one; elsewhere it would be no help."""
    async with place(tmp_path, monkeypatch) as (_, project):
        for chain, hint in (("localnet", "localnet up"), ("devnet", "")):
            lost = pointing_at(project, chain=chain, rpc_url="http://127.0.0.1:9", network="mine")
            with pytest.raises(UnavailableError) as down:
                async with open_node(lost.settings):
                    raise AssertionError
            assert hint in down.value.hint
            assert ("localnet up" in down.value.hint) is (chain == "localnet")


async def test_live_needs_the_configuration_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the node is asked anything."""
    async with place(tmp_path, monkeypatch) as (_, project):
        mine = pointing_at(project, chain="mainnet", rpc_url="https://127.0.0.1:9", network="mine")
        with pytest.raises(RefusedError, match="live = true"):
            async with open_node(mine.settings, live=True):
                raise AssertionError
