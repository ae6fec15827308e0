"""What ``localnet up`` loads from files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sniperforge.app.fork import Fork
from sniperforge.domain.addresses import USDC_MINT
from sniperforge.errors import ConfigError
from sniperforge.localnet.genesis import Genesis
from sniperforge.localnet.ledger.chain import FIRST_SLOT
from sniperforge.localnet.program.binary import CPMM
from tests.localnet.kit import SEED, address
from tests.localnet.test_recording import GOOD, MINE, clock


def write(folder: Path, *documents: object) -> Path:
    path = folder / "recorded.json"
    path.write_text(json.dumps(documents))
    return path


def test_nothing_given_is_a_network_of_its_own() -> None:
    """It is false, says nothing, and begins as ever."""
    assert not Fork()
    assert Fork().arguments() == []
    assert Fork().genesis(SEED, market=True) == Genesis(SEED, first_slot=FIRST_SLOT)


def test_as_options_it_names_whole_paths(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """For the process that is started in another folder."""
    monkeypatch.chdir(tmp_path)
    fork = Fork(((address(1), Path("a.so")),), (Path("x"), Path("y.json")), 7, 1_700_000_000)
    assert fork
    assert fork.arguments() == [
        *("--program", f"{address(1)}={tmp_path}/a.so", "--account", f"{tmp_path}/x"),
        *("--account", f"{tmp_path}/y.json", "--clock-slot", "7", "--clock-time", "1700000000"),
    ]


def test_the_clock_is_the_recordings_unless_told(tmp_path: Path) -> None:
    """What is given comes first; without either the network's own."""
    path = write(tmp_path, GOOD, clock(450_000_000, 1_700_000_000))
    found = Fork(accounts=(path,)).genesis(SEED, market=True)
    assert (found.first_slot, found.clock_time, found.accounts) == (450_000_000, 1_700_000_000, (MINE,))
    found = Fork(accounts=(path,), clock_slot=5, clock_time=6).genesis(SEED, market=True)
    assert (found.first_slot, found.clock_time) == (5, 6)
    assert Fork(accounts=(write(tmp_path, clock(0, 9)),)).genesis(SEED, market=True).first_slot == 1


def test_contradictions_are_refused(tmp_path: Path) -> None:
    """A program given twice, or also recorded; recorded USDC and a market that makes its own."""
    elf, recorded = tmp_path / "a.so", write(tmp_path, GOOD)
    elf.write_bytes(CPMM.elf())
    mine = (MINE.address, elf)
    for fork in (Fork(programs=(mine, mine)), Fork((mine,), (recorded,))):
        with pytest.raises(ConfigError, match=f"{MINE.address} is given twice"):
            fork.genesis(SEED, market=False)
    usdc = Fork(accounts=(write(tmp_path, {**GOOD, "pubkey": USDC_MINT}),))
    assert usdc.genesis(SEED, market=False).accounts[0].address == USDC_MINT
    with pytest.raises(ConfigError, match="which the market makes itself"):
        usdc.genesis(SEED, market=True)
