"""``sniperforge localnet snapshot``, ``warp`` and ``replay``."""

from __future__ import annotations

import json

import pytest

from tests.cli.terminal import Terminal
from tests.cli.test_localnet import UP, terminal

__all__ = ["terminal"]


def test_a_chain_there_and_back(terminal: Terminal) -> None:
    """Down keeps it, a snapshot brings it back, a reset begins another one and keeps it aside."""
    up = terminal.data(*UP, "--detach")
    saved = terminal.data("localnet", "snapshot", "save", "saved.db")
    assert set(saved) == {
        *("file", "genesis_hash", "slot", "block_height", "time"),
        *("transactions", "kept_transactions", "accounts"),
    }
    assert saved["genesis_hash"] == up["genesis_hash"]
    assert f"a chain in saved.db\nslot {saved['slot']}" in terminal.run(
        "localnet", "snapshot", "info", "saved.db"
    )
    assert "exists already" in terminal.error("localnet", "snapshot", "save", "saved.db", code=3)
    assert "saved to saved.db" in terminal.run("localnet", "snapshot", "save", "saved.db", "--force")
    assert "running" in terminal.error("localnet", "snapshot", "load", "saved.db", code=6)
    told = terminal.data("localnet", "warp", "--seconds", "60")
    assert told["slot"] >= saved["slot"] + 1_200
    assert "block height" in terminal.run("localnet", "warp", "--slots", "5")
    terminal.data("localnet", "down")
    assert terminal.data(*UP, "--detach")["genesis_hash"] == up["genesis_hash"]
    terminal.data("localnet", "down")
    assert terminal.data(*UP, "--detach", "--reset")["genesis_hash"] != up["genesis_hash"]
    terminal.data("localnet", "down")
    loaded = terminal.run("localnet", "snapshot", "load", "saved.db")
    assert "the next network goes on with saved.db" in loaded
    assert "the last chain is kept as" in loaded
    assert terminal.data(*UP, "--detach")["genesis_hash"] == up["genesis_hash"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("snapshot", "sav", "x.db"), 2),
        (("snapshot", "save"), 2),
        (("snapshot", "load", "x.db", "--force"), 2),
        (("snapshot", "info", "x.db"), 9),
        (("snapshot", "load", "x.db"), 9),
        (("snapshot", "save", "x.db"), 9),
        (("warp",), 2),
        (("warp", "--slots", "1", "--seconds", "1"), 2),
        (("warp", "--slots", "0"), 2),
        (("warp", "--slots", "1"), 6),
    ],
)
def test_wrong_input(terminal: Terminal, arguments: tuple[str, ...], code: int) -> None:
    """Nothing is made."""
    terminal.document("localnet", *arguments, code=code)
    assert not (terminal.folder / "x.db").exists()


def test_a_damaged_chain(terminal: Terminal) -> None:
    """Exit 3 with the file and what to do; it is not replaced."""
    terminal.data(*UP, "--detach")
    terminal.data("localnet", "down")
    chain = terminal.folder / "state" / "localnet" / "localnet-chain.db"
    chain.write_bytes(b"?" * 5_000)
    for detach in ((), ("--detach",)):
        error = terminal.document(*UP, *detach, code=3)["error"]
        assert str(chain) in error["message"]
        assert "--reset" in error["hint"]
    assert "there is a chain" not in terminal.error(*UP, "--clock-slot", "9", "--detach", code=3)
    assert chain.read_bytes() == b"?" * 5_000


def test_a_recorded_run_happens_again(terminal: Terminal) -> None:
    """A new chain is recorded from its first block; the same again has the same accounts."""
    terminal.data(*UP, "--detach", "--record", "run.jsonl")
    terminal.data("localnet", "fund", "11111111111111111111111111111112", "1")
    terminal.data("localnet", "down")
    told = terminal.data("localnet", "replay", "run.jsonl")
    assert (told["whole"], told["transactions"]) == (True, 1)
    assert "the same again to its end" in terminal.run("localnet", "replay", "run.jsonl")
    error = terminal.document(*UP, "--detach", "--record", "other.jsonl", code=3)["error"]
    assert "recordings are for a new one" in error["message"]
    assert not (terminal.folder / "other.jsonl").exists()


def test_a_changed_recording_is_told(terminal: Terminal) -> None:
    """Exit 7 when the accounts at the end are others, 3 for no recording, 9 for no file."""
    terminal.data(*UP, "--detach", "--record", "run.jsonl")
    terminal.data("localnet", "down")
    run = terminal.folder / "run.jsonl"
    *lines, end = run.read_text().splitlines()
    state = json.loads(end)["state"]
    run.write_text("\n".join([*lines, end.replace(state, state[::-1]), ""]))
    terminal.document("localnet", "replay", "run.jsonl", code=7)
    run.write_text("nothing\n")
    terminal.document("localnet", "replay", "run.jsonl", code=3)
    terminal.document("localnet", "replay", "nowhere.jsonl", code=9)
