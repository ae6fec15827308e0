"""Small requests about a wallet: posted to the process that holds it, or done here under its lock."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from sniperforge.app.holding import inbox_file, lock_file, open_journal, take
from sniperforge.app.node import Node, open_node
from sniperforge.app.wallet import wallet_entry
from sniperforge.coordination.inbox import InboxClient
from sniperforge.coordination.wallet_lock import read_holder
from sniperforge.domain.trade import PositionState
from sniperforge.engine.kill_switch import HALTED, KillSwitch
from sniperforge.engine.requests import ABANDON, HALT, RESUME, find_position, not_held
from sniperforge.errors import UsageError, WalletBusyError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.config.load import Settings
    from sniperforge.wallets.directory import WalletEntry


async def post(node: Node, wallet: str, kind: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Ask the holder of the wallet.

    Raises:
        WalletBusyError: it did not take the request within a second; the request is withdrawn.
        SniperForgeError: the holder's own refusal.
    """
    path = lock_file(node, wallet)
    client = InboxClient(
        inbox_file(node, wallet),
        clock=node.clock,
        new_id=lambda: str(uuid.uuid4()),
        holder=lambda: read_holder(path),
    )
    return await client.post(kind, payload)


async def ask_or_do(
    settings: Settings, kind: str, payload: Mapping[str, Any], *, command: str
) -> tuple[dict[str, Any], Node, WalletEntry]:
    """Have a request executed: by the holder when there is one, else by this process under the lock.

    Raises:
        WalletBusyError: the holder did not take it.
        NotFoundError: no such wallet or position.
        StorageError: the journal cannot be written.
    """
    entry = wallet_entry(settings)
    async with open_node(settings, live=settings.config.live) as node:
        try:
            lock = take(node, entry.pubkey, bot="", command=command)
        except WalletBusyError:
            return await post(node, entry.pubkey, kind, payload), node, entry
        with lock:
            return _do(node, entry.pubkey, kind, payload), node, entry


def _do(node: Node, wallet: str, kind: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    if kind == ABANDON and not node.journal_path(wallet).exists():
        raise not_held(str(payload["position"]))  # opening a journal would make one
    journal, now = open_journal(node, wallet), node.clock.now()
    try:
        if kind == HALT:
            journal.set_flag(HALTED, str(payload["reason"]), now)
            return {"halted": True}
        if kind == RESUME:
            KillSwitch(journal, node.settings.kill_file).require_no_file()
            journal.set_flag(HALTED, "", now)
            return {"halted": False}
        if kind == ABANDON:
            position = find_position(journal, str(payload["position"]))
            journal.set_position_state(position.id, PositionState.WORTHLESS, "abandoned by command", now)
            return {"abandoned": position.id}
        raise UsageError(f"{kind} needs a running process")
    finally:
        journal.close()
