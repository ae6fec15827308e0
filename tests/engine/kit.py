"""A chain without sockets whose time runs as fast as it can, tokens on it, and processes that trade one wallet."""

from __future__ import annotations

import asyncio
import itertools
import shutil
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sniperforge.chain.jito import BlockEngineSender
from sniperforge.chain.landing import Landing
from sniperforge.chain.retries import NO_RETRY
from sniperforge.chain.rpc import RpcClient
from sniperforge.chain.witnesses import Witness, Witnesses
from sniperforge.dex.raydium_cpmm.venue import RaydiumCpmm
from sniperforge.dex.registry import events_of, venue_named
from sniperforge.dex.transaction import parse_transaction
from sniperforge.domain.addresses import LAMPORTS_PER_SOL, SYSTEM_PROGRAM
from sniperforge.domain.chain import Account
from sniperforge.domain.events import NewPool
from sniperforge.domain.pool import EventKind
from sniperforge.engine.audit import Audit
from sniperforge.engine.blockhash_cache import BlockhashCache
from sniperforge.engine.door import Door
from sniperforge.engine.executor import Executor, Lander
from sniperforge.engine.guard import Guard
from sniperforge.engine.kill_switch import KillSwitch
from sniperforge.engine.nonces import NoncePool
from sniperforge.engine.orders import BuyOrder, ExecutionPolicy, SellOrder
from sniperforge.engine.session import Session
from sniperforge.execution.mev import TipPolicy
from sniperforge.localnet.genesis import Genesis
from sniperforge.localnet.ledger.pace import SlotProfile
from sniperforge.localnet.market.actor import Actor, seed_of
from sniperforge.localnet.market.archetypes import ARCHETYPES
from sniperforge.localnet.market.crowd import SIZE, Crowd
from sniperforge.localnet.market.launchpad import LaunchedToken
from sniperforge.localnet.market.schedule import Step, launches
from sniperforge.localnet.network import LocalNetwork
from sniperforge.market.pool_watch import PoolWatch
from sniperforge.orders.slippage import SlippagePolicy
from sniperforge.risk.limits import Limits
from sniperforge.store.journal import Journal
from sniperforge.testing.clock import FakeClock
from sniperforge.wallets.secret import SecretKey
from sniperforge.wallets.signer import KeypairSigner

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from sniperforge.dex.venue import PoolState
    from sniperforge.domain.outcome import Outcome
    from sniperforge.domain.trade import Position
    from sniperforge.engine.events import SessionEvent

SOL = LAMPORTS_PER_SOL
SLOT_SECONDS = 0.4
START = 1_790_000_000.0
FUNDS = 20 * SOL
SPEND = SOL // 10
PROFILE = SlotProfile(slot_ms=400, confirm_slots=1, finalize_slots=4)
LIMITS = Limits(
    max_trade_lamports=5 * SOL,
    max_open_positions=10,
    max_exposure_lamports=15 * SOL,
    max_daily_loss_lamports=5 * SOL,
    reserve_lamports=SOL // 10,
)
KEY = SecretKey.from_seed(b"w" * 32)


