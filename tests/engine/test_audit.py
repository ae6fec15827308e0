"""The audit: finality, deposits, dust, other tools with our key; nothing skipped, nothing booked twice."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from solders.keypair import Keypair

from sniperforge.chain.retries import NO_RETRY
from sniperforge.chain.rpc import RpcClient
from sniperforge.domain.addresses import SYSTEM_PROGRAM, TOKEN_PROGRAM, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.domain.lifecycle import TxEvent, TxState
from sniperforge.domain.trade import PositionState
from sniperforge.engine.audit import BEGIN_SECONDS, READ_AT_ONCE
from sniperforge.engine.orders import TransferOrder
from sniperforge.errors import RpcError, UnavailableError
from sniperforge.localnet.market.actor import Actor
from sniperforge.testing.rpc import FakeRpc
from sniperforge.testing.trades import make_fill, make_settlement
from sniperforge.tokens.addresses import associated_token_address
from sniperforge.tokens.instructions import (
    create_associated_token_account,
    sync_native,
    transfer_checked,
    transfer_lamports,
)
from tests.engine.kit import KEY, SOL, Process, World, unexplained, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sniperforge.domain.trade import Attempt, Position

SOMEBODY = str(Keypair.from_seed(b"x" * 32).pubkey())


class Node(FakeRpc):
    """The chain's node, with answers that a test may replace."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.replaced: dict[str, Callable[[Any], Any]] = {}

    async def post(self, payload: bytes) -> bytes:
        """A replaced answer, or the chain's."""
        request = msgspec.json.decode(payload)
        replace = self.replaced.get(request["method"])
        if replace is not None:
            result = replace(request["params"])
            if isinstance(result, RpcError):
                error = {"code": result.rpc_code, "message": result.message}
                return msgspec.json.encode({"jsonrpc": "2.0", "id": request["id"], "error": error})
            if isinstance(result, Exception):
                raise result
            if result is not ...:
                return msgspec.json.encode({"jsonrpc": "2.0", "id": request["id"], "result": result})
        self.calls.append(request["method"])
        return self.world.network.dispatcher.dispatch(payload)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A chain with a funded wallet."""
    return World(tmp_path)


@pytest.fixture
def node(world: World) -> Node:
    """Its node."""
    return Node(world)


@pytest.fixture
def process(world: World, node: Node) -> Process:
    """A process that asks this node."""
    return world.process(rpc=RpcClient(node, world.clock, retry=NO_RETRY))


def friend(world: World, number: int = 0) -> Actor:
    """Somebody with SOL."""
    actor = Actor(world.ledger, bytes([200 + number]) * 32)
    world.ledger.set_account(Account(str(actor.key), SYSTEM_PROGRAM, 10_000 * SOL, b""))
    return actor


def pay(world: World, actor: Actor, lamports: int) -> str:
    """Somebody sends the wallet SOL; confirmed when this returns."""
    record = actor.send([transfer_lamports(str(actor.key), world.wallet, lamports)])
    assert record is not None
    assert record.err is None
    world.slots(2)
    return record.signature


async def begin(process: Process) -> None:
    """On a chain that moves."""
    async with process.world.running():
        await process.audit.begin()


def moves(process: Process) -> list[tuple[str, int, int]]:
    """``(signature, lamports, signed by us)`` of all that is booked as others' doing."""
    rows = process.journal._db.rows("SELECT * FROM foreign_transactions ORDER BY slot, rowid")
    return [(row["signature"], row["sol_delta"], row["signed_by_wallet"]) for row in rows]


