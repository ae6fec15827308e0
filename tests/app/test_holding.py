"""Taking a wallet, and its one journal."""

from __future__ import annotations

from pathlib import Path

import pytest

from sniperforge.app.holding import inbox_file, lock_file, open_journal, refuse_held, take
from sniperforge.app.node import open_node
from sniperforge.errors import ConfigError, WalletBusyError
from tests.app.session_kit import place
from tests.trading import Project


async def test_one_holder_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second is told who has it, before and at the taking; afterwards it is free."""
    async with place(tmp_path, monkeypatch) as (_, project), open_node(project.settings) as node:
        assert lock_file(node, project.wallet) == project.lock
        assert inbox_file(node, project.wallet) == project.inbox
        refuse_held(node, project.wallet)
        with take(node, project.wallet, bot="lp-sniper", command="start"):
            with pytest.raises(WalletBusyError, match="bot lp-sniper trades this wallet") as busy:
                refuse_held(node, project.wallet)
            assert busy.value.details["folder"] == str(project.folder)
            with pytest.raises(WalletBusyError):
                take(node, project.wallet, bot="", command="sell")
        refuse_held(node, project.wallet)
        take(node, project.wallet, bot="", command="sell").release()


async def test_folders_share_the_wallets_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder that opens it first keeps it; another finds it there, until it is gone."""
    async with place(tmp_path, monkeypatch) as (network, first):
        second = Project(
            tmp_path / "second",
            first.state_home,
            network.rpc_url,
            network.ws_url,
            first.genesis,
            key=first.key,
        )
        async with open_node(first.settings) as here, open_node(second.settings) as there:
            assert there.journal_path(first.wallet) == second.journal_path
            open_journal(here, first.wallet).close()
            assert here.journal_path(first.wallet) == first.journal_path
            assert there.journal_path(first.wallet) == first.journal_path
            open_journal(there, first.wallet).close()
            assert not second.journal_path.exists()
            for path in first.journal_path.parent.iterdir():
                path.unlink()
            assert there.journal_path(first.wallet) == second.journal_path


async def test_a_journal_that_cannot_be_remembered_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is traded on a record that other folders would not find."""
    async with place(tmp_path, monkeypatch) as (_, project), open_node(project.settings) as node:
        project.journal_path.parent.mkdir(parents=True)
        project.journal_path.write_text("no database")
        with pytest.raises(ConfigError):
            open_journal(node, project.wallet)
        project.journal_path.unlink()

        def full(*_given: object) -> None:
            raise OSError("disk full")

        monkeypatch.setattr("sniperforge.app.holding.remember_journal", full)
        with pytest.raises(OSError, match="disk full"):
            open_journal(node, project.wallet)
