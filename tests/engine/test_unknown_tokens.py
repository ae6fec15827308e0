"""Tokens that the journal does not know: taken up at their cost on the chain, or shown as foreign."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from sniperforge.domain.addresses import TOKEN_PROGRAM
from sniperforge.domain.chain import Account
from sniperforge.domain.trade import ADOPTED, PositionState
from sniperforge.engine import unknown_tokens
from sniperforge.engine.exposure import exposure_of
from sniperforge.engine.kill_switch import KillSwitch
from sniperforge.engine.unknown_tokens import LONG, UNREAD, UnknownTokens
from sniperforge.errors import UnavailableError
from sniperforge.localnet.market.token_admin import mint_to
from sniperforge.testing.clock import FakeClock
from tests.engine.kit import LIMITS, SOL, World
from tests.engine.test_guard import HOUR, guarding, held
from tests.engine.test_holdings import final

if TYPE_CHECKING:
    from pathlib import Path

    from sniperforge.domain.trade import ForeignToken, Position
    from sniperforge.localnet.market.launchpad import LaunchedToken
    from tests.engine.kit import Process


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A chain with a funded wallet."""
    return World(tmp_path)


def looking(process: Process, rpc: Any = None) -> UnknownTokens:
    """As the composition root makes it."""
    return UnknownTokens(
        wallet=process.world.wallet,
        rpc=rpc or process.world.rpc,
        journal=process.journal,
        clock=process.world.clock,
        selling=process.executor.selling,
        tell=process.told.append,
    )


async def bought_elsewhere(
    world: World, *, archetype: str = "organic", name: str = "other tool"
) -> tuple[LaunchedToken, Position]:
    """Another tool, with a journal of its own, buys with this wallet; final."""
    other = world.process(name)
    token, position = await held(world, other, HOUR, archetype=archetype)
    await final(world, other)
    other.close()
    return token, position


def foreign(process: Process) -> ForeignToken:
    """The only one."""
    (token,) = process.journal.foreign_tokens()
    return token


