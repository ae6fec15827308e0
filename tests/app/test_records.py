"""The record of a wallet and its chain, opened to be read."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sniperforge.app.node import open_node
from sniperforge.app.records import Records, open_records
from sniperforge.app.wallet import wallet_entry
from sniperforge.config.load import Settings
from sniperforge.engine.door import HALTED
from sniperforge.errors import ConfigError, NotFoundError, StorageError, UnavailableError
from sniperforge.localnet.genesis import Genesis
from sniperforge.localnet.ledger.pace import INSTANT
from sniperforge.localnet.network import LocalNetwork
from sniperforge.store.journal import Journal
from sniperforge.store.shared import SessionRow, SharedStore
from tests.app.place import SEED, on, settings_in


@pytest.fixture
async def settings(tmp_path: Path) -> AsyncIterator[Settings]:
    """A project on a network that runs."""
    async with LocalNetwork(Genesis(SEED), profile=INSTANT) as network:
        yield on(settings_in(tmp_path), network)


async def write(settings: Settings, *, journal: bool = True, shared: bool = True) -> None:
    """What a trading process leaves."""
    wallet = wallet_entry(settings).pubkey
    async with open_node(settings) as node:
        if journal:
            store = Journal(node.journal_path(wallet))
            store.set_flag(HALTED, "why", 1.0)
            store.close()
        if shared:
            chain = SharedStore(node.shared_path)
            chain.beat(SessionRow(wallet, os.getpid(), "lp-sniper", 1.0, 2.0, None, {}))
            chain.close()


async def test_a_wallet_that_never_traded_has_none(settings: Settings, tmp_path: Path) -> None:
    """And looking makes none."""
    async with open_records(settings) as records:
        assert records.journal is None
        assert records.shared is None
        assert records.wallet == wallet_entry(settings)
        assert records.node.mode == "live"
    assert not (tmp_path / "state").exists()


async def test_what_is_there_is_read(settings: Settings) -> None:
    """The wallet's journal, and what the processes of this chain share."""
    await write(settings)
    async with open_records(settings) as records:
        assert records.journal is not None
        assert records.shared is not None
        assert records.journal.flag(HALTED) == "why"
        session = records.shared.session(records.wallet.pubkey)
        assert session is not None
        assert session.bot == "lp-sniper"


@pytest.mark.parametrize("kept", ["journal", "shared"])
async def test_each_may_be_there_alone(settings: Settings, kept: str) -> None:
    """A chain on which another wallet traded; a wallet whose shared record was removed."""
    await write(settings, journal=kept == "journal", shared=kept == "shared")
    async with open_records(settings) as records:
        assert (records.journal is not None, records.shared is not None) == (
            kept == "journal",
            kept == "shared",
        )


async def test_nothing_can_be_written(settings: Settings) -> None:
    """The journal offers no way to; the shared record refuses."""
    await write(settings)
    async with open_records(settings) as records:
        assert not isinstance(records.journal, Journal)
        assert records.shared is not None
        with pytest.raises(StorageError):
            records.shared.beat(SessionRow("w", 1, "", 0.0, 0.0, None, {}))


async def test_all_is_closed_after_a_failure(settings: Settings) -> None:
    """Whoever used it; the files are free again."""
    await write(settings)
    seen: list[Records] = []

    async def fail() -> None:
        async with open_records(settings) as records:
            seen.append(records)
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    assert seen[0].journal is not None
    assert seen[0].shared is not None
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        seen[0].journal.flag(HALTED)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        seen[0].shared.session("w")


async def test_a_journal_is_read_while_it_is_written(settings: Settings) -> None:
    """The holder goes on; readers see what is committed."""
    await write(settings)
    async with open_records(settings) as records:
        writer = Journal(records.node.journal_path(records.wallet.pubkey))
        writer.set_flag(HALTED, "later", 2.0)
        assert records.journal is not None
        assert records.journal.flag(HALTED) == "later"
        writer.close()


async def test_a_file_that_is_no_journal_closes_the_node(settings: Settings) -> None:
    """The error names it."""
    await write(settings, shared=False)
    wallet = wallet_entry(settings).pubkey
    async with open_node(settings) as node:
        node.shared_path.write_bytes(b"not a database" * 100)
        path = node.shared_path
    with pytest.raises((ConfigError, StorageError), match=path.name):
        async with open_records(settings):
            pass
    assert wallet_entry(settings).pubkey == wallet


async def test_who_is_not_there_cannot_be_asked(tmp_path: Path) -> None:
    """No node, or no wallet."""
    nobody = settings_in(tmp_path, {"SNIPERFORGE_NETWORKS__LOCALNET__RPC_URL": "http://127.0.0.1:9"})
    with pytest.raises(UnavailableError):
        async with open_records(nobody):
            pass
    with pytest.raises(NotFoundError):
        async with open_records(settings_in(tmp_path, wallet="missing")):
            pass
