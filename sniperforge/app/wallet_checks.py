"""Checks of the wallets: their files, the selected one's key, what it holds, and who trades it."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from sniperforge.app.check_run import Finding, ok, skip, warn
from sniperforge.app.holding import lock_file
from sniperforge.app.wallet import wallet_directory, wallet_entry
from sniperforge.coordination.wallet_lock import read_holder
from sniperforge.domain.amounts import format_sol
from sniperforge.files import storage_errors, wider_than_private
from sniperforge.wallets.directory import unlock

if TYPE_CHECKING:
    from sniperforge.app.check_run import CheckRun
    from sniperforge.app.node import Node
    from sniperforge.wallets.directory import WalletEntry


async def wallet_checks(run: CheckRun) -> None:
    """Files and modes, the selected wallet, its key, its balance, its holder. Asks for no password."""
    chosen: list[WalletEntry] = []

    async def selected() -> Finding:
        chosen.append(wallet_entry(run.settings))
        return ok(f"{chosen[0].name}: {chosen[0].pubkey}")

    async def files() -> Finding:
        return _files(run)

    async def key() -> Finding:
        return _key(chosen[0])

    async def balance(node: Node) -> Finding:
        return await _balance(node, chosen[0])

    async def holder(node: Node) -> Finding:
        return _holder(node, chosen[0])

    found = await run.check("wallets", "selected", selected)
    await run.check("wallets", "files", files)
    if found:
        await run.check("wallets", "key", key)
        await run.on_node("wallets", "balance", balance)
        await run.on_node("wallets", "holder", holder)


def _files(run: CheckRun) -> Finding:
    directory = wallet_directory(run.settings)
    if not directory.folder.is_dir():
        return skip(f"there is no folder {directory.folder}")
    scan = directory.scan()
    if scan.warnings:
        return warn("; ".join(scan.warnings))
    with storage_errors("read", directory.folder):
        mode = stat.S_IMODE(directory.folder.stat().st_mode)
    if wider_than_private(mode):
        return warn(f"{directory.folder} can be read by others (mode {mode:04o}); run: chmod 700 it")
    plain = sum(not entry.encrypted for entry in scan.entries)
    return ok(f"{len(scan.entries)} in {directory.folder}, {plain} of them plain, modes are private")


def _key(entry: WalletEntry) -> Finding:
    if entry.encrypted:
        return ok("encrypted; the password is not asked for here")
    unlock(entry)
    return ok("plain, and the key belongs to the address")


async def _balance(node: Node, entry: WalletEntry) -> Finding:
    lamports = await node.rpc.balance(entry.pubkey)
    if not lamports:
        return warn("0 SOL: nothing can be traded; on localnet and devnet: sniperforge wallet airdrop")
    return ok(f"{format_sol(lamports)} SOL")


def _holder(node: Node, entry: WalletEntry) -> Finding:
    holder = read_holder(lock_file(node, entry.pubkey))
    if holder is None:
        return ok("nobody trades it now")
    what = f"bot {holder.bot}" if holder.bot else f"`{holder.command}`"
    return ok(f"{what} trades it: pid {holder.pid} on {holder.host}, since {holder.since}")
