"""A network in another process, and projects that trade on it."""

from __future__ import annotations

import itertools
import json
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sniperforge.localnet.service.client import call
from tests.e2e.processes import Process, spawn_demo
from tests.trading import PATIENCE, SOL, Project, eventually

SLOT_MS, PER_MINUTE, SEED = 250, 240, 28
ROOM = {
    "SNIPERFORGE_LIMITS__MAX_OPEN_POSITIONS": "50",
    "SNIPERFORGE_LIMITS__MAX_EXPOSURE_SOL": "9",
    "SNIPERFORGE_LIMITS__MAX_TRADES_PER_HOUR": "0",
    "SNIPERFORGE_LIMITS__MAX_LOSING_STREAK": "0",
}
"""Limits under which there is always room for one more buy."""


@dataclass(frozen=True, slots=True)
class Network:
    """Where a network serves, and what a stranger can ask it."""

    rpc_url: str
    ws_url: str
    genesis: str

    def ask(self, method: str, *params: Any) -> Any:
        """One JSON-RPC call."""
        return call(self.rpc_url, method, list(params))

    def fund(self, address: str, lamports: int = 10 * SOL) -> None:
        """Give lamports away, and wait until they are there."""
        signature = self.ask("requestAirdrop", address, lamports)
        eventually(lambda: (self.ask("getSignatureStatuses", [signature])["value"][0] or {}).get("slot"))

    def balance(self, address: str) -> int:
        """Lamports, as of now."""
        return int(self.ask("getBalance", address, {"commitment": "processed"})["value"])

    def signatures(self, address: str) -> list[str]:
        """Every transaction that names the address, newest first."""
        return [
            each["signature"]
            for each in self.ask("getSignaturesForAddress", address, {"commitment": "confirmed"})
        ]

    def transaction(self, signature: str) -> Any:
        """One confirmed transaction."""
        options = {"commitment": "confirmed", "maxSupportedTransactionVersion": 0}
        return self.ask("getTransaction", signature, options)

    def tokens(self, address: str) -> dict[str, int]:
        """Raw amounts by mint."""
        found: dict[str, int] = {}
        for program in (
            "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
            "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb",
        ):
            options = {"encoding": "jsonParsed", "commitment": "processed"}
            held = self.ask("getTokenAccountsByOwner", address, {"programId": program}, options)["value"]
            for each in held:
                info = each["account"]["data"]["parsed"]["info"]
                found[info["mint"]] = int(info["tokenAmount"]["amount"])
        return found


@pytest.fixture(scope="session")
def running_demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Process]:
    """The demo that the issue names; while its twenty seconds pass other tests run."""
    folder = tmp_path_factory.mktemp("demo")
    return folder, spawn_demo(folder, "--duration", "20", "--seed", "37", "--json")


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """A busy network; ends with the file's tests."""
    script = Path(__file__).with_name("network.py")
    process = Process(
        tmp_path_factory.mktemp("network"), *map(str, (SLOT_MS, PER_MINUTE, SEED)), script=script
    )
    try:
        where = json.loads(eventually(lambda: process.out))
        yield Network(where["rpc_url"], where["ws_url"], where["genesis"])
    finally:
        process.send(signal.SIGTERM)
        process.end()


Start = Callable[..., Process]


@pytest.fixture
def make_project(network: Network, tmp_path: Path) -> Callable[..., Project]:
    """Makes projects that share one user's folder of locks; funded unless the key is given."""
    numbers = itertools.count()

    def make(**values: Any) -> Project:
        folder = tmp_path / f"project-{next(numbers)}"
        made = Project(
            folder,
            tmp_path / "state-home",
            network.rpc_url,
            network.ws_url,
            network.genesis,
            extra=ROOM | PATIENCE,
            **values,
        )
        if "key" not in values:
            network.fund(made.wallet)
        return made

    return make


@pytest.fixture
def spawn() -> Iterator[Start]:
    """Starts commands of a project; none outlives the test."""
    processes: list[Process] = []

    def start(project: Project, *argv: str, **values: Any) -> Process:
        processes.append(Process(project.folder, *argv, env=project.env, **values))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
