"""A served network, and a project whose commands trade on it: for tests of whole commands."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sniperforge.config.files import write_defaults
from sniperforge.config.load import Settings, load
from sniperforge.coordination.paths import inbox_path, lock_path, locks_folder
from sniperforge.domain.trade import Position
from sniperforge.localnet.ledger.pace import FAST, SlotProfile
from sniperforge.localnet.market.market import Market
from sniperforge.localnet.network import LocalNetwork
from sniperforge.store.journal import Journal
from sniperforge.store.journal_reader import JournalReader
from sniperforge.testing.trades import make_attempt, make_fill, make_intent, make_position, make_settlement
from sniperforge.wallets.directory import WalletDirectory, WalletEntry
from sniperforge.wallets.secret import SecretKey

SOL = 1_000_000_000
MINTS = ("7gfKqWYW1jbxifJKpf1UVpeBGTCLa1NU1QtyCbw625Bz", "2HHwwxLUWSixkHJb7QzXmdNba4XHe1Cof5mAuVqmBSza")
POOLS = ("FfgnY4nWqzUrJ7MCrW6cD1GzWcmD7Rm7RDCoZn6tiC1D", "BGCscrhD5xt1pPzxHiYWcnX1WNSBHpJrXTgPQ9VdTkG7")

PATIENCE = {
    f"SNIPERFORGE_BOTS__LP_SNIPER__EXITS__{name}": value
    for name, value in (
        ("TAKE_PROFIT_PERCENT", "90000"),
        ("STOP_LOSS_PERCENT", "99"),
        ("TRAILING_PERCENT", "0"),
        ("LIQUIDITY_PULL_PERCENT", "99"),
        ("MAX_HOLD_SECONDS", "9000"),
    )
}
"""Exits that leave positions to the test, however slow the machine is."""


def eventually(what: Callable[[], Any], *, seconds: float = 15.0, every: float = 0.01) -> Any:
    """The first true value of ``what``; fails when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(every)
    return found


class ServedNetwork:
    """A network with sockets on a thread of its own, for commands that own the main thread's loop.

    Args:
        per_minute: launches a minute of its market; ``None`` has no market.
    """

    def __init__(self, *, profile: SlotProfile = FAST, seed: int = 7, per_minute: int | None = None) -> None:
        self.network = LocalNetwork(profile=profile)
        self.market = (
            None if per_minute is None else Market(self.network.ledger, seed=seed, per_minute=per_minute)
        )
        self._ready, self._loop = threading.Event(), asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self.network.start())
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self.network.stop())
        self._loop.close()

    def __enter__(self) -> Self:
        if self.market is not None:
            self.market.open()
        self._thread.start()
        assert self._ready.wait(20)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)

    def do(self, act: Callable[[], Any]) -> Any:
        """Call ``act`` on the network's own thread."""

        async def call() -> Any:
            return act()

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result(20)

    def fund(self, address: str, lamports: int) -> str:
        """Give lamports away; the transaction's signature."""
        return str(self.do(lambda: self.network.faucet.drip(address, lamports)).signature)

    def balance(self, address: str) -> int:
        """Lamports of an address now."""
        from solders.pubkey import Pubkey

        return int(self.do(lambda: self.network.ledger.vm.balance(Pubkey.from_string(address))))


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one document on stdout."""
        assert self.out.count("\n") == 1, self.out
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def data(self) -> dict[str, Any]:
        """The document's data, of a command that succeeded."""
        assert self.code == 0, self.err + self.out
        found: dict[str, Any] = self.document["data"]
        return found


@dataclass(slots=True)
class Project:
    """A project folder with a plain wallet, on one network."""

    folder: Path
    state_home: Path
    rpc_url: str
    ws_url: str
    genesis: str
    key: SecretKey = field(default_factory=SecretKey.generate)
    extra: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        write_defaults(self.folder / "configs")
        self.wallets.add("main", self.key, None)

    @property
    def wallets(self) -> WalletDirectory:
        return WalletDirectory(self.folder / "wallets", now=time.time)

    @property
    def wallet(self) -> str:
        return self.key.pubkey

    @property
    def entry(self) -> WalletEntry:
        return self.wallets.find("main")

    @property
    def env(self) -> dict[str, str]:
        """What the commands' environment adds."""
        return {
            "SNIPERFORGE_HOME": str(self.folder),
            "SNIPERFORGE_NETWORKS__LOCALNET__RPC_URL": self.rpc_url,
            "SNIPERFORGE_NETWORKS__LOCALNET__WS_URL": self.ws_url,
            "SNIPERFORGE_WALLETS__AIRDROP_SOL": "0",
            "XDG_STATE_HOME": str(self.state_home),
            "NO_COLOR": "1",
            **self.extra,
        }

    @property
    def settings(self) -> Settings:
        return load(env=self.env, cwd=self.folder)

    @property
    def chain_folder(self) -> Path:
        return self.folder / "state" / f"local-{self.genesis[:8]}" / "live"

    @property
    def journal_path(self) -> Path:
        return self.chain_folder / "wallets" / self.wallet / "journal.db"

    @property
    def locks(self) -> Path:
        return locks_folder({"XDG_STATE_HOME": str(self.state_home)}, Path("/nowhere"))

    @property
    def lock(self) -> Path:
        return lock_path(self.locks, self.genesis, self.wallet)

    @property
    def inbox(self) -> Path:
        return inbox_path(self.locks, self.genesis, self.wallet)

    @contextlib.contextmanager
    def journal(self) -> Iterator[JournalReader]:
        """The journal to read."""
        reader = JournalReader(self.journal_path)
        try:
            yield reader
        finally:
            reader.close()

    def hold(self, number: int = 0, **changes: Any) -> Position:
        """Write a held position into the journal: bought for 0.1 SOL in a pool that does not exist."""
        journal = Journal(self.journal_path)
        try:
            intent = make_intent(
                f"intent-{number}", mint=MINTS[number], pool=POOLS[number], created_at=time.time()
            )
            attempt = make_attempt(intent, signature=f"{number}" * 88)
            journal.record_intent(intent, attempt)
            done = make_settlement(attempt.signature, trade=-SOL // 10, fee=25_000, rent_paid=2_039_280)
            fill = make_fill(intent, done, tokens=5_000_000_000, position_id=intent.id, booked_at=time.time())
            position = make_position(fill, **changes)
            journal.open_position(position, fill)
            return position
        finally:
            journal.close()


@dataclass(slots=True)
class Shell:
    """Runs commands in this process, as the project's user would in their folder."""

    project: Project
    monkeypatch: Any

    def __call__(self, *argv: str, stdin: str = "", env: Mapping[str, str] | None = None) -> Ran:
        """Run one command line to its end."""
        from sniperforge.cli.main import main

        out, err = io.StringIO(), io.StringIO()
        before = signal.getsignal(signal.SIGTERM)
        with self.monkeypatch.context() as patch:
            patch.chdir(self.project.folder)
            for name, value in {**self.project.env, **(env or {})}.items():
                patch.setenv(name, value)
            patch.setattr(sys, "stdin", io.StringIO(stdin))
            try:
                with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                    code = main(argv)
            finally:
                signal.signal(signal.SIGTERM, before)
        return Ran(code, out.getvalue(), err.getvalue())