class World:
    """A chain, its traders and one wallet's key.

    Time is a :class:`FakeClock` that jumps once everything waits; :meth:`running` lets slots pass with it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock(START, autojump=True)
        self.network = LocalNetwork(
            Genesis(b"s" * 32), profile=PROFILE, now=self.clock.now, block_engine_rate=0
        )
        self.ledger = self.network.ledger
        self.rpc = RpcClient(self.network.transport(), self.clock, retry=NO_RETRY)
        self.signer = KeypairSigner(KEY)
        self.wallet = self.signer.pubkey
        self.network.faucet.drip(self.wallet, FUNDS)
        self.slots(2)
        self.rent = 2_039_280
        self._coming = launches(1, per_minute=60, crowd=SIZE)
        self.numbers = itertools.count(1)

    def slots(self, count: int = 1) -> None:
        """Open slots without waiting; time stands still."""
        for _ in range(count):
            self.ledger.advance()

    @cached_property
    def crowd(self) -> Crowd:
        """Traders with SOL, made when the first of them is needed."""
        treasury = Actor(self.ledger, seed_of("treasury", 1))
        self.ledger.set_account(Account(str(treasury.key), SYSTEM_PROGRAM, 10**6 * SOL, b""))
        crowd = Crowd(self.ledger, treasury, 1)
        crowd.open()
        return crowd

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Let a slot pass every 0.4 s of the clock."""

        async def pass_slots() -> None:
            while True:
                await self.clock.sleep(SLOT_SECONDS)
                self.ledger.advance()

        passing = asyncio.create_task(pass_slots())
        try:
            yield
        finally:
            passing.cancel()
            await asyncio.wait([passing])

    def create(self, archetype: str = "organic", *, liquidity: int = 40 * SOL) -> LaunchedToken:
        """Launch a token now; its pool opens a second later."""
        kind = next(each for each in ARCHETYPES if each.name == archetype)
        launch = replace(next(self._coming), archetype=kind, liquidity=liquidity)
        token = LaunchedToken(self.ledger, launch)
        self.network.faucet.drip(str(token.creator), token.funds)
        assert token.create()
        self.slots(2)
        return token

    async def launch(self, archetype: str = "organic", *, liquidity: int = 40 * SOL) -> LaunchedToken:
        """Launch a token and wait until its pool is open."""
        token = self.create(archetype, liquidity=liquidity)
        await self.clock.sleep(2)
        self.slots()
        return token

    def state(self, token: LaunchedToken) -> PoolState:
        """The token's pool as the venue reads it now."""
        venue, known = RaydiumCpmm(), dict[str, Account | None]()
        while needed := venue.required_accounts(str(token.pool.pool), known):
            known |= {address: self.ledger.account(address) for address in needed}
        return venue.load(str(token.pool.pool), known, epoch=0)

    def crowd_buys(self, token: LaunchedToken, lamports: int, trader: int = 0) -> None:
        """Somebody else buys."""
        self.crowd.trade(token, Step(0, trader, lamports=lamports))

    def crowd_sells(self, token: LaunchedToken, trader: int = 0, percent: int = 100) -> None:
        """Somebody else sells."""
        self.crowd.trade(token, Step(0, trader, sell_percent=percent))

    def lamports(self, address: str = "") -> int:
        """Of the wallet, or another account."""
        account = self.ledger.account(address or self.wallet)
        return account.lamports if account else 0

    def new_pool(self, token: LaunchedToken) -> NewPool:
        """The creation as the feed tells it."""
        for record in self.ledger.history.of_address(str(token.pool.pool)):
            request = {"encoding": "json", "maxSupportedTransactionVersion": 0, "commitment": "confirmed"}
            found = self.ask("getTransaction", record.signature, request)
            if found is None:
                continue  # not confirmed yet
            view = parse_transaction(found)
            for event in events_of(view):
                if event.kind is EventKind.POOL_CREATED:
                    now = self.clock.monotonic()
                    return NewPool(event, view, now, now)
        raise AssertionError("no creation")

    def ask(self, method: str, *parameters: Any) -> Any:
        """The result of one JSON-RPC request."""
        import json

        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
        return json.loads(self.network.dispatcher.dispatch(json.dumps(request).encode()))["result"]

    def process(self, name: str = "first", **changes: Any) -> Process:
        """A process that takes the wallet, with its journal in a folder of this name."""
        return Process(self, self.folder / name / "journal.db", **changes)

    def crash(self, process: Process, name: str) -> Process:
        """What starts from the journal as it is on disk now; the old process is left as it is."""
        source, target = process.path.parent, self.folder / name
        target.mkdir()
        for file in source.iterdir():
            shutil.copy(file, target / file.name)
        return self.process(name)


class Engine:
    """The chain's block engine without a socket: a transport to one of its paths."""

    def __init__(self, network: LocalNetwork, path: str) -> None:
        self._network = network
        self._path = path

    async def post(self, payload: bytes) -> bytes:
        """The reply's body."""
        return (await self._network.block_engine.handle("POST", self._path, body=payload)).body

    async def aclose(self) -> None:
        """Nothing is open."""


