"""The desk: what other commands may ask, through a real inbox file."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from sniperforge.chain.clock import SystemClock
from sniperforge.coordination.inbox import InboxClient, InboxServer
from sniperforge.coordination.request_table import Request
from sniperforge.domain.trade import IntentKind, PositionState
from sniperforge.engine.events import Trouble
from sniperforge.engine.requests import ABANDON, HALT, RESUME, SELL, RequestDesk, find_position, sale_amount
from sniperforge.errors import ConfigError, NotFoundError, RefusedError, StorageError, UsageError
from sniperforge.execution.mev import Mev, TipPolicy, may_go
from tests.engine.kit import SOL, HeldLander, World, flatten, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from sniperforge.domain.trade import Fill, Position


class Office:
    """A process that holds the wallet, its guard and its desk, and a sender at the other end of the file."""

    def __init__(self, folder: Path) -> None:
        self.world = World(folder)
        self.process = self.world.process()
        self.path = folder / "wallet.inbox"
        self.server = InboxServer(self.path, clock=SystemClock())
        self.halted: list[str] = []
        self.engines = True

    def desk(self, inbox: Any = None) -> RequestDesk:
        """The desk of this process."""
        return RequestDesk(
            inbox=inbox or self.server,
            journal=self.process.journal,
            guard=self.process.guard,
            halt=self.halted.append,
            resume=lambda: self.halted.append("resumed"),
            clock=self.world.clock,
            tell=self.process.told.append,
            may_pay=self._may_pay,
        )

    def _may_pay(self, mev: Mev) -> None:
        if mev is not Mev.NONE and not self.engines:
            raise ConfigError("no block engine")

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Requests are answered while the block runs."""
        async with self.world.running(), asyncio.TaskGroup() as group:
            works = (self.process.blockhashes.run(), self.desk().run())
            tasks = [group.create_task(work) for work in works]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()

    async def ask(self, kind: str, **payload: Any) -> dict[str, Any]:
        """Post a request as another command does."""
        client = InboxClient(
            self.path, clock=SystemClock(), new_id=lambda: str(uuid.uuid4()), holder=lambda: None
        )
        return await client.post(kind, payload)

    async def held(self, spend: int = SOL) -> Position:
        """A position that no rule sells."""
        token = await self.world.launch()
        async with self.world.running():
            return await self.process.bought(token, spend, exit_policy={"max_hold_seconds": "99999"})

    def state(self, position: Position) -> PositionState:
        """As journalled."""
        return self.process.position(position.id).state

    def sales(self) -> list[Fill]:
        """Every landed sale."""
        return [fill for fill in self.process.journal.fills() if fill.kind is IntentKind.SELL]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """A funded wallet, held."""
    return Office(tmp_path)


