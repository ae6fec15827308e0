"""The main job from nothing: embedded network, market, funded wallet, sniper; and the truth afterwards."""

from __future__ import annotations

import tempfile
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sniperforge.app.books import Books, sum_of
from sniperforge.app.bot_run import RunTally, run_bot
from sniperforge.app.bots import bot_named
from sniperforge.app.node import Node, open_node
from sniperforge.app.trader import Trader, open_trader
from sniperforge.config.files import write_defaults
from sniperforge.config.load import Settings, load
from sniperforge.config.network import NetworkConfig
from sniperforge.domain.addresses import LAMPORTS_PER_SOL
from sniperforge.domain.amounts import format_sol
from sniperforge.engine.events import PoolSeen
from sniperforge.localnet.market.market import Market
from sniperforge.localnet.network import LocalNetwork
from sniperforge.tokens.account import decode_token_account
from sniperforge.wallets.secret import SecretKey
from sniperforge.wallets.signer import KeypairSigner

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from sniperforge.engine.events import SessionEvent
    from sniperforge.localnet.faults.plan import FaultPlan

FUNDS: Final = 10 * LAMPORTS_PER_SOL
LAUNCHES_PER_MINUTE: Final = 20
WITHOUT_PAUSES: Final = {
    "SNIPERFORGE_LIMITS__MAX_TRADES_PER_HOUR": "0",
    "SNIPERFORGE_LIMITS__MAX_LOSING_STREAK": "0",
}
"""What would stop buys for an hour is left out: a demo is over by then."""

QUIET_END_SECONDS: Final = 8
"""No launch comes this close to the end: what is bought shall have time to move."""


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What the demo did, and what the market knows about it.

    Attributes:
        wallet_delta: lamports, read from the chain.
        books: the same change as the journal explains it.
        truth: ``{class: {launched, seen, bought}}``, classes ``organic`` and ``rug`` first.
        launches: every launch as the market knows it.
        unrealized: lamports that held positions are worth beyond what they still cost.
    """

    seed: int
    duration: float
    tally: RunTally
    truth: dict[str, dict[str, int]]
    launches: list[dict[str, Any]]
    open_positions: int
    unresolved: int
    realized: int
    unrealized: int
    wallet_delta: int
    books: Books

    @property
    def unexplained(self) -> int:
        """Lamports that the chain moved and the journal does not explain: 0, or a bug."""
        return self.wallet_delta - self.books.wallet_delta

    def to_json(self) -> dict[str, Any]:
        """The document of ``demo --json``."""
        tally = self.tally
        return {
            "seed": self.seed,
            "duration_seconds": self.duration,
            "pools_seen": tally.seen,
            "bought": len(tally.bought),
            "refused": tally.refused,
            "exits": tally.exits,
            "open_positions": self.open_positions,
            "unresolved": self.unresolved,
            "realized_pnl_sol": format_sol(self.realized),
            "unrealized_pnl_sol": format_sol(self.unrealized),
            "fees_sol": format_sol(self.books.fees + self.books.tips),
            "wallet_delta_sol": format_sol(self.wallet_delta),
            "unexplained_sol": format_sol(self.unexplained),
            "books": self.books.to_json(),
            "refusals_by_check": tally.refused_by,
            "truth": self.truth,
            "latency_ms": {
                "decide_to_signed": percentiles_ms(tally.decided_after),
                "detect_to_signed": percentiles_ms(tally.signed_after),
                "detect_to_landed": percentiles_ms(tally.landed_after),
            },
            "launches": self.launches,
        }


@dataclass(frozen=True, slots=True)
class Stage:
    """The demo's world while it runs, for views and for checks from outside.

    Attributes:
        seen: mints of the pools that came out of the feed.
    """

    network: LocalNetwork
    market: Market
    node: Node
    trader: Trader
    tally: RunTally
    seen: set[str]
    tell: Callable[[SessionEvent], None]
    seed: int
    start_balance: int

    @property
    def rpc_url(self) -> str:
        """The network's JSON-RPC over HTTP."""
        return self.network.rpc_url


