"""``sniperforge start`` in this process; as a process of its own, see tests/e2e."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sniperforge.wallets.keystore import KdfCost
from sniperforge.wallets.secret import SecretText
from tests.trading import SOL, Project, ServedNetwork, Shell, eventually

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def busy_network() -> Iterator[ServedNetwork]:
    """A network with a market that launches four tokens a second."""
    with ServedNetwork(seed=28, per_minute=240) as network:
        yield network


@pytest.fixture
def busy(busy_network: ServedNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Runs commands of a funded project on the busy network."""
    network = busy_network.network
    project = Project(
        tmp_path / "busy", tmp_path / "state-home", network.rpc_url, network.ws_url, network.genesis_hash
    )
    busy_network.fund(project.wallet, SOL)
    return Shell(project, monkeypatch)


def encrypt(project: Project) -> None:
    """Put the project's key behind a password."""
    project.entry.path.unlink()
    project.wallets.add("main", project.key, SecretText(PASSWORD), cost=KdfCost(1, 8_192))


def test_a_run_for_people(busy: Shell) -> None:
    """What happens goes to stderr line by line, the sum to stdout; the profit is of this run."""
    ran = busy("start", "--duration", "2")
    assert ran.code == 0, ran.err
    lines = ran.out.splitlines()
    assert lines[0] == "LOCALNET"
    assert " pools seen, " in lines[1]
    assert lines[2].startswith("refusals: ")
    assert lines[3] == "realised P&L 0.000000000 SOL"
    assert f"trading {busy.project.wallet} on localnet; 0 positions held" in ran.err
    assert "seen " in ran.err
    (log,) = (busy.project.folder / "logs").glob("*")
    assert [json.loads(line)["event"] for line in log.read_text().splitlines()][-1] == "stopped"


def test_an_empty_wallet_is_given_play_money(busy: Shell, busy_network: ServedNetwork) -> None:
    """Once, on a network where there is any, and said; the rest says nothing with --quiet."""
    project = busy.project
    (project.folder / "wallets" / "main.json").unlink()
    (project.folder / "wallets" / "default").unlink(missing_ok=True)
    ran = busy("start", "--duration", "1", "--json", env={"SNIPERFORGE_WALLETS__AIRDROP_SOL": "3"})
    assert ran.code == 0, ran.err
    assert "the wallet was empty: the faucet gave it 3.000000000 SOL of play money" in ran.err
    wallet = ran.document["wallet"]
    assert busy_network.balance(wallet) > SOL
    again = busy("start", "--duration", "1", "--json", "--quiet")
    assert (again.code, again.err, again.document["wallet"]) == (0, "", wallet)


def test_passwords(busy: Shell) -> None:
    """From stdin it trades; none is exit 2, a wrong one exit 3, and neither shows anything of it."""
    encrypt(busy.project)
    none = busy("start", "--duration", "1")
    assert none.code == 2
    wrong = busy("start", "--duration", "1", "--password-stdin", stdin="wrong horse\n")
    assert wrong.code == 3
    assert "horse" not in wrong.err + wrong.out
    right = busy("start", "--duration", "1", "--password-stdin", "--json", stdin=f"{PASSWORD}\n")
    assert right.code == 0, right.err
    logs = "".join(path.read_text() for path in (busy.project.folder / "logs").iterdir())
    assert PASSWORD not in logs + right.out + right.err


def test_another_chain_is_refused_before_a_password_is_asked_for(busy: Shell) -> None:
    """A network file that points elsewhere: exit 3, though there is nobody to ask (that would be exit 2)."""
    encrypt(busy.project)
    path = busy.project.folder / "configs" / "networks" / "localnet.toml"
    path.write_text(path.read_text().replace('chain = "localnet"', 'chain = "devnet"'))
    ran = busy("start", "--duration", "1")
    assert ran.code == 3
    assert "wrong chain: the network file says devnet, the node serves localnet" in ran.err
    assert not (busy.project.folder / "state").exists()
    assert busy("sell", "x" * 44).code == 3
    assert busy("status").code == 3


