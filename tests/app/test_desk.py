"""Small requests about a wallet: done by its holder, or here under its lock."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sniperforge.app.desk import ask_or_do, post
from sniperforge.app.holding import inbox_file, lock_file, open_journal, take
from sniperforge.app.node import Node, open_node
from sniperforge.app.wallet import wallet_entry
from sniperforge.config.load import Settings
from sniperforge.coordination.inbox import InboxServer
from sniperforge.coordination.wallet_lock import read_holder
from sniperforge.domain.trade import Position, PositionState
from sniperforge.engine.door import HALTED
from sniperforge.engine.requests import ABANDON, HALT, RESUME, SELL
from sniperforge.errors import NotFoundError, StorageError, UsageError, WalletBusyError
from sniperforge.localnet.genesis import Genesis
from sniperforge.localnet.ledger.pace import INSTANT
from sniperforge.localnet.network import LocalNetwork
from sniperforge.store.journal import Journal
from sniperforge.testing.trades import make_attempt, make_fill, make_intent, make_position, make_settlement
from tests.app.place import SEED, on, settings_in

MINT = "7gfKqWYW1jbxifJKpf1UVpeBGTCLa1NU1QtyCbw625Bz"


@pytest.fixture
async def settings(tmp_path: Path) -> AsyncIterator[Settings]:
    """A project on a network that runs."""
    async with LocalNetwork(Genesis(SEED), profile=INSTANT) as network:
        yield on(settings_in(tmp_path), network)


@pytest.fixture
async def node(settings: Settings) -> AsyncIterator[Node]:
    """The node as the holder sees it."""
    async with open_node(settings) as opened:
        yield opened


@pytest.fixture
def wallet(settings: Settings) -> str:
    """The selected wallet's address."""
    return wallet_entry(settings).pubkey


@contextmanager
def journal_of(node: Node, wallet: str) -> Iterator[Journal]:
    """The wallet's journal."""
    journal = open_journal(node, wallet)
    try:
        yield journal
    finally:
        journal.close()


def hold(node: Node, wallet: str) -> Position:
    """Write a held position."""
    intent = make_intent("bought", mint=MINT)
    attempt = make_attempt(intent)
    fill = make_fill(intent, make_settlement(attempt.signature, trade=-5), tokens=7, position_id=intent.id)
    with journal_of(node, wallet) as journal:
        journal.record_intent(intent, attempt)
        position = make_position(fill)
        journal.open_position(position, fill)
        return position


@contextmanager
def held(node: Node, wallet: str) -> Iterator[InboxServer]:
    """Another process has the wallet, and its inbox is open."""
    with take(node, wallet, bot="lp-sniper", command="start"):
        inbox = InboxServer(inbox_file(node, wallet), clock=node.clock)
        try:
            yield inbox
        finally:
            inbox.close()


async def answered(inbox: InboxServer, answer: dict[str, object] | Exception) -> tuple[str, object]:
    """Take the next request and answer it; returns what was asked."""
    async for request in inbox.requests(on_trouble=print):
        if isinstance(answer, NotFoundError):
            await inbox.refuse(request.id, answer)
        elif isinstance(answer, dict):
            await inbox.answer(request.id, answer)
        return request.kind, dict(request.payload)
    raise AssertionError("no request")


# -- nobody has the wallet -----------------------------------------------------------------------------------


async def test_a_halt_is_journalled(settings: Settings, node: Node, wallet: str) -> None:
    """The next start finds it; resuming clears it. The wallet is free again each time."""
    answer, used, entry = await ask_or_do(settings, HALT, {"reason": "news"}, command="halt")
    assert (answer, used.mode, entry.pubkey) == ({"halted": True}, "live", wallet)
    assert read_holder(lock_file(node, wallet)) is None
    with journal_of(node, wallet) as journal:
        assert journal.flag(HALTED) == "news"
    answer, _, _ = await ask_or_do(settings, RESUME, {"reason": ""}, command="resume")
    assert answer == {"halted": False}
    with journal_of(node, wallet) as journal:
        assert journal.flag(HALTED) == ""


async def test_a_position_is_given_up(settings: Settings, node: Node, wallet: str) -> None:
    """Found by its mint or the beginning of it; it is worthless from then on, and ended."""
    position = hold(node, wallet)
    answer, _, _ = await ask_or_do(settings, ABANDON, {"position": MINT[:8]}, command="positions abandon")
    assert answer == {"abandoned": position.id}
    with journal_of(node, wallet) as journal:
        found = journal.position(position.id)
        assert found is not None
        assert found.state is PositionState.WORTHLESS
        assert found.closed_at is not None
        assert journal.positions() == []


async def test_what_is_not_held_cannot_be_given_up(settings: Settings, node: Node, wallet: str) -> None:
    """The error comes out, and lock and journal are free."""
    with pytest.raises(NotFoundError, match="no held position"):
        await ask_or_do(settings, ABANDON, {"position": MINT}, command="positions abandon")
    take(node, wallet, bot="", command="test").release()


async def test_a_sale_needs_a_process(settings: Settings) -> None:
    """What takes a signature is not done by this door."""
    with pytest.raises(UsageError, match="sell needs a running process"):
        await ask_or_do(settings, SELL, {"position": MINT}, command="sell")


# -- somebody has it -----------------------------------------------------------------------------------------


async def test_the_holder_is_asked(settings: Settings, node: Node, wallet: str) -> None:
    """It gets the request as it is and its answer comes back; nothing is written here."""
    with held(node, wallet) as inbox:
        async with asyncio.TaskGroup() as group:
            asked = group.create_task(answered(inbox, {"halted": True, "by": "the holder"}))
            answer, _, entry = await ask_or_do(settings, HALT, {"reason": "news"}, command="halt")
    assert asked.result() == (HALT, {"reason": "news"})
    assert answer == {"halted": True, "by": "the holder"}
    assert not node.journal_path(entry.pubkey).exists()


async def test_the_holders_refusal_is_the_error(settings: Settings, node: Node, wallet: str) -> None:
    """Of the same class, with its words."""
    with held(node, wallet) as inbox:
        asking = asyncio.create_task(answered(inbox, NotFoundError("not mine")))
        with pytest.raises(NotFoundError, match="not mine"):
            await post(node, wallet, ABANDON, {"position": MINT})
        assert (await asking)[0] == ABANDON


async def test_a_holder_that_does_not_listen_is_named(settings: Settings, node: Node, wallet: str) -> None:
    """After a second the request is withdrawn: nobody executes it later."""
    with held(node, wallet) as inbox:
        with pytest.raises(WalletBusyError, match="lp-sniper") as caught:
            await ask_or_do(settings, HALT, {"reason": "news"}, command="halt")
        assert caught.value.details["pid"] == os.getpid()
        assert await inbox.claim_new() == []


async def test_a_journal_that_cannot_be_opened_frees_the_wallet(
    settings: Settings, node: Node, wallet: str
) -> None:
    """The disk's error comes out."""
    path = node.journal_path(wallet)
    path.parent.parent.mkdir(parents=True)
    path.parent.write_text("a file where a folder should be")
    with pytest.raises(StorageError):
        await ask_or_do(settings, HALT, {"reason": "news"}, command="halt")
    take(node, wallet, bot="", command="test").release()