@asynccontextmanager
async def open_stage(
    *,
    seed: int,
    duration: float,
    tell: Callable[[SessionEvent], None],
    per_minute: int = LAUNCHES_PER_MINUTE,
    faults: FaultPlan | None = None,
) -> AsyncIterator[Stage]:
    """Set the demo up in a temporary folder; all of it is gone afterwards.

    Args:
        seed: of the market: the same seed launches the same tokens in the same order.
        duration: seconds for which the bot will run.
        tell: hears every event.
        per_minute: launches a minute.
        faults: of the network while the bot runs; its node is then asked over HTTP, where some of them are.
    """
    tally, seen = RunTally(), set[str]()

    def hear(event: SessionEvent) -> None:
        tally.hear(event)
        if isinstance(event, PoolSeen):
            seen.add(event.pool.event.base_mint)
        tell(event)

    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sniperforge-demo-")))
        network = LocalNetwork()
        last_launch_ms = int(max(duration - QUIET_END_SECONDS, 1) * 1_000)
        market = Market(network.ledger, seed=seed, per_minute=per_minute, last_launch_ms=last_launch_ms)
        signer = KeypairSigner(SecretKey.generate())
        funding = network.faucet.drip(signer.pubkey, FUNDS)
        for _ in range(0 if faults is None else faults.lag_slots + 2):
            network.ledger.advance()  # so long ago that a node which lags knows of it
        market.open()
        await stack.enter_async_context(network)
        stack.callback(market.close)
        node = await stack.enter_async_context(
            open_node(
                _settings(folder, network),
                transport=network.transport() if faults is None else None,
                locks=folder / "locks",
                patient=True,
            )
        )
        # The wallet's history begins after its funding: what comes later from others is a transfer.
        while (await node.rpc.transaction(funding.signature)) is None:
            await node.clock.sleep(network.ledger.profile.slot_ms / 1_000)
        trader = await stack.enter_async_context(
            open_trader(node, signer, bot="lp-sniper", command="demo", tell=hear)
        )
        start = await wallet_total(node, signer.pubkey)
        if faults is not None:
            network.faults.set(faults)
        yield Stage(network, market, node, trader, tally, seen, hear, seed, start)


async def play(stage: Stage, duration: float) -> DemoReport:
    """Run the sniper for ``duration`` seconds, drain, and report."""
    await run_bot(stage.trader, bot_named("lp-sniper"), tell=stage.tell, duration=duration)
    return await report(stage, duration)


async def report(stage: Stage, duration: float) -> DemoReport:
    """The journal's account of the run beside the chain's and the market's; it ends the network's faults."""
    stage.network.faults.clear()
    journal, guard = stage.trader.journal, stage.trader.guard
    held = journal.positions()
    wallet_delta = await wallet_total(stage.node, stage.trader.wallet) - stage.start_balance
    unrealized = sum(guard.values.get(position.id, 0) + position.realized_pnl for position in held)
    return DemoReport(
        seed=stage.seed,
        duration=duration,
        tally=stage.tally,
        truth=stage.market.truth.score(stage.seen, stage.tally.bought),
        launches=[launch.to_json() for launch in stage.market.truth.launches.values()],
        open_positions=len(held),
        unresolved=len(journal.unresolved()),
        realized=journal.realized_since(0.0),
        unrealized=unrealized,
        wallet_delta=wallet_delta,
        books=sum_of(journal.fills(), journal.foreign_delta()),
    )


async def wallet_total(node: Node, wallet: str) -> int:
    """Lamports of a wallet and of its wrapped-SOL accounts, as the chain has them now."""
    total = await node.rpc.balance(wallet, "processed")
    for account in await node.rpc.token_accounts_by_owner(wallet, "processed"):
        if decode_token_account(account).is_native:
            total += account.lamports
    return total


def percentiles_ms(seconds: Sequence[float]) -> dict[str, float | None]:
    """Median and 99th percentile in milliseconds, ``None`` without a sample."""
    if not seconds:
        return {"p50": None, "p99": None}
    ordered = sorted(seconds)
    p99 = ordered[min(len(ordered) - 1, -(-len(ordered) * 99 // 100) - 1)]
    return {"p50": round(ordered[len(ordered) // 2] * 1_000, 3), "p99": round(p99 * 1_000, 3)}


def _settings(folder: Path, network: LocalNetwork) -> Settings:
    write_defaults(folder / "configs")
    settings = load(config=str(folder), env=WITHOUT_PAUSES, cwd=folder)
    endpoints = NetworkConfig(chain="localnet", rpc_url=network.rpc_url, ws_url=network.ws_url)
    return replace(settings, network=endpoints, network_name="localnet")
