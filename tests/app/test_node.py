"""A node, identified before anything else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sniperforge.app.node import Node, open_node
from sniperforge.chain.aiohttp_transport import AiohttpTransport
from sniperforge.chain.http_transport import HttpTransport
from sniperforge.chain.plain_http import PlainHttpTransport
from sniperforge.config.genesis import GENESIS_HASHES
from sniperforge.config.load import Settings
from sniperforge.coordination.journal_place import remember_journal
from sniperforge.coordination.paths import locks_folder
from sniperforge.errors import ConfigError, RefusedError, UnavailableError, UsageError
from sniperforge.localnet.genesis import Genesis
from sniperforge.localnet.ledger.pace import INSTANT
from sniperforge.localnet.network import LocalNetwork
from sniperforge.store.journal import Journal
from sniperforge.testing.rpc import FakeRpc
from tests.app.place import SEED, instant_network, on, settings_in

WALLET = "4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T"
LIVE = {"SNIPERFORGE_LIVE": "true"}


def of(cluster: str) -> FakeRpc:
    """A node of a public cluster."""
    return FakeRpc({"getGenesisHash": GENESIS_HASHES[cluster]})


async def opened(settings: Settings, transport: FakeRpc, **options: Any) -> Node:
    """What opening gives."""
    async with open_node(settings, transport=transport, **options) as node:
        return node


async def test_state_is_of_one_chain_and_mode(tmp_path: Path) -> None:
    """The genesis hash names the folder; locks are the user's, outside of it."""
    network = instant_network()
    async with open_node(settings_in(tmp_path), transport=network.transport()) as node:
        genesis = network.genesis_hash
        assert (node.genesis_hash, node.cluster, node.mode) == (genesis, f"local-{genesis[:8]}", "live")
        assert node.folder == tmp_path / "state" / f"local-{genesis[:8]}" / "live"
        assert node.journal_path(WALLET) == node.folder / "wallets" / WALLET / "journal.db"
        assert node.shared_path == node.folder / "shared.db"
        assert node.readers == (node.rpc,)
        assert tmp_path not in node.locks.parents
    assert not (tmp_path / "state").exists(), "identifying a node writes nothing"


async def test_locks_follow_the_environment_or_the_caller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One folder per user, unless the network is the caller's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    transport = instant_network().transport()
    async with open_node(settings_in(tmp_path), transport=transport) as node:
        assert node.locks == locks_folder({"XDG_STATE_HOME": str(tmp_path / "xdg")}, Path.home())
    async with open_node(
        settings_in(tmp_path), transport=instant_network().transport(), locks=tmp_path / "own"
    ) as node:
        assert node.locks == tmp_path / "own"


async def test_another_folder_finds_the_journal(tmp_path: Path) -> None:
    """The first folder that trades a wallet keeps its journal; a second one goes on with it."""
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    nodes = []
    for folder in folders:
        transport = instant_network().transport()
        async with open_node(settings_in(folder), transport=transport, locks=tmp_path / "locks") as node:
            nodes.append(node)
    first, second = nodes
    assert second.journal_path(WALLET) != first.journal_path(WALLET)
    Journal(first.journal_path(WALLET)).close()
    remember_journal(first.journal_pointer(WALLET), first.journal_path(WALLET))
    assert second.journal_path(WALLET) == first.journal_path(WALLET)
    assert first.journal_pointer(WALLET).parent == tmp_path / "locks"


async def test_the_wrong_chain_is_refused(tmp_path: Path) -> None:
    """Whatever the URL says, the genesis hash decides; the connection is closed."""
    for name, served in (("localnet", "mainnet"), ("devnet", "mainnet"), ("mainnet", "devnet")):
        transport = of(served)
        with pytest.raises(ConfigError, match="wrong chain"):
            await opened(settings_in(tmp_path, network=name), transport)
        assert transport.closed
    network = instant_network()
    with pytest.raises(ConfigError, match="the node serves localnet"):
        async with open_node(settings_in(tmp_path, network="mainnet"), transport=network.transport()):
            pass