async def test_a_buy_of_another_tool_becomes_a_position_at_its_cost(world: World) -> None:
    """To the lamport, once, without exits and outside the limits; it is sold by hand like any other."""
    _token, theirs = await bought_elsewhere(world)
    process = world.process()
    await looking(process).look()
    await looking(process).look()
    (position,) = process.journal.positions()
    assert (position.origin, position.state) == (ADOPTED, PositionState.OPEN)
    for name in ("mint", "pool", "dex", "raw", "decimals", "token_account", "token_program"):
        assert getattr(position, name) == getattr(theirs, name), name
    for name in ("cost", "fees", "rent", "proceeds"):
        assert getattr(position, name) == getattr(theirs, name), name
    assert process.journal.foreign_tokens() == []
    assert process.moves() == ["adopted"]
    switch = KillSwitch(process.journal, process.path.with_name("KILL"))
    exposure = exposure_of(process.journal, LIMITS, switch, now=world.clock.now(), balance=SOL)
    assert (exposure.open_positions, exposure.open_cost_lamports) == (0, 0)
    async with guarding(process):
        await world.clock.sleep(7_200)
        assert process.position(position.id).state is PositionState.OPEN, "no rule of ours sells it"
        outcome = await process.guard.sell(position.id, position.raw // 2, origin="hand", reason="hand")
        assert outcome.ok
        assert process.position(position.id).cost == position.cost
        assert (await process.guard.sell(position.id, None, origin="hand", reason="hand")).ok
    assert process.position(position.id).state is PositionState.CLOSED


async def test_a_lost_journal_is_read_back_from_the_chain(world: World) -> None:
    """Bought, partly sold: what is left, with cost and proceeds."""
    other = world.process("lost")
    token, position = await held(world, other, HOUR)
    async with world.running():
        await other.blockhashes.refresh()
        assert (await other.executor.sell(other.sell_order(token, position, position.raw // 4))).ok
    await final(world, other)
    left = other.position(position.id)
    process = world.process()
    await looking(process).look()
    (found,) = process.journal.positions()
    assert (found.raw, found.cost, found.proceeds) == (left.raw, left.cost, left.proceeds)
    assert (found.fees, found.rent) == (left.fees, left.rent)


async def test_tokens_that_were_sent_are_foreign(world: World) -> None:
    """Nobody paid for them: they are shown with the transaction that brought them, and are no position."""
    token, theirs = await bought_elsewhere(world, archetype="mint_dump")
    from solders.pubkey import Pubkey

    account = Pubkey.from_string(theirs.token_account)
    record = token.actor.send([mint_to(token.mint, account, token.creator, 5, token.program)])
    assert record is not None
    world.slots(6)
    process = world.process()
    await looking(process).look()
    assert process.journal.positions() == []
    found = foreign(process)
    assert found.raw == theirs.raw + 5
    assert found.reason == f"{record.signature} brought them, which is no buy that can be sold back"
    assert found.to_json()["amount"]["decimals"] == theirs.decimals


async def test_what_the_journal_knows_is_not_unknown(world: World) -> None:
    """Held tokens, and those that a trade may be moving; more than is held, and what a sale left, is named."""
    process = world.process()
    token, position = await held(world, process, HOUR, archetype="mint_dump")
    await looking(process).look()
    await final(world, process)
    await looking(process).look()
    assert process.journal.foreign_tokens() == []
    from solders.pubkey import Pubkey

    account = Pubkey.from_string(position.token_account)
    assert token.actor.send([mint_to(token.mint, account, token.creator, 5, token.program)])
    world.slots(6)
    await looking(process).look()
    assert (foreign(process).raw, foreign(process).reason) == (5, f"beyond what position {position.id} holds")
    async with guarding(process):
        assert (await process.guard.sell(position.id, None, origin="test", reason="hand")).ok
    await looking(process).look()
    assert process.journal.foreign_tokens() == [], "what left is not final yet"
    await final(world, process)
    await looking(process).look()
    assert foreign(process).reason == f"left of position {position.id}, which is closed"


def sets(world: World, position: Position, **changes: int) -> None:
    """Write a token account without a transaction."""
    account = world.ledger.account(position.token_account)
    assert account is not None
    data = bytearray(account.data)
    data[64:72] = changes["raw"].to_bytes(8, "little")
    world.ledger.set_account(Account(account.address, account.owner, account.lamports, bytes(data)))
    world.slots(6)


async def test_tokens_from_nowhere_are_foreign(world: World) -> None:
    """The transactions that are shown must come to what is held."""
    _token, theirs = await bought_elsewhere(world)
    sets(world, theirs, raw=theirs.raw + 1)
    process = world.process()
    await looking(process).look()
    assert foreign(process).reason == "no transaction shows where they came from"


async def test_long_stories_and_many_accounts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too much for one look is said; the next look takes up what was not looked into."""
    await bought_elsewhere(world)
    await bought_elsewhere(world, name="third tool")
    process = world.process()
    monkeypatch.setattr(unknown_tokens, "MAX_LOOKS", 1)
    monkeypatch.setattr(unknown_tokens, "MAX_READ", 0)
    await looking(process).look()
    assert sorted(each.reason for each in process.journal.foreign_tokens()) == sorted([LONG, UNREAD])
    await looking(process).look()
    assert [each.reason for each in process.journal.foreign_tokens()] == [LONG, LONG]


async def test_our_own_transaction_is_not_another_tools(world: World) -> None:
    """A journal that knows the buy, and has no position of it, is not told by the chain what to hold."""
    process = world.process()
    await held(world, process, HOUR)
    await final(world, process)
    with process.journal._db.transaction() as connection:
        connection.execute("DELETE FROM positions")
    await looking(process).look()
    assert process.journal.positions() == []
    assert foreign(process).reason.endswith("which is no buy that can be sold back")


class Changed:
    """A node one of whose answers is another."""

    def __init__(self, world: World, **answers: Any) -> None:
        self._rpc = world.rpc
        self._answers = answers

    def __getattr__(self, name: str) -> Any:
        if name not in self._answers:
            return getattr(self._rpc, name)

        async def answer(*_arguments: Any, **_named: Any) -> Any:
            found = self._answers[name]
            if isinstance(found, Exception):
                raise found
            return found

        return answer


@pytest.mark.parametrize("shown", [None, {"slot": 1}], ids=["none", "rubbish"])
async def test_what_cannot_be_read_proves_nothing(world: World, shown: Any) -> None:
    """A node without the transaction, or with one that nobody can read, adopts nothing."""
    await bought_elsewhere(world)
    process = world.process()
    await looking(process, Changed(world, transaction=shown)).look()
    assert foreign(process).reason == "no transaction shows where they came from"


async def test_accounts_that_are_none(world: World) -> None:
    """Wrapped SOL is money; what is no token account is nothing; a mint that is gone has no decimals."""
    _token, theirs = await bought_elsewhere(world)
    account = world.ledger.account(theirs.token_account)
    assert account is not None
    from solders.pubkey import Pubkey

    lost = bytes(Pubkey.from_string(world.wallet)) + account.data[32:]
    found = (
        Account(theirs.token_account, TOKEN_PROGRAM, 1, lost),
        Account(theirs.pool, TOKEN_PROGRAM, 1, b"rubbish"),
    )
    process = world.process()
    await looking(process, Changed(world, token_accounts_by_owner=found)).look()
    assert foreign(process).reason == "its mint cannot be read"
    assert foreign(process).to_json()["amount"] is None


async def test_an_outage_is_waited_out(world: World) -> None:
    """Soon; afterwards a look now and then will do."""
    process = world.process()
    clock = FakeClock(autojump=True)
    asked: list[float] = []

    class Down:
        async def token_accounts_by_owner(self, *_arguments: Any) -> Any:
            asked.append(clock.monotonic())
            if len(asked) == 1:
                raise UnavailableError("down")
            return ()

    service = looking(process, Down())
    service._clock = clock
    running = asyncio.create_task(service.run())
    await clock.sleep(400)
    running.cancel()
    first, second, third = asked
    assert second - first == unknown_tokens.RETRY_SECONDS
    assert third - second == unknown_tokens.LOOK_SECONDS
