"""The executor: write-ahead, one effect per intent, the door, outcomes from the chain, recovery from any point."""

from __future__ import annotations

import asyncio
import collections
import random
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from solders.keypair import Keypair
from solders.transaction import VersionedTransaction

from sniperforge.chain.retries import NO_RETRY
from sniperforge.chain.rpc import RpcClient
from sniperforge.domain.landing import Dead, Fate, InDoubt, Landed
from sniperforge.domain.lifecycle import TxState
from sniperforge.domain.outcome import Outcome, OutcomeKind
from sniperforge.domain.trade import IntentKind, PositionState
from sniperforge.engine.orders import TransferOrder
from sniperforge.errors import DecodeError, RefusedError, StorageError, UnavailableError, WalletBusyError
from sniperforge.localnet.ledger.refusals import TransactionRefusedError
from sniperforge.risk import limit_rules
from sniperforge.risk.limits import Limits
from sniperforge.store.journal_reader import JournalReader
from sniperforge.testing.chain_views import TokenChange, transaction_view
from sniperforge.testing.lander import FakeLander, Handed
from sniperforge.testing.rpc import FakeRpc
from sniperforge.tokens.account import decode_token_account
from sniperforge.tokens.addresses import associated_token_address
from tests.engine.kit import (
    LIMITS,
    SOL,
    SPEND,
    HeldLander,
    Process,
    World,
    outcome_is,
    unexplained,
    until,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from sniperforge.domain.chain import TransactionView
    from sniperforge.domain.trade import Intent, Position
    from sniperforge.localnet.market.launchpad import LaunchedToken

SOMEBODY = str(Keypair.from_seed(b"x" * 32).pubkey())


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A chain with a funded wallet."""
    return World(tmp_path)


def refuse_writes(process: Process) -> None:
    """Make the journal's disk read-only, as the process sees it."""
    process.journal._db._connection.execute("PRAGMA query_only=ON")


class TestWriteAhead:
    @pytest.mark.parametrize("kind", ["buy", "sell", "transfer", "close"])
    async def test_all_is_durable_before_the_first_byte_leaves(self, world: World, kind: str) -> None:
        """Another connection to the file finds intent, bytes, signature and height when they are handed over."""
        found: list[tuple[Any, Any]] = []
        process = world.process()
        token = await world.launch()
        async with world.running():
            position = await process.bought(token)

        def look(handed: Handed) -> Fate:
            reader = JournalReader(process.path)
            try:
                found.extend(
                    (intent, attempt)
                    for intent, attempt in reader.unresolved()
                    if attempt.signature == handed.signature
                )
                assert found[-1][1].raw == handed.raw
                assert found[-1][1].last_valid_height == handed.last_valid_height
            finally:
                reader.close()
            return InDoubt("that was all")

        process.executor._lander = FakeLander(look)
        await self.act(process, token, position, kind)
        ((intent, attempt),) = found
        assert intent.kind.value == ("close_account" if kind == "close" else kind)
        assert attempt.state is TxState.SUBMITTED
        signed = VersionedTransaction.from_bytes(attempt.raw)
        assert signed.verify_with_results() == [True]
        assert str(signed.signatures[0]) == attempt.signature
        assert world.ledger.history.status(attempt.signature) is None

    @staticmethod
    async def act(process: Process, token: LaunchedToken, position: Position, kind: str) -> None:
        """One order of a kind."""
        other = await process.world.launch()
        orders: dict[str, Callable[[], Awaitable[Outcome]]] = {
            "buy": lambda: process.executor.buy(process.buy_order(other)),
            "sell": lambda: process.executor.sell(process.sell_order(token, position, position.raw)),
            "transfer": lambda: process.executor.transfer(TransferOrder(SOMEBODY, SOL, "test")),
            "close": lambda: process.executor.close_account(position),
        }
        await process.blockhashes.refresh()
        assert (await orders[kind]()).kind is OutcomeKind.UNKNOWN

    @pytest.mark.parametrize("kind", ["buy", "sell", "transfer", "close"])
    @pytest.mark.parametrize(
        ("trouble", "error"),
        [("disk", StorageError), ("lock", WalletBusyError), ("blockhash", UnavailableError)],
    )
    async def test_nothing_is_sent_when_something_is_missing(
        self, world: World, kind: str, trouble: str, error: type[Exception]
    ) -> None:
        """No disk, no lock, no blockhash: the order raises, the journal is as it was, no byte leaves."""
        process = world.process()
        token = await world.launch()
        async with world.running():
            position = await process.bought(token)
        known, lander = process.journal.known_signatures(), FakeLander()
        process.executor._lander = lander
        if trouble == "disk":
            refuse_writes(process)
        elif trouble == "lock":
            process.held = False
        else:
            process.blockhashes.refresh = _nothing  # type: ignore[method-assign]
            process.blockhashes._latest = None
        with pytest.raises(error):
            await self.act(process, token, position, kind)
        assert lander.handed == []
        assert process.journal.known_signatures() == known

    async def test_nothing_is_sent_when_the_balance_cannot_be_read(self, world: World) -> None:
        """A buy and a transfer need to know what is there; a sale does not."""
        node = FakeRpc({"getBalance": UnavailableError("down")})
        process = world.process(rpc=RpcClient(node, world.clock, retry=NO_RETRY), lander=FakeLander())
        token = await world.launch()
        with pytest.raises(UnavailableError):
            await process.executor.buy(process.buy_order(token))
        with pytest.raises(UnavailableError):
            await process.executor.transfer(TransferOrder(SOMEBODY, SOL, "test"))
        assert process.journal.known_signatures() == set()

    async def test_a_limit_refuses_before_anything_is_signed(self, world: World) -> None:
        """The refusal is an outcome that names the limit."""
        process = world.process(lander=FakeLander())
        token = await world.launch()
        await process.blockhashes.refresh()
        outcome = await process.executor.buy(process.buy_order(token, 6 * SOL))
        assert (outcome.kind, outcome.signature, outcome.intent_id) == (OutcomeKind.REFUSED, "", "")
        assert "one trade may cost" in outcome.reason
        process.journal.set_flag("halted", "by hand", 0.0)
        assert "kill switch" in (await process.executor.buy(process.buy_order(token))).reason
        refused = await process.executor.transfer(TransferOrder(SOMEBODY, 20 * SOL, "test"))
        assert outcome_is(refused, "refused")
        assert process.journal.known_signatures() == set()

    async def test_a_pool_without_a_quote_refuses_a_buy(self, world: World) -> None:
        """Nothing is spent on a pool that would not take it."""
        process = world.process(lander=FakeLander())
        token = await world.launch()
        await process.blockhashes.refresh()
        assert outcome_is(await process.executor.buy(process.buy_order(token, 0)), "refused")
        assert process.journal.known_signatures() == set()

    async def test_a_lock_lost_after_the_commit_only_watches(self, world: World) -> None:
        """The bytes stay in the journal; they do not leave through a process that holds nothing."""
        lander = FakeLander()
        process = world.process(lander=lander)
        await process.blockhashes.refresh()
        process.executor._holds = lambda: False  # the signing asked just before
        await process.executor.transfer(TransferOrder(SOMEBODY, SOL, "test"))
        assert [handed.send for handed in lander.handed] == [False]


async def _nothing() -> None:
    return


class TestEqualTrades:
    async def test_equal_orders_have_signatures_of_their_own(self, world: World) -> None:
        """Ten equal transfers with one blockhash are ten transactions."""
        process = world.process(lander=FakeLander())
        await process.blockhashes.refresh()
        order = TransferOrder(SOMEBODY, SOL // 10, "test")
        outcomes = [await process.executor.transfer(order) for _ in range(10)]
        assert len({outcome.signature for outcome in outcomes}) == 10
        assert len(process.journal.unresolved()) == 10

    async def test_so_have_those_of_processes_that_follow_each_other(self, world: World) -> None:
        """Three commands in one blockhash, some orders refused in between: every transfer is one of its own."""
        signatures = []
        for _ in range(3):
            process = world.process(lander=FakeLander())
            await process.blockhashes.refresh()
            await process.executor.transfer(TransferOrder(SOMEBODY, 100 * SOL, "test"))
            outcome = await process.executor.transfer(TransferOrder(SOMEBODY, SOL, "test"))
            signatures.append(outcome.signature)
            process.close()
        assert len(set(signatures)) == 3

    async def test_all_of_them_land(self, world: World) -> None:
        """Equal transfers, sent at once, each arrive."""
        process = world.process()
        await process.blockhashes.refresh()
        async with world.running(), asyncio.TaskGroup() as group:
            for _ in range(5):
                group.create_task(process.executor.transfer(TransferOrder(SOMEBODY, SOL, "test")))
        assert world.lamports(SOMEBODY) == 5 * SOL


class TestClientKeys:
    async def test_a_key_returns_the_earlier_outcome(self, world: World) -> None:
        """The same key never trades twice, in this process or the next."""
        process = world.process()
        token = await world.launch()
        async with world.running():
            await process.blockhashes.refresh()
            first = await process.executor.buy(process.buy_order(token, client_key="cron-1"))
            again = await process.executor.buy(process.buy_order(token, client_key="cron-1"))
            process.close()
            later = await world.process().executor.buy(process.buy_order(token, client_key="cron-1"))
        assert outcome_is(first, "filled")
        assert (first.signature, first.fill) == (again.signature, again.fill) == (later.signature, later.fill)
        assert len(process.world.process().journal.known_signatures()) == 1

    async def test_a_key_that_comes_twice_at_once_is_one_intent(self, world: World) -> None:
        """All asked for the balance before any was journalled."""
        process = world.process()
        await process.blockhashes.refresh()
        refresh = process.door.refresh

        async def slow(since: float | None = None) -> None:
            await asyncio.sleep(0)
            await refresh(since)

        process.door.refresh = slow  # type: ignore[method-assign]
        order = TransferOrder(SOMEBODY, SOL, "test", "key")
        async with world.running(), asyncio.TaskGroup() as group:
            tasks = [group.create_task(process.executor.transfer(order)) for _ in range(4)]
        kinds = sorted(task.result().kind for task in tasks)
        assert kinds == ["filled", "unknown", "unknown", "unknown"]
        assert len({task.result().signature for task in tasks}) == 1
        assert world.lamports(SOMEBODY) == SOL

    async def test_an_unknown_one_stays_unknown_and_alone(self, world: World) -> None:
        """Neither a second buy nor a sale or transfer with its key is made while its outcome is in doubt."""
        lander = FakeLander()
        process = world.process(lander=lander)
        token = await world.launch()
        await process.blockhashes.refresh()
        first = await process.executor.buy(process.buy_order(token, client_key="k"))
        again = await process.executor.buy(process.buy_order(token, client_key="k"))
        moved = await process.executor.transfer(TransferOrder(SOMEBODY, SOL, "test", "k"))
        assert {first.kind, again.kind, moved.kind} == {OutcomeKind.UNKNOWN}
        assert first.signature == again.signature == moved.signature
        assert len(lander.handed) == 1

    @pytest.mark.parametrize(("fate", "kind"), [(Dead("expired"), "dead"), (Landed(1, {"E": 1}), "rejected")])
    async def test_a_key_whose_attempt_failed_stays_used(self, world: World, fate: Fate, kind: str) -> None:
        """Whoever wants to trade again says so with another key."""
        lander = FakeLander(lambda _handed: fate)
        process = world.process(lander=lander)
        await process.blockhashes.refresh()
        order = TransferOrder(SOMEBODY, SOL, "test", "k")
        lander.transaction = lambda signature: _view(  # type: ignore[method-assign]
            transaction_view(world.wallet, {world.wallet: (SOL, SOL - 5_200)}, fee=5_200, err={"E": 1}),
            signature,
        )
        assert outcome_is(await process.executor.transfer(order), kind)
        assert outcome_is(await process.executor.transfer(order), kind)
        assert len(lander.handed) == 1

    async def test_a_sale_with_a_used_key_sells_nothing(self, world: World) -> None:
        """The earlier sale's outcome is returned."""
        process = world.process()
        token = await world.launch()
        async with world.running():
            position = await process.bought(token)
            part = process.sell_order(token, position, position.raw // 4, client_key="part")
            first = await process.executor.sell(part)
            again = await process.executor.sell(part)
        assert outcome_is(first, "filled")
        assert first.signature == again.signature
        assert process.position(position.id).raw == position.raw - position.raw // 4


async def _view(view: TransactionView, signature: str) -> TransactionView:
    import dataclasses

    return dataclasses.replace(view, signature=signature)


class TestOutcomes:
    async def test_a_buy_is_booked_from_deltas(self, world: World) -> None:
        """Tokens, cost, fee and rent are the chain's, and the books explain the wallet to the lamport."""
        process, before = world.process(), world.lamports()
        token = await world.launch()
        async with world.running():
            await process.blockhashes.refresh()
            order = process.buy_order(token, exit_policy={"max_hold_seconds": "60"}, reason="why")
            world.crowd_buys(token, 10**8)  # the price moves after the quote
            outcome = await process.executor.buy(order)
        assert outcome_is(outcome, "filled")
        assert outcome.signed_at is not None
        assert outcome.landed_at is not None
        assert outcome.landed_at > outcome.signed_at
        position = process.position(outcome.intent_id)
        quoted = order.state.quote(order.state.quote_mint, SPEND).amount_out
        assert 0.95 * quoted < position.raw < quoted
        assert (position.cost, position.rent, position.fees) == (SPEND, world.rent, 5_200)
        assert position.exit_policy == {"max_hold_seconds": "60"}
        assert position.entry_liquidity == order.state.quote_liquidity
        assert unexplained(world, process, before) == 0

    async def test_landed_is_not_succeeded(self, world: World) -> None:
        """Refused by the program: the fee is booked, nothing else, and it counts as a loss of the day."""
        process, before = world.process(), world.lamports()
        token = await world.launch()
        async with world.running():
            await process.blockhashes.refresh()
            order = process.buy_order(token, slippage_bps=0)
            world.crowd_buys(token, SOL)
            outcome = await process.executor.buy(order)
        assert outcome_is(outcome, "rejected")
        assert "6005" in outcome.reason
        assert outcome.fill is not None
        assert outcome.fill.position_id is None
        assert process.journal.positions() == []
        assert world.lamports() - before == -outcome.fill.settlement.fee == -5_200
        assert unexplained(world, process, before) == 0
        assert process.door.exposure().realised_loss_today_lamports == 5_200
        assert process.journal.unresolved() == []

    async def test_a_dead_one_leaves_nothing(self, world: World) -> None:
        """Bytes that never arrive are proved dead after their blockhash; nothing is held or in flight then."""
        process, before = world.process(), world.lamports()
        process.landing._senders = ()
        token = await world.launch()
        async with world.running():
            await process.blockhashes.refresh()
            outcome = await process.executor.buy(process.buy_order(token))
        assert outcome_is(outcome, "dead")
        assert "is past" in outcome.reason
        assert process.journal.positions() == []
        assert process.journal.unresolved() == []
        assert process.door.exposure().in_flight_lamports == 0
        assert world.lamports() == before

    async def test_an_unknown_one_counts_at_its_maximum(self, world: World) -> None:
        """Past the deadline it is neither bought nor failed: it stays, and its room with it."""
        limits = Limits(
            max_trade_lamports=SOL,
            max_open_positions=9,
            max_exposure_lamports=SOL + SOL // 2,
            max_daily_loss_lamports=SOL,
            reserve_lamports=0,
        )
        process = world.process(limits=limits)
        process.landing._senders = ()
        one, two = await world.launch(), await world.launch()
        async with world.running():
            await process.blockhashes.refresh()
            deadline = world.clock.monotonic() + 5
            outcome = await process.executor.buy(process.buy_order(one, SOL * 9 // 10), deadline=deadline)
            assert outcome_is(outcome, "unknown")
            ((intent, _attempt),) = process.journal.unresolved()
            assert intent.max_spend == SOL * 9 // 10 + 5_200 + world.rent
            exposure = process.door.exposure()
            assert exposure.entries_in_flight_lamports == intent.max_spend
            assert exposure.entries_in_flight == 1
            refused = await process.executor.buy(process.buy_order(two, SOL * 9 // 10))
            assert outcome_is(refused, "refused")
            assert "at stake" in refused.reason
            settled = await process.executor.settle(intent, _attempt, send=False)
            assert outcome_is(settled, "dead")
            process.landing._senders = (world.rpc,)
            await process.blockhashes.refresh()
            assert outcome_is(await process.executor.buy(process.buy_order(two, SOL * 9 // 10)), "filled")

    async def test_a_sale_in_parts(self, world: World) -> None:
        """A part leaves the rest open; the whole closes it; the result is the sum of what the chain did."""
        process, before = world.process(), world.lamports()
        token = await world.launch()
        async with world.running():
            position = await process.bought(token, SOL)
            third = position.raw // 3
            assert outcome_is(
                await process.executor.sell(process.sell_order(token, position, third)), "filled"
            )
            rest = process.position(position.id)
            assert (rest.state, rest.raw) == (PositionState.OPEN, position.raw - third)
            await process.blockhashes.refresh()
            assert outcome_is(
                await process.executor.sell(process.sell_order(token, rest, rest.raw)), "filled"
            )
            closed = process.position(position.id)
            assert (closed.state, closed.raw) == (PositionState.CLOSED, 0)
            assert outcome_is(await process.executor.close_account(closed), "filled")
        final = process.position(position.id)
        assert final.rent == 0
        assert final.realized_pnl == world.lamports() - before
        assert unexplained(world, process, before) == 0

    async def test_a_transfer_is_no_loss(self, world: World) -> None:
        """What was sent is a transfer; only its fee is lost."""
        process, before = world.process(), world.lamports()
        async with world.running():
            await process.blockhashes.refresh()
            outcome = await process.executor.transfer(TransferOrder(SOMEBODY, SOL, "test"))
        assert outcome_is(outcome, "filled")
        assert world.lamports(SOMEBODY) == SOL
        assert world.lamports() == before - SOL - 5_200
        assert unexplained(world, process, before) == 0
        assert process.door.exposure().realised_loss_today_lamports == 5_200

    @pytest.mark.parametrize(
        "archetype", ["organic", "transfer_fee_trap", "freeze_trap", "mint_dump", "lp_pull"]
    )
    async def test_no_buy_costs_more_than_its_maximum(self, world: World, archetype: str) -> None:
        """Accounts of Token-2022 mints are larger; what counts in flight covers their rent too."""
        process, before = world.process(), world.lamports()
        token = await world.launch(archetype)
        async with world.running():
            position = await process.bought(token)
        intent = process.journal.intent(position.id)
        assert intent is not None
        assert SPEND < before - world.lamports() <= intent.max_spend
        assert unexplained(world, process, before) == 0

    async def test_fees_stay_within_their_cap(self, world: World) -> None:
        """A configured price beyond the cap is lowered to it."""
        process = world.process(micro_lamports=10**12)
        token = await world.launch()
        async with world.running():
            position = await process.bought(token)
        assert 9_000_000 < position.fees <= 10_000_000


class TestOneAtATime:
    async def test_one_position_per_mint(self, world: World) -> None:
        """Of three buys at once one goes through; while it is held none does."""
        process = world.process()
        token = await world.launch()
        async with world.running():
            await process.blockhashes.refresh()
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(process.executor.buy(process.buy_order(token))) for _ in range(3)]
            assert sorted(task.result().kind for task in tasks) == ["filled", "refused", "refused"]
            late = await process.executor.buy(process.buy_order(token))
            assert outcome_is(late, "refused")
            assert "already held" in late.reason
        assert len(process.journal.positions()) == 1

    async def test_one_sale_of_a_position_in_flight(self, world: World) -> None:
        """The next is signed only when the last is proved dead."""
        process = world.process()
        token = await world.launch()
        async with world.running():
            position = await process.bought(token)
            senders, process.landing._senders = process.landing._senders, ()
            order = process.sell_order(token, position, position.raw)
            deadline = world.clock.monotonic() + 1
            first = await process.executor.sell(order, deadline=deadline)
            assert outcome_is(first, "unknown")
            assert process.executor.selling(position.id) == first.signature
            second = await process.executor.sell(order)
            assert outcome_is(second, "refused")
            assert first.signature in second.reason
            ((intent, attempt),) = process.executor.unwatched()
            assert outcome_is(await process.executor.settle(intent, attempt, send=False), "dead")
            process.landing._senders = senders
            await process.blockhashes.refresh()
            again = await process.executor.sell(process.sell_order(token, position, position.raw))
            assert outcome_is(again, "filled")
        sales = [fill for fill in process.journal.fills() if fill.kind is IntentKind.SELL]
        assert len(sales) == 1

    async def test_a_sale_of_what_was_sold_meanwhile_is_refused(self, world: World) -> None:
        """While its nonce is read all is sold and bought again: those tokens are another position's."""
        process = world.process(nonces=1)
        token = await world.launch()
        async with world.running():
            position, lease = await process.bought(token), process.pool.lease
            order = process.sell_order(token, position, position.raw // 3)
            bought: list[Position] = []

            async def late(position_id: str) -> Any:
                process.pool.lease = lease  # type: ignore[method-assign]
                await process.executor.sell(process.sell_order(token, position, position.raw))
                bought.append(await process.bought(token))
                return await lease(position_id)

            process.pool.lease = late  # type: ignore[method-assign]
            outcome = await process.executor.sell(order)
        assert outcome_is(outcome, "refused")
        assert outcome.reason == f"{position.raw // 3} raw units to sell, 0 held by now"
        assert process.position(position.id).state is PositionState.CLOSED
        account = world.ledger.account(bought[0].token_account)
        assert account is not None
        assert decode_token_account(account).raw == bought[0].raw == process.position(bought[0].id).raw

    async def test_a_sale_does_not_hold_up_another_positions(self, world: World) -> None:
        """Each position has its own; a buy of the same token in flight is no sale either."""
        process = world.process()
        one, two = await world.launch(), await world.launch()
        async with world.running():
            first, second = await process.bought(one), await process.bought(two)
            process.executor._lander = FakeLander()
            await process.executor.sell(process.sell_order(one, first, first.raw))
            await process.executor.close_account(second)
            assert process.executor.selling(first.id)
            assert process.executor.selling(second.id) == ""
            process.executor._lander = process.landing
            sold = await process.executor.sell(process.sell_order(two, second, second.raw))
        assert outcome_is(sold, "filled")

    async def test_a_pool_that_takes_no_sale_raises(self, world: World) -> None:
        """The caller decides what a pool without a quote means."""
        process = world.process()
        token = await world.launch()
        async with world.running():
            position = await process.bought(token)
            with pytest.raises(RefusedError):
                await process.executor.sell(process.sell_order(token, position, 0))


class Mempool(FakeRpc):
    """A node that takes transactions and lands them only when told to."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.taken: list[bytes] = []

    async def post(self, payload: bytes) -> bytes:
        """Keep what is sent; everything else is the chain's answer."""
        request = msgspec.json.decode(payload)
        if request["method"] == "sendTransaction":
            import base64

            self.taken.append(base64.b64decode(request["params"][0]))
            signature = str(VersionedTransaction.from_bytes(self.taken[-1]).signatures[0])
            return msgspec.json.encode({"jsonrpc": "2.0", "id": request["id"], "result": signature})
        return self.world.network.dispatcher.dispatch(payload)

    def land(self) -> None:
        """Let what was taken land, unless it came another way."""
        for raw in dict.fromkeys(self.taken):
            with suppress(TransactionRefusedError):
                self.world.ledger.send(raw)


class TestCrash:
    """A copy of the journal at each stage is all that the next process has."""

    async def recovered(self, process: Process) -> None:
        """Run recovery as a session does, until nothing is unresolved."""
        await process.session.open()
        await process.session.run(until(lambda: not process.journal.unresolved(), process.world, 300))

    async def test_a_buy_committed_and_never_sent_is_only_watched(self, world: World) -> None:
        """Its price is gone: it is not sent any more, and dies."""
        old, before = world.process("old"), world.lamports()
        old.executor._lander = lander = HeldLander(old.landing)
        token = await world.launch()
        async with world.running():
            await old.blockhashes.refresh()
            buying = asyncio.create_task(old.executor.buy(old.buy_order(token)))
            await lander.reached.wait()
            new = world.crash(old, "new")
            buying.cancel()
            assert [attempt.state for _, attempt in new.journal.unresolved()] == [TxState.SUBMITTED]
            await self.recovered(new)
        assert new.journal.positions() == []
        assert world.lamports() == before
        assert unexplained(world, new, before) == 0

    async def test_a_sale_committed_and_never_sent_is_sent(self, world: World) -> None:
        """An exit goes on: the same bytes, once."""
        old, before = world.process("old"), world.lamports()
        token = await world.launch()
        async with world.running():
            position = await old.bought(token)
            old.executor._lander = lander = HeldLander(old.landing)
            selling = asyncio.create_task(old.executor.sell(old.sell_order(token, position, position.raw)))
            await lander.reached.wait()
            new = world.crash(old, "new")
            selling.cancel()
            assert new.position(position.id).state is PositionState.EXITING
            ((_, attempt),) = new.journal.unresolved()
            await self.recovered(new)
        assert attempt.signature == lander.handed[0][0]
        assert world.ledger.history.status(attempt.signature) is not None
        assert new.position(position.id).state is PositionState.CLOSED
        assert len([fill for fill in new.journal.fills() if fill.kind is IntentKind.SELL]) == 1
        assert unexplained(world, new, before) == 0

    @pytest.mark.parametrize("kind", ["buy", "sell"])
    async def test_sent_and_not_landed_yet(self, world: World, kind: str) -> None:
        """The bytes land while the next process watches: exactly one effect, booked once."""
        node = Mempool(world)
        old = world.process("old")
        before = world.lamports()
        token = await world.launch()
        async with world.running():
            position = await old.bought(token) if kind == "sell" else None
            old.landing._senders = (RpcClient(node, world.clock, retry=NO_RETRY),)
            await old.blockhashes.refresh()
            order = (
                old.executor.buy(old.buy_order(token))
                if position is None
                else old.executor.sell(old.sell_order(token, position, position.raw))
            )
            trading = asyncio.create_task(order)
            await until(lambda: node.taken, world)
            new = world.crash(old, "new")
            trading.cancel()
            landing = asyncio.create_task(self.land_later(world, node))
            await self.recovered(new)
            await landing
        self.check(world, new, before, token, kind)

    @staticmethod
    async def land_later(world: World, node: Mempool) -> None:
        """A few slots on, the network has it."""
        await world.clock.sleep(2)
        node.land()

    @pytest.mark.parametrize("kind", ["buy", "sell"])
    async def test_landed_and_not_booked(self, world: World, kind: str) -> None:
        """What landed before the crash is booked by the next process, once."""
        old, before = world.process("old"), world.lamports()
        token = await world.launch()
        async with world.running():
            position = await old.bought(token) if kind == "sell" else None
            old.executor._lander = lander = HeldLander(old.landing)
            lander.before.set()
            await old.blockhashes.refresh()
            order = (
                old.executor.buy(old.buy_order(token))
                if position is None
                else old.executor.sell(old.sell_order(token, position, position.raw))
            )
            trading = asyncio.create_task(order)
            await lander.landed.wait()
            new = world.crash(old, "new")
            trading.cancel()
            await world.clock.sleep(1_000)  # the machine was off for a while
            await self.recovered(new)
        self.check(world, new, before, token, kind)
        if kind == "buy":
            (held,) = new.journal.positions()
            assert world.clock.now() - held.opened_at > 990, "its hold began when it landed"

    @staticmethod
    def check(world: World, new: Process, before: int, token: LaunchedToken, kind: str) -> None:
        """One position, one effect, equal books."""
        every = new.journal.positions(tuple(PositionState))
        assert [position.mint for position in every] == [str(token.mint)]
        expected = PositionState.OPEN if kind == "buy" else PositionState.CLOSED
        assert every[0].state is expected
        trades = [fill for fill in new.journal.fills() if fill.kind.value == kind]
        assert len(trades) == 1
        assert unexplained(world, new, before) == 0

    async def test_booked_and_crashed_is_not_booked_again(self, world: World) -> None:
        """Settling a signature twice changes nothing."""
        process, before = world.process(), world.lamports()
        token = await world.launch()
        async with world.running():
            position = await process.bought(token)
            intent = process.journal.intent(position.id)
            assert intent is not None
            (attempt,) = process.journal.attempts(position.id)
            again = await process.executor.settle(intent, attempt, send=False)
        assert outcome_is(again, "filled")
        assert process.journal.positions() == [position]
        assert unexplained(world, process, before) == 0

    async def test_cancelled_between_commit_and_send(self, world: World) -> None:
        """The journal has it, nobody watches it, and the same process takes it up again."""
        process = world.process()
        process.executor._lander = lander = HeldLander(process.landing)
        token = await world.launch()
        async with world.running():
            await process.session.open()
            buying = asyncio.create_task(process.executor.buy(process.buy_order(token)))
            await lander.reached.wait()
            assert process.executor.unwatched() == []
            buying.cancel()
            with pytest.raises(asyncio.CancelledError):
                await buying
            assert [intent.kind for intent, _ in process.executor.unwatched()] == [IntentKind.BUY]
            lander.before.set()
            lander.between.set()
            await process.session.run(until(lambda: not process.journal.unresolved(), world, 300))
        assert [send for _, send in lander.handed] == [True, False]
        assert process.journal.positions() == []

    async def test_a_garbled_answer_leaves_it_unresolved(self, world: World) -> None:
        """It landed, and what a node shows of it is no transaction: nothing is booked, nothing forgotten."""
        lander = FakeLander(lambda _handed: Landed(1, None))
        process = world.process(lander=lander)

        async def garbled(_signature: str) -> TransactionView:
            raise DecodeError("no transaction")

        lander.transaction = garbled  # type: ignore[method-assign]
        await process.blockhashes.refresh()
        with pytest.raises(DecodeError):
            await process.executor.transfer(TransferOrder(SOMEBODY, SOL, "test"))
        assert len(process.executor.unwatched()) == 1


class Wallets:
    """A wallet without a chain: buys land in a random order, balances are answered late."""

    def __init__(self, world: World, process: Process, limits: Limits, seed: int) -> None:
        self.rng = random.Random(seed)
        self.world = world
        self.process = process
        self.limits = limits
        self.balance = 3 * SOL
        self.unlanded: dict[str, int] = {}
        self.broken: list[str] = []

    async def a_while(self, most: int = 12) -> None:
        """Give way a random number of times; a millisecond passes with each."""
        for _ in range(self.rng.randrange(most)):
            self.world.clock._elapsed += 0.001
            await asyncio.sleep(0)

    async def answer_balance(self, _params: Any) -> Any:
        """The balance of a moment, which arrives later."""
        await self.a_while()
        value = self.balance
        await self.a_while(60)
        return {"context": {"slot": 1}, "value": value}

    async def land(self, handed: Handed) -> Fate:
        """Land, fail, die or stay in doubt, after a while; check the limits at the moment of sending."""
        attempt = self.process.journal.attempt(handed.signature)
        assert attempt is not None
        intent = self.process.journal.intent(attempt.intent_id)
        assert intent is not None
        self.unlanded[handed.signature] = intent.max_spend
        self.check()
        await self.a_while()
        fate = self.rng.choice(["land", "land", "land", "fail", "dead", "doubt"])
        if fate == "doubt":
            return InDoubt("late")
        del self.unlanded[handed.signature]
        if fate == "dead":
            return Dead("expired")
        self.process.executor._lander.views[handed.signature] = self.view(  # type: ignore[attr-defined]
            intent, handed.signature, failed=fate == "fail"
        )
        await self.a_while()
        return Landed(1, None)

    def view(self, intent: Any, signature: str, *, failed: bool) -> TransactionView:
        """What the buy did; the balance is as much lower from now on."""
        fee = 5_200
        spent = fee if failed else intent.amount_in + fee + self.world.rent
        before, self.balance = self.balance, self.balance - spent
        account = str(intent.facts["token_account"])
        change = TokenChange(account, intent.mint, self.world.wallet, None, 1_000)
        lamports = {self.world.wallet: (before, self.balance)}
        if not failed:
            lamports[account] = (0, self.world.rent)
        return transaction_view(
            self.world.wallet,
            lamports,
            () if failed else (change,),
            fee=fee,
            err={"E": 1} if failed else None,
            signature=signature,
        )

    def check(self) -> None:
        """All limits, on the truth and not on what the process believes."""
        journal, limits = self.process.journal, self.limits
        held, flying = journal.positions(), journal.unresolved()
        if len(held) + len(flying) > limits.max_open_positions:
            self.broken.append("positions")
        stake = sum(position.cost for position in held) + sum(intent.max_spend for intent, _ in flying)
        if stake > limits.max_exposure_lamports:
            self.broken.append("exposure")
        if self.balance - sum(self.unlanded.values()) < limits.reserve_lamports:
            self.broken.append(f"reserve {self.balance} {self.unlanded}")
        mints = [position.mint for position in held] + [intent.mint for intent, _ in flying]
        if len(mints) != len(set(mints)):
            self.broken.append("one per mint")
        self.check_brakes([*map(self.bought_by, held), *(intent for intent, _ in flying)])

    def bought_by(self, position: Position) -> Intent:
        """The buy that opened a position, at what it cost."""
        intent = self.process.journal.intent(position.id)
        assert intent is not None
        return replace(intent, max_spend=position.cost)

    def check_brakes(self, staked: list[Intent]) -> None:
        """What the brakes bound: held and coming, by creator; every buy of the hour; every fee of it."""
        limits, journal = self.limits, self.process.journal
        for creator in {intent.facts["creator"] for intent in staked}:
            of_one = [intent.max_spend for intent in staked if intent.facts["creator"] == creator]
            if len(of_one) > (limits.max_creator_positions or 99):
                self.broken.append("creator's positions")
            if sum(of_one) > (limits.max_creator_lamports or 99 * SOL):
                self.broken.append("creator's stake")
        if max((intent.max_spend for intent in staked), default=0) > (limits.max_token_lamports or SOL):
            self.broken.append("token")
        fills = journal.fills()
        if len(fills) + len(journal.unresolved()) > (limits.max_trades_per_hour or 99):
            self.broken.append("trades per hour")
        fees = sum(fill.settlement.fee for fill in fills) + 5_200 * len(journal.unresolved())
        if fees > (limits.max_fees_per_hour_lamports or SOL):
            self.broken.append("fees per hour")


def give_blockhash(process: Process) -> None:
    """A fresh one without a node."""
    tip = process.world.ledger.chain.tip
    process.blockhashes._latest = (tip.blockhash, tip.last_valid_height)
    process.blockhashes._fetched_at = process.world.clock.monotonic()


@pytest.fixture(scope="module")
def still_world(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, LaunchedToken]:
    """A chain that nothing happens on; its pool gives quotes."""
    world = World(tmp_path_factory.mktemp("still"))
    return world, world.create()


@pytest.mark.parametrize(
    ("positions", "exposure", "reserve"),
    [(9, 10 * SOL, 0), (9, 10 * SOL, SOL), (9, SOL * 3 // 2, 0), (3, 10 * SOL, 0)],
)
def test_concurrent_buys_never_exceed_a_limit(
    still_world: tuple[World, LaunchedToken], tmp_path: Path, positions: int, exposure: int, reserve: int
) -> None:
    """Whatever lands, fails, dies or hangs in whatever order: no byte leaves that a limit does not cover."""
    limits = Limits(
        max_trade_lamports=SOL,
        max_open_positions=positions,
        max_exposure_lamports=exposure,
        max_daily_loss_lamports=SOL,
        reserve_lamports=reserve,
    )
    tried = collections.Counter[str]()
    for seed in range(30):
        tried.update(outcome.kind for outcome in rush(still_world, tmp_path / f"{seed}.db", limits, seed))
    assert all(tried[kind] > 10 for kind in ("filled", "refused", "rejected", "dead", "unknown"))


@pytest.mark.parametrize(
    ("rule", "brake"),
    [
        (limit_rules._creator_positions, {"max_creator_positions": 2}),
        (limit_rules._creator_stake, {"max_creator_lamports": SOL}),
        (limit_rules._token, {"max_token_lamports": SOL // 2}),
        (limit_rules._trades_per_hour, {"max_trades_per_hour": 5}),
        (limit_rules._fees_per_hour, {"max_fees_per_hour_lamports": 5 * 5_200 + 100}),
    ],
    ids=["creator_positions", "creator_stake", "token", "trades_per_hour", "fees_per_hour"],
)
def test_concurrent_buys_never_exceed_a_brake(
    still_world: tuple[World, LaunchedToken],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rule: Any,
    brake: dict[str, int],
) -> None:
    """The same of tokens, creators, counts and fees; without its rule the checker finds it broken."""
    limits = replace(
        LIMITS, max_trade_lamports=SOL, max_open_positions=99, max_exposure_lamports=99 * SOL, **brake
    )

    def rush_often(name: str) -> None:
        for seed in range(12):
            rush(still_world, tmp_path / f"{name}-{seed}.db", limits, seed)

    rush_often("with")
    others = tuple(each for each in limit_rules._ENTRY_RULES if each is not rule)
    monkeypatch.setattr(limit_rules, "_ENTRY_RULES", others)
    with pytest.raises(AssertionError, match="=="):
        rush_often("without")


def rush(still_world: tuple[World, LaunchedToken], path: Path, limits: Limits, seed: int) -> list[Outcome]:
    """Up to sixteen buys of twelve mints, all at once."""
    world, token = still_world
    node = FakeRpc()
    process = Process(world, path, limits=limits, rpc=RpcClient(node, world.clock, retry=NO_RETRY))
    wallets = Wallets(world, process, limits, seed)
    node.answer("getBalance", wallets.answer_balance)
    process.executor._lander = FakeLander(wallets.land)
    give_blockhash(process)

    async def one() -> Outcome:
        await wallets.a_while(150)
        since = world.clock.monotonic() if wallets.rng.random() < 0.5 else None
        if since is not None:
            await process.executor.look_ahead("pool")
            await wallets.a_while(60)
        spend = SOL * wallets.rng.randrange(100, 900) // 1_000
        mint = str(Keypair.from_seed(bytes([wallets.rng.randrange(12)] * 32)).pubkey())
        creator = f"creator {wallets.rng.randrange(3)}"
        order = process.buy_order(token, spend, mint=mint, judged_since=since, creator=creator)
        return await process.executor.buy(order)

    async def all_of_them() -> list[Outcome]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one()) for _ in range(wallets.rng.randrange(6, 17))]
        return [task.result() for task in tasks]

    outcomes = asyncio.run(all_of_them())
    process.close()
    assert wallets.broken == [], seed
    return outcomes


def test_the_property_above_can_fail(still_world: tuple[World, LaunchedToken], tmp_path: Path) -> None:
    """Without the door's arithmetic on what is in flight the checker finds a broken limit."""
    world, token = still_world
    node = FakeRpc()
    process = Process(world, tmp_path / "journal.db", rpc=RpcClient(node, world.clock, retry=NO_RETRY))
    wallets = Wallets(world, process, LIMITS, 1)
    node.answer("getBalance", wallets.answer_balance)
    process.executor._lander = FakeLander(wallets.land)
    process.door.admit_buy = lambda *_: None  # type: ignore[method-assign]
    give_blockhash(process)
    mints = [str(Keypair.from_seed(bytes([number] * 32)).pubkey()) for number in range(12)]

    async def all_of_them() -> None:
        async with asyncio.TaskGroup() as group:
            for mint in [*mints, *mints]:
                group.create_task(process.executor.buy(process.buy_order(token, SOL, mint=mint)))

    asyncio.run(all_of_them())
    process.close()
    kinds = {text.partition(" ")[0] for text in wallets.broken}
    assert {"positions", "reserve", "one"} <= kinds


def test_the_token_account_is_the_associated_one(still_world: tuple[World, LaunchedToken]) -> None:
    """What the position remembers is where the tokens are."""
    world, token = still_world
    process = Process(world, world.folder / "account" / "journal.db")
    plan = process.executor._planner.buy(process.buy_order(token), 0)
    expected = associated_token_address(world.wallet, str(token.mint), str(token.program))
    assert plan.intent.facts["token_account"] == expected
    process.close()
