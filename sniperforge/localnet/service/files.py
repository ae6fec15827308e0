"""Where a network service keeps its facts, key, lock and log. Paths only; the caller chooses the folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class ServiceFiles:
    """The files of one service.

    Attributes:
        info: what a running network tells about itself; present only while it runs.
        payer: keypair file of the funded account, mode 0600; kept, so that the key stays the same.
        lock: held by the network for its whole life.
        start_lock: held while a start is under way.
        chain: the chain itself.
        chain_before: the chain that was put aside last, by a reset or for a snapshot.
        log: what a detached network writes; each start begins a new one.
        truth: what the market's launches really are.
    """

    info: Path
    payer: Path
    lock: Path
    start_lock: Path
    chain: Path
    chain_before: Path
    log: Path
    truth: Path

    @classmethod
    def in_folder(cls, folder: Path) -> Self:
        """The usual names inside ``folder``."""
        return cls(
            info=folder / "localnet.json",
            payer=folder / "localnet-payer.json",
            lock=folder / "localnet.lock",
            start_lock=folder / "localnet-start.lock",
            chain=folder / "localnet-chain.db",
            chain_before=folder / "localnet-chain-before.db",
            log=folder / "localnet.log",
            truth=folder / "localnet-truth.jsonl",
        )