class TestSell:
    async def test_all_by_default(self, office: Office) -> None:
        """Accepted at once, sold soon after, followed by its key; the sender is named as its origin."""
        position = await office.held()
        async with office.open():
            answer = await office.ask(SELL, position=position.mint, client_key="k", origin="panic")
            assert answer == {"accepted": True, "position_id": position.id, "client_key": "k"}
            await until(lambda: office.state(position) is PositionState.CLOSED, office.world)
        intent = office.process.journal.intent_by_key("k")
        assert intent is not None
        assert (intent.origin, intent.reason) == ("panic", "sold by command")

    @pytest.mark.parametrize(
        ("payload", "share"),
        [({"percent": 25}, 0.25), ({"percent": "50"}, 0.5), ({"raw": "1000000000"}, None)],
    )
    async def test_a_part(self, office: Office, payload: dict[str, Any], share: float | None) -> None:
        """By percentage or by raw units, as number or as text."""
        position = await office.held()
        async with office.open():
            await office.ask(SELL, position=position.id, **payload)
            await until(office.sales, office.world)
        sold = -office.sales()[0].token_delta
        assert sold == (10**9 if share is None else int(position.raw * share))
        assert office.state(position) is PositionState.OPEN

    @pytest.mark.parametrize(
        ("payload", "text"),
        [
            ({"percent": 0}, "0 % is not between"),
            ({"percent": 101}, "101 % is not between"),
            ({"percent": "half"}, "not a whole number"),
            ({"percent": 12.5}, "not a whole number"),
            ({"percent": None}, "not a whole number"),
            ({"percent": True}, "not a whole number"),
            ({"raw": 0}, "above 0"),
            ({"raw": "-5"}, "above 0"),
            ({"raw": "1e9"}, "not a whole number"),
            ({"raw": "٣"}, "not a whole number"),
            ({"raw": "9" * 5_000}, "not a whole number"),
            ({"raw": [1]}, "not a whole number"),
        ],
    )
    async def test_no_amount(self, office: Office, payload: dict[str, Any], text: str) -> None:
        """The sender is told, the desk goes on, nothing is sold."""
        position = await office.held()
        async with office.open():
            with pytest.raises(UsageError, match=text):
                await office.ask(SELL, position=position.id, **payload)
            assert await office.ask(RESUME) == {"halted": False}
        assert office.sales() == []

    async def test_exactly_what_is_held(self, office: Office) -> None:
        """Is all of it."""
        position = await office.held()
        async with office.open():
            await office.ask(SELL, position=position.id, raw=str(position.raw))
            await until(lambda: office.state(position) is PositionState.CLOSED, office.world)

    async def test_more_than_is_held(self, office: Office) -> None:
        """Refused at once, with what is held."""
        position = await office.held()
        async with office.open():
            with pytest.raises(RefusedError) as caught:
                await office.ask(SELL, position=position.id, raw=str(position.raw + 1))
        assert caught.value.details == {"held": str(position.raw)}

    @pytest.mark.parametrize("configured", [Mev.NONE, Mev.BUNDLE])
    @pytest.mark.parametrize("chosen", [None, *Mev])
    async def test_a_policy_of_its_own(self, office: Office, configured: Mev, chosen: Mev | None) -> None:
        """It goes over the configured one; a request without one, as older commands send it, leaves it."""
        position = await office.held()
        office.process = office.world.crash(office.process, "next")
        office.process.tips = TipPolicy(configured, 50_000, 100_000)
        office.process.__post_init__()
        more = {} if chosen is None else {"mev": chosen.value}
        async with office.open():
            await office.ask(SELL, position=position.id, **more)
            await until(office.sales, office.world)
        (sale,) = office.sales()
        attempt = office.process.journal.attempt(sale.settlement.signature)
        assert attempt is not None
        wanted = configured if chosen is None else chosen
        assert (may_go(attempt.raw), sale.settlement.tip) == (wanted, 50_000 if wanted is not Mev.NONE else 0)

    async def test_a_policy_that_cannot_be(self, office: Office) -> None:
        """The sender is told at once: no such policy, or no block engine here; nothing is sold."""
        position = await office.held()
        office.engines = False
        async with office.open():
            for mev in ("private", 7, ["tip"]):
                with pytest.raises(UsageError, match="not one of none, tip, bundle"):
                    await office.ask(SELL, position=position.id, mev=mev)
            with pytest.raises(ConfigError):
                await office.ask(SELL, position=position.id, mev="bundle")
            assert await office.ask(RESUME) == {"halted": False}
            assert office.state(position) is PositionState.OPEN
            await office.ask(SELL, position=position.id, mev="none")
            await until(office.sales, office.world)

    async def test_no_such_position(self, office: Office) -> None:
        """The sender gets the same error as if it had looked itself."""
        async with office.open():
            with pytest.raises(NotFoundError, match="no held position of nothing"):
                await office.ask(SELL, position="nothing")
            with pytest.raises(NotFoundError):
                await office.ask(SELL)

    async def test_a_sale_that_fails_later_is_told(self, office: Office) -> None:
        """The answer was given; who listens to the session hears of it."""
        position = await office.held()
        office.process.executor._lander = lander = HeldLander(office.process.landing)
        lander.between.set()
        async with office.open():
            await office.ask(SELL, position=position.id)
            await lander.reached.wait()
            await office.ask(SELL, position=position.id)
            lander.before.set()
            await until(
                lambda: any(isinstance(event, Trouble) for event in office.process.told), office.world
            )
        (trouble,) = [event for event in office.process.told if isinstance(event, Trouble)]
        assert trouble.where == "sell"
        assert trouble.text.startswith(f"{position.mint}: no held position")
        assert len(office.sales()) == 1


class TestKeys:
    async def test_a_used_key_is_answered_and_sells_nothing(self, office: Office) -> None:
        """Also when the position is sold by now: its sender finds the outcome in the journal."""
        position = await office.held()
        async with office.open():
            first = await office.ask(SELL, position=position.id, client_key="k")
            await until(lambda: office.state(position) is PositionState.CLOSED, office.world)
            again = await office.ask(SELL, position=position.mint[:8], client_key="k")
        assert first == again
        assert len(office.sales()) == 1

    async def test_a_key_of_another_intent_is_refused(self, office: Office) -> None:
        """One key is one intent: neither another position's nor a buy's."""
        one, two = await office.held(), await office.held()
        token = await office.world.launch()
        async with office.world.running():
            await office.process.bought(token, client_key="buy")
        async with office.open():
            await office.ask(SELL, position=one.id, client_key="k", percent=10)
            await until(office.sales, office.world)
            for position, key in [(two, "k"), (one, "buy")]:
                with pytest.raises(UsageError, match="used before for something else"):
                    await office.ask(SELL, position=position.id, client_key=key)
            with pytest.raises(UsageError):
                await office.ask(SELL, client_key="k")
        assert len(office.sales()) == 1


