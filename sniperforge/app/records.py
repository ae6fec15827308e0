"""The record of a wallet and of its chain, opened to be read: nothing is locked, nothing is written."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sniperforge.app.node import open_node
from sniperforge.app.wallet import wallet_entry
from sniperforge.store.journal_reader import JournalReader
from sniperforge.store.shared import SharedStore

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sniperforge.app.node import Node
    from sniperforge.config.load import Settings
    from sniperforge.wallets.directory import WalletEntry


@dataclass(frozen=True, slots=True)
class Records:
    """What is on record.

    Attributes:
        journal: the wallet's; ``None`` when it never traded on this chain.
        shared: the chain's; ``None`` when nothing ran on it.
    """

    node: Node
    wallet: WalletEntry
    journal: JournalReader | None
    shared: SharedStore | None


@asynccontextmanager
async def open_records(settings: Settings) -> AsyncIterator[Records]:
    """Open what exists for the selected network and wallet.

    Raises:
        UnavailableError: the node cannot be asked which chain it is.
        NotFoundError: no such wallet.
    """
    entry = wallet_entry(settings)
    # The record of real money is shown as soon as the configuration allows any.
    async with open_node(settings, live=settings.config.live) as node:
        path = node.journal_path(entry.pubkey)
        journal = JournalReader(path) if path.exists() else None
        shared = SharedStore(node.shared_path, readonly=True) if node.shared_path.exists() else None
        try:
            yield Records(node, entry, journal, shared)
        finally:
            for store in (journal, shared):
                if store is not None:
                    store.close()
