"""A node is identified before anything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from sniperforge.app.node import open_node
from sniperforge.errors import ConfigError, RefusedError, UnavailableError
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
    """Its genesis names cluster and folders; the first reader is the node itself."""
    async with (
        place(tmp_path, monkeypatch) as (network, project),
        open_node(project.settings, patient=patient) as node,
    ):
        assert node.genesis_hash == network.genesis_hash
        assert node.cluster == f"local-{network.genesis_hash[:8]}"
        assert (node.mode, node.folder) == ("live", project.chain_folder)
        assert node.journal_path("W") == project.chain_folder / "wallets" / "W" / "journal.db"
        assert node.shared_path == project.chain_folder / "shared.db"
        assert node.readers == (node.rpc,)
        assert node.locks == project.locks


async def test_further_readers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every configured endpoint is asked before a transaction is called dead; wrapped clients are not HTTP."""
    async with place(tmp_path, monkeypatch) as (network, project):
        path = project.folder / "configs" / "networks" / "localnet.toml"
        path.write_text(path.read_text().replace("read_urls = []", f'read_urls = ["{network.rpc_url}"]'))
        async with open_node(project.settings, patient=True) as node:
            assert len(node.readers) == 2
            assert await node.readers[1].genesis_hash() == network.genesis_hash
        async with open_node(project.settings, transport=network.transport(), locks=tmp_path) as node:
            assert len(node.readers) == 1
            assert node.locks == tmp_path


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