class TestOthers:
    async def test_abandon(self, office: Office) -> None:
        """The position is worthless from now on, by the user's word alone."""
        position = await office.held()
        async with office.open():
            assert await office.ask(ABANDON, position=position.pool) == {"abandoned": position.id}
            with pytest.raises(NotFoundError):
                await office.ask(ABANDON, position=position.pool)
        after = office.process.position(position.id)
        assert (after.state, after.note) == (PositionState.WORTHLESS, "abandoned by command")
        assert after.closed_at is not None

    async def test_halt_and_resume(self, office: Office) -> None:
        """With the sender's reason, or a plain one."""
        async with office.open():
            assert await office.ask(HALT, reason="storm") == {"halted": True}
            assert await office.ask(HALT) == {"halted": True}
            assert await office.ask(RESUME) == {"halted": False}
        assert office.halted == ["storm", "by command", "resumed"]

    async def test_an_unknown_kind(self, office: Office) -> None:
        """Of a newer version, for example."""
        async with office.open():
            with pytest.raises(UsageError, match="does not know the request 'dance'"):
                await office.ask("dance")


class BrokenInbox:
    """An inbox whose file takes no answers."""

    def __init__(self, *requests: Request) -> None:
        self._requests = requests
        self.answered = 0

    async def requests(self, *, on_trouble: Callable[[StorageError], None]) -> AsyncIterator[Request]:
        """What was posted before it broke."""
        on_trouble(StorageError("cannot read"))
        for request in self._requests:
            yield request

    async def answer(self, request_id: str, payload: Any) -> bool:
        """Never."""
        self.answered += 1
        raise StorageError("disk full")

    async def refuse(self, request_id: str, error: Any) -> bool:
        """Never either."""
        return await self.answer(request_id, error)


class TestDisks:
    async def test_an_inbox_that_fails_does_not_end_the_trading(self, office: Office) -> None:
        """What was asked is done; the trouble is told."""
        requests = [
            Request(str(number), kind, {}, 0.0, 9.0) for number, kind in enumerate(["resume", "dance"])
        ]
        inbox = BrokenInbox(*requests)
        await office.desk(inbox).run()
        assert office.halted == ["resumed"]
        assert inbox.answered == 2
        assert office.process.told == [
            Trouble("inbox", "cannot read"),
            Trouble("inbox", "disk full"),
            Trouble("inbox", "disk full"),
        ]

    async def test_a_journal_that_fails_ends_it_after_the_sender_was_told(self, office: Office) -> None:
        """What cannot be journalled must not be traded; nobody is left waiting."""
        position = await office.held()
        office.process.journal._db._connection.execute("PRAGMA query_only=ON")
        asked: list[asyncio.Task[dict[str, Any]]] = []

        async def ask() -> None:
            async with office.open():
                asked.append(asyncio.create_task(office.ask(ABANDON, position=position.id)))
                await asyncio.wait(asked, timeout=5)
                await asyncio.sleep(5)

        with pytest.raises(ExceptionGroup) as caught:
            await ask()
        assert [type(error) for error in flatten(caught.value)] == [StorageError]
        with pytest.raises(Exception, match="cannot write"):
            await asked[0]

    async def test_a_sale_that_cannot_be_journalled_ends_it(self, office: Office) -> None:
        """It was accepted; nothing was sent."""
        position = await office.held()
        office.process.executor._lander = lander = HeldLander(office.process.landing)

        async def ask() -> None:
            async with office.open():
                office.process.journal._db._connection.execute("PRAGMA query_only=ON")
                await office.ask(SELL, position=position.id)
                await asyncio.sleep(5)

        with pytest.raises(ExceptionGroup) as caught:
            await ask()
        assert {type(error) for error in flatten(caught.value)} == {StorageError}
        assert lander.handed == []


class TestNames:
    async def test_an_id_a_mint_a_pool_or_its_beginning(self, office: Office) -> None:
        """From six letters on, when it is the only one."""
        position = await office.held()
        journal = office.process.journal
        for name in (position.id, position.mint, position.pool, position.mint[:6], position.pool[:10]):
            assert find_position(journal, name) == position
        for name in ("", position.mint[:5], "zzzzzzzz"):
            with pytest.raises(NotFoundError, match="no held position"):
                find_position(journal, name)

    async def test_a_beginning_of_several_is_refused(self, office: Office) -> None:
        """With their mints, so that one can be named."""
        one = await office.held()
        journal = office.process.journal
        two = await office.held()
        journal._db._connection.execute(
            "UPDATE positions SET pool = ? WHERE id = ?", (one.pool[:8] + two.pool[8:], two.id)
        )
        with pytest.raises(NotFoundError, match="2 held positions begin with") as caught:
            find_position(journal, one.pool[:8])
        assert one.mint in caught.value.message
        assert find_position(journal, one.pool) == one

    async def test_a_share_is_at_least_one_unit(self, office: Office) -> None:
        """One percent of almost nothing; all is all."""
        import dataclasses

        position = dataclasses.replace(await office.held(), raw=7)
        assert sale_amount(position, {"percent": 1}) == 1
        assert sale_amount(position, {"percent": 99}) == 6
        assert sale_amount(position, {}) is None
        assert sale_amount(position, {"raw": 7}) == 7