async def test_mainnet_is_on_paper_until_both_say_live(tmp_path: Path) -> None:
    """The configuration and the command; one alone is refused or stays on paper, in folders apart."""
    paper = await opened(settings_in(tmp_path, network="mainnet"), of("mainnet"))
    assert (paper.cluster, paper.mode) == ("mainnet", "paper")
    configured = settings_in(tmp_path, LIVE, network="mainnet")
    assert (await opened(configured, of("mainnet"))).mode == "paper"
    live = await opened(configured, of("mainnet"), live=True)
    assert live.mode == "live"
    assert live.folder == tmp_path / "state" / "mainnet" / "live"
    assert paper.folder == tmp_path / "state" / "mainnet" / "paper"
    assert paper.journal_pointer(WALLET) != live.journal_pointer(WALLET)


async def test_modes_are_decided_before_anything_is_asked(tmp_path: Path) -> None:
    """A command that may not go live sends no request."""
    transport = of("mainnet")
    with pytest.raises(RefusedError, match="live = true"):
        await opened(settings_in(tmp_path, network="mainnet"), transport, live=True)
    with pytest.raises(UsageError, match="exclude"):
        await opened(settings_in(tmp_path), transport, live=True, paper=True)
    assert transport.calls == []


async def test_paper_can_be_asked_for_anywhere(tmp_path: Path) -> None:
    """Off mainnet, trades are live unless the command says ``--paper``."""
    assert (await opened(settings_in(tmp_path, network="devnet"), of("devnet"), paper=True)).mode == "paper"
    assert (await opened(settings_in(tmp_path, network="devnet"), of("devnet"))).mode == "live"


async def test_without_a_local_network_the_hint_starts_one(tmp_path: Path) -> None:
    """Elsewhere an outage is an outage."""
    for name in ("localnet", "devnet"):
        transport = FakeRpc({"getGenesisHash": UnavailableError("nobody there")})
        with pytest.raises(UnavailableError) as caught:
            await opened(settings_in(tmp_path, network=name), transport)
        assert ("localnet up" in caught.value.hint) == (name == "localnet")
        assert transport.closed


async def test_the_connection_ends_with_the_block(tmp_path: Path) -> None:
    """Also when the block fails."""
    transport = of("devnet")

    async def fail() -> None:
        async with open_node(settings_in(tmp_path, network="devnet"), transport=transport):
            assert not transport.closed
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    assert transport.closed


@pytest.mark.parametrize(
    ("host", "patient", "kind"),
    [
        ("127.0.0.1", False, PlainHttpTransport),
        ("127.0.0.2", False, HttpTransport),
        ("127.0.0.1", True, AiohttpTransport),
    ],
)
async def test_the_carrier_fits_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, patient: bool, kind: type
) -> None:
    """Short commands on this machine load no HTTP library; long ones keep many connections."""
    made: list[object] = []
    for each in (PlainHttpTransport, HttpTransport, AiohttpTransport):
        whole = each.__init__

        def note(self: object, *arguments: Any, _whole: Any = whole, **options: Any) -> None:
            made.append(self)
            _whole(self, *arguments, **options)

        monkeypatch.setattr(each, "__init__", note)
    async with LocalNetwork(Genesis(SEED), profile=INSTANT) as network:
        settings = on(settings_in(tmp_path), network)
        url = network.rpc_url.replace("127.0.0.1", host)
        settings = _with(settings, rpc_url=network.rpc_url, read_urls=(url,))
        try:
            async with open_node(settings, patient=patient) as node:
                assert len(node.readers) == 2
                assert node.readers[0] is node.rpc
                assert await node.rpc.genesis_hash() == network.genesis_hash
        finally:
            assert type(made[-1]) is kind


def _with(settings: Settings, **changes: Any) -> Settings:
    return replace(settings, network=settings.network.model_copy(update=changes))


async def test_further_endpoints_are_witnesses(tmp_path: Path) -> None:
    """Each is asked by its own connection; all are closed at the end."""
    async with LocalNetwork(Genesis(SEED), profile=INSTANT) as network:
        settings = _with(on(settings_in(tmp_path), network), read_urls=(network.rpc_url, network.rpc_url))
        async with open_node(settings) as node:
            assert len({id(reader) for reader in node.readers}) == 3
            for reader in node.readers:
                assert await reader.genesis_hash() == network.genesis_hash
        for reader in node.readers:
            with pytest.raises(UnavailableError):
                await reader.genesis_hash()