@dataclass
class Process:
    """Everything of a process that trades the wallet, wired as the composition root does."""

    world: World
    path: Path
    limits: Limits = LIMITS
    lander: Lander | None = None
    slippage: SlippagePolicy = field(default_factory=SlippagePolicy)
    micro_lamports: int = 1_000
    watch: Callable[[str, str], Any] | None = None
    rpc: RpcClient | None = None
    nonces: int = 0
    tips: TipPolicy = field(default_factory=TipPolicy)

    def __post_init__(self) -> None:
        world, clock = self.world, self.world.clock
        self.told: list[SessionEvent] = []
        self.held = True
        self.journal = Journal(self.path)
        self.rpc = self.rpc or world.rpc
        self.landing = Landing(
            senders=[self.rpc],
            witnesses=Witnesses([Witness(self.rpc)], clock),
            pubsub=world.network.pubsub(),
            clock=clock,
            tipped=[BlockEngineSender(Engine(world.network, "/api/v1/transactions"), "sendTransaction")],
            private=[BlockEngineSender(Engine(world.network, "/api/v1/bundles"), "sendBundle")],
        )
        self.blockhashes = BlockhashCache(self.rpc, clock, world.network.pubsub())
        self.door = Door(
            wallet=world.wallet,
            limits=self.limits,
            journal=self.journal,
            rpc=self.rpc,
            clock=clock,
            switch=KillSwitch(self.journal, self.path.with_name("KILL")),
        )
        self.pool = NoncePool(
            wallet=world.wallet, journal=self.journal, rpc=self.rpc, clock=clock, size=self.nonces
        )
        self.executor = Executor(
            signer=world.signer,
            journal=self.journal,
            lander=self.lander or self.landing,
            blockhashes=self.blockhashes,
            door=self.door,
            policy=ExecutionPolicy(200_000, self.micro_lamports, 10_000_000, world.rent, tips=self.tips),
            clock=clock,
            holds=lambda: self.held,
            new_id=self._ids(),
            nonces=self.pool if self.nonces else None,
        )
        self.guard = Guard(
            journal=self.journal,
            executor=self.executor,
            watch=self.watch or self._watch,
            slippage=self.slippage,
            clock=clock,
            tell=self.told.append,
        )
        self.audit = Audit(
            wallet=world.wallet,
            rpc=self.rpc,
            journal=self.journal,
            clock=clock,
            dropped=self.landing.dropped,
        )
        self.session = Session(
            journal=self.journal,
            executor=self.executor,
            guard=self.guard,
            audit=self.audit,
            blockhashes=self.blockhashes,
            holds=lambda: self.held,
            clock=clock,
            tell=self.told.append,
        )

    def _ids(self) -> Callable[[], str]:
        return lambda: f"intent-{next(self.world.numbers)}"

    def _watch(self, dex: str, pool: str) -> PoolWatch:
        venue = venue_named(dex)
        assert venue is not None
        network = self.world.network
        return PoolWatch(venue, pool, source=self.world.rpc, pubsub=network.pubsub(), clock=self.world.clock)

    def buy_order(self, token: LaunchedToken, spend: int = SPEND, **changes: Any) -> BuyOrder:
        """A buy on the pool's state of this moment."""
        state = self.world.state(token)
        order = BuyOrder(
            venue=RaydiumCpmm(),
            state=state,
            mint=state.base_mint,
            token_program=state.token_program(state.base_mint),
            decimals=state.decimals(state.base_mint),
            spend=spend,
            slippage_bps=500,
            origin="test",
        )
        return replace(order, **changes)

    def sell_order(self, token: LaunchedToken, position: Position, raw: int, **changes: Any) -> SellOrder:
        """A sale on the pool's state of this moment."""
        state = self.world.state(token)
        order = SellOrder(RaydiumCpmm(), state, position, raw, 500, origin="test", reason="because")
        return replace(order, **changes)

    async def bought(self, token: LaunchedToken, spend: int = SPEND, **changes: Any) -> Position:
        """Buy and return the position."""
        await self.blockhashes.refresh()
        outcome = await self.executor.buy(self.buy_order(token, spend, **changes))
        assert outcome.ok, outcome
        return self.position(outcome.intent_id)

    def position(self, position_id: str) -> Position:
        """A position that must be there."""
        position = self.journal.position(position_id)
        assert position is not None
        return position

    def moves(self, *whats: str) -> list[str]:
        """What was told of positions, in order, of these kinds or all."""
        told = [getattr(event, "what", "") for event in self.told]
        return [what for what in told if what and (not whats or what in whats)]

    def close(self) -> None:
        """End without a word, as a killed process does."""
        self.journal.close()


def unexplained(world: World, process: Process, before: int) -> int:
    """Lamports that the wallet lost or won and the journal does not know of."""
    fills = sum(fill.settlement.lamports_delta for fill in process.journal.fills())
    return world.lamports() - before - fills - process.journal.foreign_delta()


@dataclass
class HeldLander:
    """The real landing with gates: what reaches a gate waits until the test opens it.

    Attributes:
        before: opened before anything is sent.
        between: opened after it landed, before that is told.
        handed: signatures, with whether they were to be sent, in order.
    """

    inner: Lander
    before: asyncio.Event = field(default_factory=asyncio.Event)
    between: asyncio.Event = field(default_factory=asyncio.Event)
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    landed: asyncio.Event = field(default_factory=asyncio.Event)
    handed: list[tuple[str, bool]] = field(default_factory=list)

    async def land(
        self, raw: bytes, signature: str, last_valid_height: int, *, send: bool, deadline: float | None
    ) -> Any:
        """Wait at both gates."""
        self.handed.append((signature, send))
        self.reached.set()
        await self.before.wait()
        fate = await self.inner.land(raw, signature, last_valid_height, send=send, deadline=deadline)
        self.landed.set()
        await self.between.wait()
        return fate

    async def land_series(self, attempts: Any, *, send: bool, deadline: float | None) -> Any:
        """Wait at both gates."""
        self.handed.append((attempts[-1].signature, send))
        self.reached.set()
        await self.before.wait()
        fate = await self.inner.land_series(attempts, send=send, deadline=deadline)
        self.landed.set()
        await self.between.wait()
        return fate

    async def transaction(self, signature: str) -> Any:
        """As it is."""
        return await self.inner.transaction(signature)


async def until(condition: Callable[[], object], world: World, seconds: float = 120.0) -> None:
    """Let the world's time pass until ``condition()``."""
    give_up = world.clock.monotonic() + seconds
    while not condition():
        assert world.clock.monotonic() < give_up, "did not come true in time"
        await world.clock.sleep(0.05)


def flatten(error: BaseException) -> Iterator[BaseException]:
    """The errors inside groups."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from flatten(inner)
    else:
        yield error


def outcome_is(outcome: Outcome, kind: str) -> bool:
    """Whether an outcome is of a kind; shown in the failure otherwise."""
    assert outcome.kind == kind, outcome
    return True
