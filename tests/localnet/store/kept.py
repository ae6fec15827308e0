"""A network with a chain in a folder, stopped and gone on with as a test likes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from solders.pubkey import Pubkey

from sniperforge.domain.addresses import SYSTEM_PROGRAM
from sniperforge.domain.chain import Account
from sniperforge.localnet.store.chain_file import ChainFile
from sniperforge.localnet.store.pruning import Limits
from tests.localnet.kit import Bench


class Kept:
    """One chain file; every ledger on it is a new one, as in a new process."""

    def __init__(self, folder: Path, limits: Limits | None = None, **options: Any) -> None:
        self.path = folder / "chain.db"
        self.limits = limits
        self.options = options
        self.file: ChainFile | None = None
        self.bench: Bench | None = None

    def open(self) -> Bench:
        """Begin, or go on after what is stored."""
        bench = self.reopen()
        bench.ledger.advance()
        return bench

    def reopen(self) -> Bench:
        """As after a kill: the open block is lost, and the next ledger opens one after the newest stored."""
        self.end()
        self.file = ChainFile(self.path, limits=self.limits)
        now = {"now": self.bench.now} if self.bench else {}
        self.bench = Bench(chain=self.file, **self.options, **now)
        return self.bench

    def end(self) -> None:
        """Close the file without storing the block that is open."""
        if self.file is not None:
            self.file.close()
            self.file = None

    @staticmethod
    def account(address: str, lamports: int, data: bytes = b"") -> Account:
        """An account of the system program."""
        return Account(address, SYSTEM_PROGRAM, lamports, data)

    @staticmethod
    def key(address: str) -> Pubkey:
        """``address`` as solders has it."""
        return Pubkey.from_string(address)
