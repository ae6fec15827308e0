"""Puts a wallet's trading together: lock first, then journal, then everything that reads or spends."""

from __future__ import annotations

import secrets
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sniperforge.app.heartbeat import heartbeat
from sniperforge.app.holding import inbox_file, open_journal, take
from sniperforge.app.limits import limits_of
from sniperforge.chain.clock import WallClock
from sniperforge.chain.fate import Pace
from sniperforge.chain.landing import Landing
from sniperforge.chain.witnesses import Witnesses
from sniperforge.config.values import lamports_of
from sniperforge.coordination.inbox import InboxServer
from sniperforge.dex.registry import venue_named
from sniperforge.engine.audit import Audit
from sniperforge.engine.blockhash_cache import BlockhashCache
from sniperforge.engine.compute_units import ComputeUnits
from sniperforge.engine.door import Door
from sniperforge.engine.executor import Executor
from sniperforge.engine.fee_levels import FeeLevels
from sniperforge.engine.guard import Guard
from sniperforge.engine.holdings import Holdings
from sniperforge.engine.kill_switch import KillSwitch
from sniperforge.engine.nonces import NoncePool
from sniperforge.engine.orders import ExecutionPolicy
from sniperforge.engine.requests import RequestDesk
from sniperforge.engine.series_end import SeriesEnder
from sniperforge.engine.session import Session
from sniperforge.engine.unknown_tokens import UnknownTokens
from sniperforge.errors import NotFoundError, StorageError
from sniperforge.execution.mev import Mev, TipPolicy
from sniperforge.market.pool_watch import PoolWatch
from sniperforge.orders.slippage import SlippagePolicy
from sniperforge.store.shared import SharedStore
from sniperforge.tokens.account import TOKEN_ACCOUNT_SIZE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from sniperforge.app.node import Node
    from sniperforge.chain.websocket import PubSubClient
    from sniperforge.config.model import Config
    from sniperforge.coordination.wallet_lock import WalletLock
    from sniperforge.engine.events import SessionEvent
    from sniperforge.ports import Signer
    from sniperforge.store.journal import Journal

COMPUTE_UNITS: Final = 200_000
"""Limit of a trade: three times what a swap with its accounts needs on the recorded venues."""


@dataclass(frozen=True, slots=True)
class Trader:
    """Everything of one wallet's trading, put together and locked."""

    node: Node
    wallet: str
    journal: Journal
    shared: SharedStore
    pubsub: PubSubClient
    executor: Executor
    guard: Guard
    session: Session
    account_rent: int


@asynccontextmanager
async def open_trader(
    node: Node,
    signer: Signer,
    *,
    bot: str,
    command: str,
    tell: Callable[[SessionEvent], None],
    health: Callable[[], dict[str, Any]] = dict,
    closes: bool = True,
) -> AsyncIterator[Trader]:
    """Take the wallet, open its journal, recover what must be known before a decision.

    Args:
        bot: the bot's name for the lock's text; empty for a one-off command, which guards no positions.
        tell: hears every event; must not block.
        health: what ``status`` shows of this process.
        closes: whether the accounts of sold positions are closed meanwhile.

    Raises:
        ConfigError: trades are to be sent to block engines, and the network has none.
        WalletBusyError: another process trades this wallet.
        UnavailableError: the node does not answer.
        StorageError: journal, lock or inbox cannot be written.
    """
    node.settings.require_block_engine()
    async with AsyncExitStack() as stack:
        lock = stack.enter_context(take(node, signer.pubkey, bot=bot, command=command))
        journal = open_journal(node, signer.pubkey)
        stack.callback(journal.close)
        shared = SharedStore(node.shared_path)
        stack.callback(shared.close)
        inbox = InboxServer(inbox_file(node, signer.pubkey), clock=WallClock())
        stack.callback(inbox.close)
        pubsub = await stack.enter_async_context(node.pubsub())
        account_rent = await node.rpc.minimum_rent(TOKEN_ACCOUNT_SIZE)
        held = _Held(node, signer, lock, journal, shared, pubsub, account_rent)
        switch = KillSwitch(journal, node.settings.kill_file)
        trader = _assemble(held, switch, tell, guards=bool(bot), closes=closes)
        desk = RequestDesk(
            inbox=inbox,
            journal=journal,
            guard=trader.guard,
            halt=trader.session.halt,
            resume=partial(_resume, switch, trader.session),
            clock=node.clock,
            tell=tell,
            may_pay=node.settings.require_block_engine,
        )
        trader.session.add_service(desk.run)
        trader.session.add_service(lambda: switch.watch(node.clock, tell))
        if bot:  # a one-off command leaves the record of the wallet's last bot alone
            trader.session.add_service(lambda: heartbeat(node, signer.pubkey, bot, shared, health))
        await trader.session.open()
        yield trader


@dataclass(frozen=True, slots=True)
class _Held:
    node: Node
    signer: Signer
    lock: WalletLock
    journal: Journal
    shared: SharedStore
    pubsub: PubSubClient
    account_rent: int


def _resume(switch: KillSwitch, session: Session) -> None:
    switch.require_no_file()
    session.resume()