class TestForeignMoves:
    async def test_a_deposit_is_booked_once(self, world: World, process: Process) -> None:
        """With its amount; looking again changes nothing; nobody signed for us."""
        await begin(process)
        before = world.lamports()
        signature = pay(world, friend(world), 3 * SOL)
        for _ in range(3):
            assert await process.audit.foreign() == ()
        assert moves(process) == [(signature, 3 * SOL, 0)]
        assert unexplained(world, process, before) == 0

    async def test_what_came_before_is_not_its_affair(self, world: World, process: Process) -> None:
        """The funding of the wallet, and a deposit that is processed but not confirmed yet."""
        actor = friend(world)
        record = actor.send([transfer_lamports(str(actor.key), world.wallet, SOL)])
        assert record is not None
        before = world.lamports()
        async with world.running():
            await process.audit.begin()
            await world.clock.sleep(5)
            assert await process.audit.foreign() == ()
        assert moves(process) == []
        assert unexplained(world, process, before) == 0

    async def test_between_the_baseline_and_the_first_look(self, world: World, process: Process) -> None:
        """It is booked, whatever starts in between."""
        await begin(process)
        before = world.lamports()
        signature = pay(world, friend(world), SOL)
        process.close()
        later = world.process()
        await begin(later)
        await later.audit.foreign()
        assert moves(later) == [(signature, SOL, 0)]
        assert unexplained(world, later, before) == 0

    async def test_a_wallet_without_a_history(self, world: World, process: Process) -> None:
        """The first transaction that there ever is, is booked."""
        process.audit._wallet = SOMEBODY
        process.audit._addresses = (SOMEBODY,)
        await begin(process)
        assert await process.audit.foreign() == ()
        actor = friend(world)
        actor.send([transfer_lamports(str(actor.key), SOMEBODY, SOL)])
        world.slots(2)
        await process.audit.foreign()
        assert [lamports for _, lamports, _ in moves(process)] == [SOL]

    async def test_our_own_trades_are_not_foreign(self, world: World, process: Process) -> None:
        """Also those that failed."""
        await begin(process)
        before = world.lamports()
        token = await world.launch()
        async with world.running():
            await process.bought(token)
            await process.executor.transfer(TransferOrder(SOMEBODY, SOL, "test"))
            await world.clock.sleep(2)
            assert await process.audit.foreign() == ()
        assert moves(process) == []
        assert unexplained(world, process, before) == 0

    async def test_dust_in_our_wrapped_sol_account(self, world: World, process: Process) -> None:
        """A transfer into it does not name its owner: the account is looked at as well."""
        actor = friend(world)
        me, wrapped = str(actor.key), associated_token_address(world.wallet, WSOL_MINT)
        own = associated_token_address(me, WSOL_MINT)
        actor.send(
            [
                create_associated_token_account(me, world.wallet, WSOL_MINT),
                create_associated_token_account(me, me, WSOL_MINT),
                transfer_lamports(me, own, SOL),
                sync_native(own),
            ]
        )
        world.slots(2)
        await begin(process)
        record = actor.send([transfer_checked(own, WSOL_MINT, wrapped, me, raw=777, decimals=9)])
        assert record is not None
        assert world.wallet not in record.loaded.names
        world.slots(2)
        assert await process.audit.foreign() == ()
        assert moves(process) == [(record.signature, 777, 0)]

    async def test_one_that_names_both_accounts_is_booked_once(self, world: World, process: Process) -> None:
        """It stands in two histories."""
        actor = friend(world)
        me, wrapped = str(actor.key), associated_token_address(world.wallet, WSOL_MINT)
        actor.send([create_associated_token_account(me, world.wallet, WSOL_MINT)])
        world.slots(2)
        await begin(process)
        actor.send(
            [
                transfer_lamports(me, world.wallet, 100),
                transfer_lamports(me, wrapped, 11),
                sync_native(wrapped),
            ]
        )
        world.slots(2)
        await process.audit.foreign()
        assert [lamports for _, lamports, _ in moves(process)] == [111]
        assert process.journal.foreign_delta() == 111

    async def test_a_signature_of_ours_that_is_not_ours(self, world: World, process: Process) -> None:
        """Another tool holds the key: it is named once, and booked with its fee."""
        await begin(process)
        before = world.lamports()
        thief = Actor(world.ledger, KEY.reveal()[:32])
        record = thief.send([transfer_lamports(world.wallet, SOMEBODY, SOL)])
        assert record is not None
        world.slots(2)
        assert await process.audit.foreign() == (record.signature,)
        assert await process.audit.foreign() == ()
        assert moves(process) == [(record.signature, -SOL - record.fee, 1)]
        assert process.journal.foreign_signed() == [record.signature]
        assert unexplained(world, process, before) == 0


