"""What is on record, opened to be read."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from sniperforge.app.records import open_records
from sniperforge.errors import NotFoundError
from sniperforge.store.shared import SharedStore
from tests.app.session_kit import place


async def test_nothing_and_something(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not exist is absent, not made; what exists is read and not written."""
    async with place(tmp_path, monkeypatch) as (_, project):
        async with open_records(project.settings) as records:
            assert (records.journal, records.shared) == (None, None)
            assert records.wallet.pubkey == project.wallet
        assert not (project.folder / "state").exists()
        project.hold(0)
        SharedStore(project.chain_folder / "shared.db").close()
        async with open_records(project.settings) as records:
            assert records.journal is not None
            assert records.shared is not None
            assert len(records.journal.positions()) == 1
            assert not hasattr(records.journal, "set_flag"), "it is the reader"
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            records.journal.positions()


async def test_no_such_wallet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the network is asked."""
    async with place(tmp_path, monkeypatch) as (_, project):
        project.extra["SNIPERFORGE_WALLET"] = "nobody"
        with pytest.raises(NotFoundError):
            async with open_records(project.settings):
                raise AssertionError