def _assemble(
    held: _Held,
    switch: KillSwitch,
    tell: Callable[[SessionEvent], None],
    *,
    guards: bool,
    closes: bool,
) -> Trader:
    node, journal, pubsub = held.node, held.journal, held.pubsub
    config, clock, wallet = node.settings.config, node.clock, held.signer.pubkey
    blockhashes = BlockhashCache(node.rpc, clock, pubsub)
    nonces = NoncePool(
        wallet=wallet, journal=journal, rpc=node.rpc, clock=clock, size=config.execution.nonce_accounts
    )
    landing = _landing(node, pubsub)
    levels = FeeLevels(rpc=node.rpc, journal=journal, clock=clock)
    executor = Executor(
        signer=held.signer,
        journal=journal,
        lander=landing,
        blockhashes=blockhashes,
        door=_door(held, switch),
        policy=execution_policy(config, held.account_rent),
        clock=clock,
        holds=held.lock.still_held,
        new_id=lambda: secrets.token_hex(16),
        nonces=nonces,
        dearer_after=config.execution.exit_retry_ms / 1_000,
        levels=levels,
        units=ComputeUnits(node.rpc, most=COMPUTE_UNITS),
    )
    guard = Guard(
        journal=journal,
        executor=executor,
        watch=partial(_watch, node, pubsub),
        slippage=slippage_of(config),
        clock=clock,
        tell=tell,
        pools_of=partial(_pools_of, held.shared),
    )
    session = Session(
        journal=journal,
        executor=executor,
        guard=guard,
        audit=Audit(wallet=wallet, rpc=node.rpc, journal=journal, clock=clock, dropped=landing.dropped),
        blockhashes=blockhashes,
        clock=clock,
        holds=held.lock.still_held,
        tell=tell,
        guards=guards,
        closes=closes,
    )
    if guards:
        session.add_service(lambda: nonces.run(executor, tell))
        session.add_service(levels.run)
    _compare(held, session, executor, tell, guards=guards)
    return Trader(node, wallet, journal, held.shared, pubsub, executor, guard, session, held.account_rent)


def _compare(
    held: _Held, session: Session, executor: Executor, tell: Callable[[SessionEvent], None], *, guards: bool
) -> None:
    """Hold the wallet's token accounts against the journal: at start, and while a bot runs."""
    wallet, journal, clock, rpc = held.signer.pubkey, held.journal, held.node.clock, held.node.rpc
    holdings = Holdings(
        wallet=wallet, rpc=rpc, journal=journal, clock=clock, selling=executor.selling, tell=tell
    )
    session.add_first_look(holdings.look)
    session.add_service(SeriesEnder(journal=journal, executor=executor, clock=clock, tell=tell).run)
    if guards:
        unknown = UnknownTokens(
            wallet=wallet, rpc=rpc, journal=journal, clock=clock, selling=executor.selling, tell=tell
        )
        session.add_service(holdings.run)
        session.add_service(unknown.run)


def _landing(node: Node, pubsub: PubSubClient) -> Landing:
    return Landing(
        senders=node.senders,
        tipped=node.tipped,
        private=node.private,
        witnesses=Witnesses(node.witnesses, node.clock),
        pubsub=pubsub,
        clock=node.clock,
        pace=pace_of(node.settings.config),
    )


def _door(held: _Held, switch: KillSwitch) -> Door:
    node = held.node
    return Door(
        wallet=held.signer.pubkey,
        limits=limits_of(node.settings.config),
        journal=held.journal,
        rpc=node.rpc,
        clock=node.clock,
        switch=switch,
    )


def _pools_of(shared: SharedStore, mint: str) -> list[tuple[str, str]]:
    """A record of decisions that cannot be read leaves a sale its own pool."""
    try:
        return shared.pools_of(mint)
    except StorageError:
        return []


def _watch(node: Node, pubsub: PubSubClient, dex: str, pool: str) -> PoolWatch:
    venue = venue_named(dex)
    if venue is None:
        raise NotFoundError(f"{dex} is no venue that can be traded")
    return PoolWatch(venue, pool, source=node.rpc, pubsub=pubsub, clock=node.clock)


def execution_policy(config: Config, account_rent: int) -> ExecutionPolicy:
    """How transactions are priced."""
    execution = config.execution
    return ExecutionPolicy(
        compute_units=COMPUTE_UNITS,
        micro_lamports=execution.priority_fee_micro_lamports,
        max_fee=lamports_of(execution.max_fee_sol),
        account_rent=account_rent,
        max_fee_bps=int(execution.max_fee_percent * 100),
        percentiles=(
            execution.fee_percentile_normal,
            execution.fee_percentile_fast,
            execution.fee_percentile_urgent,
        ),
        tips=TipPolicy(
            Mev(execution.mev), lamports_of(execution.tip_sol), lamports_of(execution.max_tip_sol)
        ),
    )


def pace_of(config: Config) -> Pace:
    """How often the same bytes are sent again."""
    return Pace(resend=config.execution.resend_interval_ms / 1_000)


def slippage_of(config: Config) -> SlippagePolicy:
    """How exits widen."""
    start, most = config.execution.exit_slippage_bps, config.execution.exit_slippage_max_bps
    return SlippagePolicy(start_bps=start, urgent_start_bps=max(start, min(1_000, most)), max_bps=most)