class TestReading:
    async def test_pages(self, world: World, node: Node, process: Process) -> None:
        """More than a page of a thousand, oldest first, each booked once."""
        await begin(process)
        actor, before = friend(world), world.lamports()
        for number in range(1_205):
            if number % 400 == 0:
                world.slots(1)
            actor.send([transfer_lamports(str(actor.key), world.wallet, 1)])
        world.slots(2)
        node.calls.clear()
        await process.audit.foreign()
        assert len(moves(process)) == 1_205
        assert node.calls.count("getSignaturesForAddress") == 3
        assert unexplained(world, process, before) == 0
        node.calls.clear()
        await process.audit.foreign()
        assert node.calls == ["getSignaturesForAddress"] * 2, "a second look reads nothing twice"

    async def test_many_are_noted_in_one_commit(self, world: World, process: Process) -> None:
        """The mark moves once a look, not once a signature: each move of it is an fsync."""
        await begin(process)
        token = await world.launch()
        async with world.running():
            for _ in range(5):
                await process.blockhashes.refresh()
                await process.executor.transfer(TransferOrder(SOMEBODY, SOL // 10, "test"))
            await world.clock.sleep(2)
        assert token
        marks: list[str] = []
        note = process.journal.set_flag
        process.journal.set_flag = lambda name, value, at: (marks.append(name), note(name, value, at))  # type: ignore[func-returns-value,method-assign]
        await process.audit.foreign()
        assert len(marks) == 1

    async def test_listed_and_not_shown_yet(self, world: World, node: Node, process: Process) -> None:
        """It is not skipped, nor what came after it; the next look starts there again."""
        await begin(process)
        actor = friend(world)
        first, second, third = (pay(world, actor, lamports) for lamports in (1, 2, 3))
        node.replaced["getTransaction"] = lambda params: None if params[0] == second else ...
        await process.audit.foreign()
        assert moves(process) == [(first, 1, 0)]
        node.replaced.clear()
        await process.audit.foreign()
        assert moves(process) == [(first, 1, 0), (second, 2, 0), (third, 3, 0)]

    async def test_an_outage_in_the_middle(self, world: World, node: Node, process: Process) -> None:
        """What was read is booked, the rest is looked at again; it is raised, for nothing is known of it."""
        await begin(process)
        actor = friend(world)
        paid = [pay(world, actor, number + 1) for number in range(READ_AT_ONCE + 2)]
        broken = paid[READ_AT_ONCE]
        node.replaced["getTransaction"] = lambda params: (
            UnavailableError("down") if params[0] == broken else ...
        )
        with pytest.raises(UnavailableError):
            await process.audit.foreign()
        assert [signature for signature, _, _ in moves(process)] == paid[:READ_AT_ONCE]
        node.replaced.clear()
        await process.audit.foreign()
        assert [signature for signature, _, _ in moves(process)] == paid

    async def test_several_are_read_side_by_side(self, world: World, node: Node, process: Process) -> None:
        """Thousands may have come while nothing ran: not one after the other."""
        await begin(process)
        actor = friend(world)
        for number in range(READ_AT_ONCE):
            pay(world, actor, number + 1)
        running = most = 0
        post = node.post

        async def slow(payload: bytes) -> bytes:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            answer = await post(payload)
            running -= 1
            return answer

        node.post = slow  # type: ignore[method-assign]
        await process.audit.foreign()
        assert most == READ_AT_ONCE

    @pytest.mark.parametrize(
        "answer", [RpcError("Transaction version (1) is not supported", rpc_code=-32015), {"slot": 1}]
    )
    async def test_one_that_cannot_be_read_counts_as_signed(
        self, world: World, node: Node, process: Process, answer: Any
    ) -> None:
        """Of a version to come, or garbled: entries stop, and the audit goes on behind it."""
        await begin(process)
        actor = friend(world)
        first, odd, last = (pay(world, actor, lamports) for lamports in (1, 2, 3))
        node.replaced["getTransaction"] = lambda params: answer if params[0] == odd else ...
        assert await process.audit.foreign() == (odd,)
        assert moves(process) == [(first, 1, 0), (odd, 0, 1), (last, 3, 0)]
        assert await process.audit.foreign() == ()

    async def test_a_node_that_has_forgotten_the_mark(
        self, world: World, node: Node, process: Process
    ) -> None:
        """It lists the whole history, the mark included: only what is newer is booked."""
        actor = friend(world)
        for lamports in (1, 2, 3):
            pay(world, actor, lamports)
        await begin(process)
        fresh = pay(world, actor, 4)

        def forgetful(params: Any) -> Any:
            options = {name: value for name, value in params[1].items() if name != "until"}
            return world.ask("getSignaturesForAddress", params[0], options)

        node.replaced["getSignaturesForAddress"] = forgetful
        await process.audit.foreign()
        assert moves(process) == [(fresh, 4, 0)]

    async def test_a_mark_that_was_rolled_back(self, world: World, node: Node, process: Process) -> None:
        """It is listed nowhere any more; its slot still says where the unread history begins."""
        actor = friend(world)
        for lamports in (1, 2, 3):
            pay(world, actor, lamports)
        await begin(process)
        mark = process.journal.flag(f"audited_until:{world.wallet}").partition(":")[2]
        fresh = pay(world, actor, 4)

        def rolled_back(params: Any) -> Any:
            options = {name: value for name, value in params[1].items() if name != "until"}
            listed = world.ask("getSignaturesForAddress", params[0], options)
            return [entry for entry in listed if entry["signature"] != mark]

        node.replaced["getSignaturesForAddress"] = rolled_back
        await process.audit.foreign()
        assert moves(process) == [(fresh, 4, 0)]

    async def test_two_in_one_slot_and_the_second_not_shown_yet(
        self, world: World, node: Node, process: Process
    ) -> None:
        """The mark stands between two of one slot; the second is read the next time."""
        await begin(process)
        actor = friend(world)
        records = [
            actor.send([transfer_lamports(str(actor.key), world.wallet, lamports)]) for lamports in (1, 2)
        ]
        world.slots(2)
        first, second = (record.signature for record in records if record is not None)
        node.replaced["getTransaction"] = lambda params: None if params[0] == second else ...
        await process.audit.foreign()
        assert moves(process) == [(first, 1, 0)]
        node.replaced.clear()
        await process.audit.foreign()
        assert moves(process) == [(first, 1, 0), (second, 2, 0)]

    async def test_begin_needs_a_chain_that_moves(self, world: World, process: Process) -> None:
        """A node that confirms nothing cannot say where a history ends."""
        actor = friend(world)
        actor.send([transfer_lamports(str(actor.key), world.wallet, SOL)])
        with pytest.raises(UnavailableError, match=f"for {BEGIN_SECONDS:g} s"):
            await process.audit.begin()
        await begin(process)
        assert await process.audit.foreign() == ()

    async def test_begin_is_once(self, world: World, node: Node, process: Process) -> None:
        """The baseline is the journal's, not the run's."""
        await begin(process)
        node.calls.clear()
        await begin(process)
        assert node.calls == []


class TestFinality:
    async def test_what_is_final_is_marked(self, world: World, process: Process) -> None:
        """Not before it is; twice is no news."""
        token = await world.launch()
        async with world.running():
            position = await process.bought(token)
            assert await process.audit.finalize() == 0
            await world.clock.sleep(5)
            assert await process.audit.finalize() == 1
            assert await process.audit.finalize() == 0
        (attempt,) = process.journal.attempts(position.id)
        assert attempt.state is TxState.FINALIZED
        (fill,) = process.journal.fills()
        assert fill.commitment == "finalized"

    async def test_nothing_pending_asks_nothing(self, node: Node, process: Process) -> None:
        """An idle wallet costs no request."""
        assert await process.audit.finalize() == 0
        assert node.calls == []

    async def test_a_status_that_is_gone_stays_pending(
        self, world: World, node: Node, process: Process
    ) -> None:
        """Unknown is not final."""
        token = await world.launch()
        async with world.running():
            await process.bought(token)
            node.replaced["getSignatureStatuses"] = lambda _params: {"context": {"slot": 1}, "value": [None]}
            assert await process.audit.finalize() == 0
        assert len(process.journal.provisional()) == 1


class TestDroppedSlots:
    """A chain that is final does not forget, so what a fork showed is put into the journal by hand."""

    @staticmethod
    def forge(process: Process, position: Position, slot: int) -> Attempt:
        """A sale that was signed and, as a fork had it, sold for a lamport; no byte of it left."""
        token = SimpleNamespace(pool=SimpleNamespace(pool=position.pool))
        plan = process.executor._planner.sell(process.sell_order(token, position, position.raw), 7)
        attempt = process.executor._signing.first(plan)
        settlement = make_settlement(attempt.signature, trade=1, slot=slot)
        process.journal.book(make_fill(plan.intent, settlement, tokens=-position.raw), TxEvent.LANDED)
        return attempt

    async def test_it_is_taken_back_re_sent_and_booked_as_it_lands(self, world: World) -> None:
        """The position is held again meanwhile; afterwards the books agree with the chain to the lamport."""
        process, before = world.process(), world.lamports()
        token = await world.launch()
        async with world.running():
            position = await process.bought(token)
            await process.blockhashes.refresh()
            attempt = self.forge(process, position, world.ledger.chain.tip.slot)
            assert process.position(position.id).state is PositionState.CLOSED
            while not (gone := await process.audit.take_back()):
                await world.clock.sleep(1)
            assert gone == (attempt.signature,)
            again = process.position(position.id)
            assert (again.state, again.raw) == (PositionState.EXITING, position.raw)
            ((intent, waiting),) = process.executor.unwatched()
            assert (await process.executor.settle(intent, waiting)).ok
            assert process.position(position.id).state is PositionState.CLOSED
            assert process.position(position.id).proceeds > 1
            assert await process.audit.take_back() == ()
        assert unexplained(world, process, before) == 0

    async def test_one_that_is_final_in_another_slot_is_booked_from_there(self, world: World) -> None:
        """There it may have sold for another price."""
        process, before = world.process(), world.lamports()
        token = await world.launch()
        async with world.running():
            position = await process.bought(token)
            await process.blockhashes.refresh()
            attempt = self.forge(process, position, world.ledger.chain.tip.slot)
            world.slots(1)
            world.ledger.send(attempt.raw)
            await world.clock.sleep(5)
            await process.audit.finalize()
            assert [signature for signature, _ in process.journal.provisional()] == [attempt.signature]
            assert await process.audit.take_back() == (attempt.signature,)
            ((intent, waiting),) = process.executor.unwatched()
            await process.executor.settle(intent, waiting, send=False)
            await world.clock.sleep(5)
            await process.audit.finalize()
        assert process.journal.attempt(attempt.signature).state is TxState.FINALIZED
        assert unexplained(world, process, before) == 0

    async def test_what_is_not_final_yet_stays(self, world: World) -> None:
        """However often it is looked at."""
        process = world.process()
        token = await world.launch()
        async with world.running():
            await process.bought(token)
            for _ in range(10):
                assert await process.audit.take_back() == ()
                await world.clock.sleep(0.5)
        assert await world.process("empty").audit.take_back() == ()

    async def test_a_session_tells_and_settles(self, world: World) -> None:
        """Nobody has to do anything."""
        process, before = world.process(), world.lamports()
        token = await world.launch()
        async with world.running():
            position = await process.bought(token)
            await process.blockhashes.refresh()
            attempt = self.forge(process, position, world.ledger.chain.tip.slot)
            await process.session.open()
            running = asyncio.create_task(process.session.run(asyncio.Event().wait()))  # type: ignore[arg-type]
            await until(lambda: process.journal.fill(attempt.signature) is None, world)
            await until(lambda: process.position(position.id).state is PositionState.CLOSED, world)
            running.cancel()
            await asyncio.wait([running])
        (told,) = [event for event in process.told if getattr(event, "where", "") == "audit"]
        assert told.text == f"the slot of {attempt.signature} was dropped: it is in flight again"
        assert unexplained(world, process, before) == 0


async def test_the_wrapped_sol_account_is_the_associated_one(world: World, process: Process) -> None:
    """The two addresses whose histories are read."""
    audit = process.audit
    assert audit._addresses == (
        world.wallet,
        associated_token_address(world.wallet, WSOL_MINT, TOKEN_PROGRAM),
    )
