"""``sniperforge wallet balance``, ``airdrop`` and ``send`` on a network that runs."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sniperforge.app.balance import Balance, TokenHolding
from sniperforge.cli.wallet_money import _table
from sniperforge.domain.addresses import TOKEN_PROGRAM
from sniperforge.domain.amounts import TokenAmount
from sniperforge.localnet.network import LocalNetwork
from tests.app.place import SOL, served
from tests.cli.terminal import Terminal, terminal_in
from tests.conftest import PROJECT

FRIEND = "4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T"


@pytest.fixture(scope="module")
def network() -> Iterator[LocalNetwork]:
    """One network for all."""
    with served() as running:
        yield running


@pytest.fixture
def terminal(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    network: LocalNetwork,
) -> Iterator[Terminal]:
    """A project of its own on it, with an empty wallet."""
    with terminal_in(tmp_path, capsys, monkeypatch) as found:
        found.use(network)
        yield found


def test_airdrop_then_balance(terminal: Terminal) -> None:
    """What was asked for is there when the command ends, exactly."""
    given = terminal.data("wallet", "airdrop", "1.25")
    assert (given["amount_sol"], given["balance_sol"]) == ("1.250000000", "1.250000000")
    assert "balance 11.250000000 SOL" in terminal.run("wallet", "airdrop")
    document = terminal.document("wallet", "balance")
    data = document["data"]
    assert (data["balance_sol"], data["wsol_sol"], data["total_sol"]) == (
        "11.250000000",
        "0.000000000",
        "11.250000000",
    )
    assert data["sol"]["raw"] == "11250000000"
    assert (data["name"], data["tokens"]) == ("auto", [])
    assert document["wallet"] == data["address"] == given["address"]
    assert (document["command"], document["network"], document["mode"]) == (
        "wallet balance",
        "localnet",
        "live",
    )


def test_the_balance_of_anybody(terminal: Terminal, network: LocalNetwork) -> None:
    """An address, as an argument or an option; it is no wallet of ours."""
    faucet = network.faucet.address
    for arguments in ((faucet,), ("--address", faucet)):
        document = terminal.document("wallet", "balance", *arguments)
        assert document["wallet"] is None
        assert document["data"]["address"] == faucet
        assert document["data"]["name"] is None
    assert terminal.run("wallet", "balance", faucet).startswith(f"LOCALNET\n{faucet}\nSOL ")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("balance", "nobody"), 9),
        (("balance", "--address", "abc"), 2),
        (("balance", FRIEND, "--address", FRIEND), 2),
        (("balance", "--wallet", "nobody"), 9),
        (("airdrop", "lots"), 2),
        (("airdrop", "0"), 2),
        (("airdrop", "--address", "abc"), 2),
        (("airdrop", "--mainnet"), 4),
        (("send", FRIEND, "x"), 2),
        (("send", FRIEND), 2),
        (("send", "nobody", "1"), 9),
        (("send", FRIEND, "1"), 4),
        (("send", FRIEND, "1", "--mainnet", "--live"), 4),
        (("send", FRIEND, "1", "--mainnet"), 6),
    ],
)
def test_wrong_input(terminal: Terminal, arguments: tuple[str, ...], code: int) -> None:
    """Each with its exit code; nothing is sent. Mainnet cannot be reached from here."""
    for name in ("RPC_URL", "WS_URL"):
        scheme = "http" if name == "RPC_URL" else "ws"
        terminal.monkeypatch.setenv(f"SNIPERFORGE_NETWORKS__MAINNET__{name}", f"{scheme}://127.0.0.1:9")
    if "--mainnet" in arguments:
        terminal.run("wallet", "create", "real", "--plain")
    terminal.document("wallet", *arguments, code=code)


def test_an_airdrop_for_somebody_else(terminal: Terminal, network: LocalNetwork) -> None:
    """No wallet is needed for it, and none is made."""
    before = network.ledger.vm.balance(network.payer.pubkey())
    document = terminal.document("wallet", "airdrop", "2", "--address", str(network.payer.pubkey()))
    assert document["wallet"] is None
    assert network.ledger.vm.balance(network.payer.pubkey()) == before + 2 * SOL
    assert not (terminal.folder / "wallets").exists()


def test_sending(terminal: Terminal) -> None:
    """To a wallet here by its name; the same key sends once; the balance is what remains."""
    friend = terminal.data("wallet", "create", "friend", "--plain")["pubkey"]
    terminal.run("wallet", "create", "mine", "--plain")
    terminal.run("wallet", "airdrop", "3", "--wallet", "mine")
    send = ("wallet", "send", "friend", "1", "--wallet", "mine", "--intent-id", "k")
    document = terminal.document(*send)
    data = document["data"]
    assert (data["outcome"], data["to"], data["amount_sol"]) == ("filled", friend, "1.000000000")
    assert document["wallet"] == data["from"]
    again = terminal.run(*send)
    assert data["signature"] in again
    assert "sent by an earlier call" in again
    assert terminal.data("wallet", "balance", "friend")["balance_sol"] == "1.000000000"
    fee = int(data["fee_sol"].replace(".", ""))
    assert terminal.data("wallet", "balance", "mine")["sol"]["raw"] == str(2 * SOL - fee)
    other = terminal.document("wallet", "send", FRIEND, "1", "--wallet", "mine", "--intent-id", "k", code=2)
    assert "used before" in other["error"]["message"]


def test_a_refusal_keeps_its_data(terminal: Terminal) -> None:
    """Exit 4 with what was wanted and why not."""
    terminal.run("wallet", "airdrop", "1")
    document = terminal.document("wallet", "send", FRIEND, "1", code=4)
    assert document["data"]["outcome"] == "refused"
    assert "reserved for exits" in document["error"]["message"]
    assert document["error"]["details"]["reserve"]["reserve_lamports"] == 50_000_000


def test_mainnet_asks_first(terminal: Terminal) -> None:
    """Real money is never sent by a slip: without a terminal the option that answers is named."""
    (terminal.folder / "configs").mkdir()
    (terminal.folder / "configs" / "sniperforge.toml").write_text("live = true\n")
    error = terminal.document("wallet", "send", FRIEND, "1", "--mainnet", "--live", code=2)["error"]
    assert "--yes" in error["hint"]


def test_a_network_that_is_down(terminal: Terminal) -> None:
    """Exit 6 with what to do."""
    terminal.monkeypatch.setenv("SNIPERFORGE_NETWORKS__LOCALNET__RPC_URL", "http://127.0.0.1:9")
    assert "localnet up" in terminal.error("wallet", "balance", code=6)


def test_another_chain_is_refused(terminal: Terminal) -> None:
    """The network file says devnet, the node is none: exit 3 before anything else."""
    url = os.environ["SNIPERFORGE_NETWORKS__LOCALNET__RPC_URL"]
    terminal.monkeypatch.setenv("SNIPERFORGE_NETWORKS__DEVNET__RPC_URL", url)
    assert "wrong chain" in terminal.error("wallet", "send", FRIEND, "1", "--devnet", code=3)


def test_the_table_shows_what_is_held() -> None:
    """Tokens with their amounts, frozen ones marked, empty accounts left out."""
    tokens = tuple(
        TokenHolding("a", TOKEN_PROGRAM, TokenAmount(mint, raw, 2), frozen, 0)
        for mint, raw, frozen in (("good", 150, False), ("cold", 5, True), ("none", 0, False))
    )
    assert _table("main", Balance(FRIEND, SOL, 0, tokens)).splitlines() == [
        f"main  {FRIEND}",
        "SOL   1.000000000",
        "wSOL  0.000000000",
        "good          1.5",
        "cold         0.05  frozen",
    ]


def test_a_balance_is_quick(terminal: Terminal) -> None:
    """Within 30 times an empty interpreter, which is what a script that asks often pays."""
    terminal.run("wallet", "balance")
    env = os.environ | {"PYTHONPATH": str(PROJECT)}

    def seconds(*arguments: str) -> float:
        started = time.perf_counter()
        subprocess.run([sys.executable, *arguments], env=env, check=True, stdout=subprocess.PIPE)
        return time.perf_counter() - started

    pairs = [
        (seconds("-c", "pass"), seconds("-m", "sniperforge", "wallet", "balance", "--json")) for _ in range(5)
    ]
    ratio = statistics.median(balance for _, balance in pairs) / statistics.median(
        empty for empty, _ in pairs
    )
    print(json.dumps({"balance_over_pass": round(ratio, 1)}))
    assert ratio < 60, "twice the budget: a busy machine does not explain it"
