"""``sniperforge test``: rows with times, and the exit code of the first failure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sniperforge.localnet.network import LocalNetwork
from tests.app.place import served
from tests.cli.terminal import Terminal, terminal_in


@pytest.fixture(scope="module")
def network() -> Iterator[LocalNetwork]:
    """One network for all, without a market."""
    with served() as running:
        yield running


@pytest.fixture
def terminal(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    network: LocalNetwork,
) -> Iterator[Terminal]:
    """A project on it."""
    with terminal_in(tmp_path, capsys, monkeypatch) as found:
        found.use(network)
        yield found


@pytest.mark.parametrize(
    ("group", "names"),
    [
        ("solana", ["version", "health", "blockhash", "slots", "websocket", "endpoints"]),
        ("jupiter", ["api"]),
        ("pools", ["pool"]),
        ("wallets", ["selected", "files", "key", "balance", "holder"]),
    ],
)
def test_each_group(terminal: Terminal, group: str, names: list[str]) -> None:
    """The chain first, then its own rows; what is not there is skipped, and nothing fails."""
    rows = terminal.data("test", group)["checks"]
    assert [(row["group"], row["name"]) for row in rows] == [
        ("network", "chain"),
        *((group, name) for name in names),
    ]
    assert {row["status"] for row in rows} <= {"ok", "warn", "skip"}
    assert all(isinstance(row["ms"], float) and row["message"] for row in rows)


def test_all_of_it_is_what_a_bare_test_runs(terminal: Terminal) -> None:
    """One line a row for people."""
    lines = terminal.run("test").splitlines()
    assert lines[0] == "LOCALNET"
    assert len(lines) == 15
    assert lines[1].startswith("ok    network chain ")
    assert " ms  " in lines[1]
    assert terminal.document("test", "all")["command"] == "test all"


def test_a_failed_row_gives_its_exit_code(terminal: Terminal) -> None:
    """The rows are shown all the same."""
    document = terminal.document("test", "wallets", "--wallet", "nobody", code=9)
    assert {row["name"]: row["status"] for row in document["data"]["checks"]}["selected"] == "fail"
    assert document["error"]["code"] == "not_found"


def test_a_network_that_does_not_answer(terminal: Terminal) -> None:
    """Exit 6; nothing is started where it would not be found."""
    terminal.monkeypatch.setenv("SNIPERFORGE_NETWORKS__LOCALNET__RPC_URL", "http://127.0.0.1:9")
    document = terminal.document("test", "solana", "-q", code=6)
    assert [row["status"] for row in document["data"]["checks"]] == ["fail", *["skip"] * 6]
    terminal.document("test", "solan", code=2)
