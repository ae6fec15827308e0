"""How long a network with a chain on disk takes to go on: 100,000 accounts, and from start to open port.

Prints one JSON document. ``restore`` is reading the file and filling the ledger, in this process; ``serving``
is a process of ``localnet up`` from its start until its port answers, with a new chain and with one of 10,000
accounts.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from _report import at_most, report
from solders.pubkey import Pubkey

from sniperforge.domain.addresses import TOKEN_PROGRAM
from sniperforge.domain.chain import Account
from sniperforge.localnet.genesis import Genesis
from sniperforge.localnet.network import LocalNetwork
from sniperforge.localnet.store.chain_file import ChainFile

MANY = 100_000
SOME = 10_000
ROUNDS = 5
CEILING_S = 2.0
CEILING_MS = 500
_MINT, _STATE = bytes(range(32)), 108


def holdings(count: int) -> tuple[Account, ...]:
    """Token accounts of different owners."""
    data = bytearray(_MINT + bytes(133))
    data[_STATE] = 1
    made = []
    for number in range(count):
        data[32:64] = number.to_bytes(32, "little")
        made.append(Account(str(Pubkey.new_unique()), TOKEN_PROGRAM, 2_039_280, bytes(data)))
    return tuple(made)


def fill(path: Path, count: int) -> None:
    """A chain of some blocks with ``count`` token accounts."""
    with closing(ChainFile(path)) as chain:
        network = LocalNetwork(replace(Genesis(bytes(32)), accounts=holdings(count)), chain=chain)
        network.ledger.warp(512)
        chain.finish()


def restored(path: Path) -> float:
    """Seconds from the file to a ledger that goes on."""
    started = time.perf_counter()
    with closing(ChainFile(path)) as chain:
        LocalNetwork(chain=chain)
        return time.perf_counter() - started


def serving(folder: Path) -> float:
    """Milliseconds from starting ``localnet up`` to a port that takes connections."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "sniperforge", "localnet", "up", "--port", str(port), "--no-market"]
    ports = ["--ws-port", "0", "--jupiter-port", "0", "--quiet"]
    environment = {**os.environ, "SNIPERFORGE_HOME": str(folder), "PYTHONPATH": str(Path.cwd())}
    started = time.perf_counter()
    process = subprocess.Popen([*command, *ports], env=environment, stdout=subprocess.DEVNULL)
    try:
        while True:
            with contextlib.suppress(ConnectionRefusedError), closing(socket.socket()) as client:
                client.connect(("127.0.0.1", port))
                return (time.perf_counter() - started) * 1_000
            if process.poll() is not None:
                raise SystemExit("the network ended")
            time.sleep(0.002)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def main() -> None:
    """Fill, restore, start, and print."""
    with tempfile.TemporaryDirectory() as name:
        big, folder = Path(name) / "big.db", Path(name) / "project"
        chain = folder / "state" / "localnet" / "localnet-chain.db"
        fill(big, MANY)
        seconds = statistics.median(restored(big) for _ in range(ROUNDS))
        fresh = []
        for _ in range(ROUNDS):
            fresh.append(serving(folder))
            chain.unlink()
        fill(chain, SOME)
        kept = statistics.median(serving(folder) for _ in range(ROUNDS))
        new = statistics.median(fresh)
    figures = {
        "accounts": MANY,
        "restore_s": round(seconds, 3),
        "serving_ms": {"new_chain": round(new), f"with_{SOME}_accounts": round(kept)},
    }
    budgets = {
        f"restore_s of {MANY:,} accounts": at_most(seconds, CEILING_S),
        "serving_ms with a new chain": at_most(new, CEILING_MS),
        f"serving_ms with {SOME:,} accounts": at_most(kept, CEILING_MS),
    }
    report("localnet_restore", figures, budgets)


if __name__ == "__main__":
    main()