def test_mainnet_needs_more_than_a_name(busy: Shell) -> None:
    """Paper is not traded yet, and --live alone is not enough: exit 4, nothing is unlocked."""
    encrypt(busy.project)
    folder = busy.project.folder / "configs" / "networks"
    text = (folder / "localnet.toml").read_text().replace('chain = "localnet"', 'chain = "mainnet"')
    (folder / "mainnet.toml").write_text(text.replace("127.0.0.1:8899", "127.0.0.1:9"))
    env = {"SNIPERFORGE_NETWORKS__MAINNET__RPC_URL": busy.project.rpc_url}
    assert busy("start", "--mainnet", "--live", env=env).code == 4
    assert busy("start", "--mainnet", env=env).code == 3, "that node is not mainnet's"


@pytest.mark.parametrize("what", ["state", "logs"])
def test_a_file_in_place_of_a_folder(busy: Shell, what: str) -> None:
    """Exit 1 for the state before anything is sent; a log that cannot be written stops no trading."""
    (busy.project.folder / what).write_text("in the way")
    ran = busy("start", "--duration", "1", "--json")
    if what == "logs":
        assert ran.code == 0, ran.out
        assert "log lines are missing from the log file" in ran.err
        return
    assert ran.code == 1
    assert str(busy.project.folder / "state") in ran.document["error"]["message"]


def test_a_damaged_journal_is_left_alone(busy: Shell) -> None:
    """Exit 3, saying which file; not a byte of it changes."""
    path = busy.project.journal_path
    path.parent.mkdir(parents=True)
    path.write_bytes(b"not a database, but somebody's trades " * 100)
    before = path.read_bytes()
    for argv in (("start", "--duration", "1"), ("status",), ("positions",), ("halt",)):
        ran = busy(*argv)
        assert ran.code == 3, (argv, ran.err)
        assert str(path) in ran.err
    assert path.read_bytes() == before


def test_a_lock_that_is_taken_away_ends_the_session(busy: Shell) -> None:
    """Somebody deleted the file: another process could trade now, so this one stops; one error, exit 5."""
    taking = threading.Timer(1.0, busy.project.lock.unlink)
    taking.start()
    ran = busy("start", "--duration", "20", "--quiet")
    taking.join()
    assert (ran.code, ran.out) == (5, "")
    assert ran.err.splitlines()[0] == "error: the wallet's lock was taken away"


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["--bot", "lp-snipper"], "did you mean lp-sniper?"),
        (["--duration", "nan"], "nan"),
        (["--duration", "-1"], "-1"),
        (["--duration", "1e400"], "inf"),
        (["--wallt", "x"], "did you mean --wallet?"),
    ],
)
def test_usage(busy: Shell, argv: list[str], told: str) -> None:
    """Exit 2 before the network is asked anything."""
    ran = busy("start", *argv)
    assert ran.code == 2
    assert told in ran.err
    assert not (busy.project.folder / "state").exists()


def test_a_bots_file_with_a_mistake(busy: Shell) -> None:
    """Exit 3 with file, line and key, before anything is taken."""
    path = busy.project.folder / "configs" / "bots" / "lp-sniper.toml"
    path.write_text(path.read_text().replace("min_quote_liquidity_sol", "min_quote_liquidty_sol"))
    ran = busy("start")
    assert ran.code == 3
    assert "lp-sniper.toml:" in ran.err
    assert "min_quote_liquidity_sol" in ran.err


def test_no_market_says_why_nothing_was_bought(shell: Shell, project: Project) -> None:
    """Status after a run on a network where nothing is launched."""
    assert shell("start", "--duration", "1", "--json").data["pools_seen"] == 0
    assert shell("status", "--json").data["why_nothing"] == "no bot is running on this wallet"
    eventually(lambda: not project.lock.read_text())
