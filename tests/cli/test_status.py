"""``sniperforge status`` as a user sees it."""

from __future__ import annotations

import json
import os
import socket

from sniperforge.coordination.wallet_lock import Holder, WalletLock
from sniperforge.store.journal import Journal
from sniperforge.store.shared import SessionRow, SharedStore
from tests.trading import MINTS, Project, Shell


def session(project: Project, **health: object) -> None:
    """A heartbeat of this process, as a running bot writes it."""
    store = SharedStore(project.chain_folder / "shared.db")
    store.beat(SessionRow(project.wallet, os.getpid(), "lp-sniper", 1.0, 2.0, None, health))
    store.close()


def held_by_us(project: Project) -> WalletLock:
    """The wallet's lock, held by this process as if it ran the bot."""
    project.lock.parent.mkdir(parents=True, exist_ok=True)
    holder = Holder.this_process(bot="lp-sniper", command="start", folder=project.folder, now=1_700_000_000)
    return WalletLock.acquire(project.lock, holder)


def test_a_wallet_that_never_traded(shell: Shell, project: Project) -> None:
    """Balance, nobody, nothing; and why nothing was bought. No file is made."""
    ran = shell("status")
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0] == "LOCALNET"
    assert f"wallet     {project.wallet}  main" in lines
    assert "balance    1.000000000 SOL" in lines
    assert "held by    nobody" in lines
    assert "positions  none held" in lines
    assert "limits     max_open_positions     0 of 5" in lines
    assert "           max_losing_streak      0 of 5" in lines
    assert not [line for line in lines if "max_trade_sol" in line], "only a trade uses it"
    assert lines[-1] == "no buys    no bot has run on this wallet and chain"
    assert not (project.folder / "state").exists()


def test_the_document(shell: Shell, project: Project) -> None:
    """Every fact under its name; nothing on stderr."""
    ran = shell("status", "--json")
    assert ran.err == ""
    data = ran.data
    assert data["wallet"] == {"name": "main", "pubkey": project.wallet, "balance_sol": "1.000000000"}
    assert data["network"]["cluster"] == f"local-{project.genesis[:8]}"
    assert data["network"]["genesis_hash"] == project.genesis
    assert data["holder"] is data["session"] is None
    assert (data["positions"], data["unknown"], data["foreign_signatures"], data["halted"]) == (
        [],
        [],
        [],
        "",
    )
    assert {"name": "max_exposure_sol", "used": "0.000000000", "limit": "2.000000000"} in data["limits"]
    assert data["last_hour"] == {"judged": 0, "accepted": 0, "bought": 0, "refusals_by_check": {}}
    assert ran.document["wallet"] == project.wallet


def test_a_running_bot_and_what_it_holds(shell: Shell, project: Project) -> None:
    """Who holds the wallet, how old the feed is, what positions are worth and what that gains."""
    first, second = project.hold(0), project.hold(1, note="stop_loss: fell")
    session(
        project,
        pools_seen=9,
        bought=2,
        refused=7,
        feed={"age_seconds": 0.4},
        values_sol={first.id: "0.150025000"},
    )
    with held_by_us(project):
        ran, data = shell("status"), shell("status", "--json").data
    assert f"held by    lp-sniper, pid {os.getpid()} on {socket.gethostname()}, since 2023-11" in ran.out
    assert f"           in {project.folder}" in ran.out.splitlines()
    assert "feed       heard 0.4 s ago, 9 pools seen, 2 bought, 7 refused" in ran.out
    assert f"           {MINTS[0][:8]}  open     worth 0.150025000, +0.050000000 SOL" in ran.out.splitlines()
    assert f"           {MINTS[1][:8]}  open     cost 0.100000000 SOL  (stop_loss: fell)" in ran.out
    assert "no buys" not in ran.out
    assert [each["value_sol"] for each in data["positions"]] == ["0.150025000", None]
    assert data["positions"][0]["unrealized_pnl_sol"] == "0.050000000"
    assert data["session"]["running"] is True
    assert "identity" not in json.dumps(data)
    assert second.id in json.dumps(data)


def test_a_bot_that_was_killed_is_not_running(shell: Shell, project: Project) -> None:
    """Its last heartbeat is on record; its values are not shown as if they were of now."""
    position = project.hold(0)
    session(project, values_sol={position.id: "0.5"})
    data = shell("status", "--json").data
    assert data["session"]["running"] is False
    assert data["positions"][0]["value_sol"] is None
    assert "feed" not in shell("status").out


def test_a_halt_is_said(shell: Shell, project: Project) -> None:
    """With its reason, and as the reason why nothing is bought."""
    journal = Journal(project.journal_path)
    journal.set_flag("halted", "lunch", 1.0)
    journal.record_foreign("5" * 88, 7, -5_000, signed=True, at=1.0)
    journal.close()
    out = shell("status").out
    assert "entries    HALTED: lunch" in out
    assert "no buys    entries are halted: lunch" in out
    assert "foreign    5555555555555555  signed with this key" in out


def test_each_endpoint_is_shown(shell: Shell) -> None:
    """With its roles and state, and why it is not well; its key is not."""
    name = "SNIPERFORGE_NETWORKS__LOCALNET__ENDPOINTS"
    env = {name: '[{rpc_url = "http://127.0.0.1:9/?key=hunter2", roles = ["read"]}]'}
    ran = shell("status", env=env)
    rows = [line for line in ran.out.splitlines() if line.startswith("endpoint")]
    assert "ok (history, read, send, subscribe), answers in " in rows[0]
    assert rows[1].startswith(
        "endpoint   http://127.0.0.1:9/… unproved (read): http://127.0.0.1:9/…: no connec"
    )
    assert "hunter2" not in ran.out + ran.err
    first, second = shell("status", "--json", env=env).data["network"]["endpoints"]
    assert (first["state"], first["lag"], second["failures"]) == ("ok", 0, 1)


def test_no_network(shell: Shell) -> None:
    """Exit 6 after bounded tries, saying how to start one."""
    ran = shell("status", env={"SNIPERFORGE_NETWORKS__LOCALNET__RPC_URL": "http://127.0.0.1:9"})
    assert ran.code == 6
    assert "sniperforge localnet up --detach" in ran.err
    assert ran.out == ""
