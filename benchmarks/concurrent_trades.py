"""A hundred trades at once, on one wallet and on ten. Prints one JSON document.

``python benchmarks/concurrent_trades.py [--trades 100] [--runs 5]``. The network is real (SVM, HTTP and
WebSocket over loopback, 50 ms slots, landed means confirmed) and has a process of its own, see
``_trade_node.py``.
The wallets are whole sessions as ``start`` has them: lock, journal with FULL durability, limits, guard,
closing, audits. All buys are asked for at the same moment, each of another pool. ``intent_to_landed_ms`` is
from the commit of intent and signed bytes to the news of the landing. ``asked_to_landed_ms`` begins at that
one moment, so it has the balance, the limits, and the turn of each to be signed; "all landed" is its last.
``asked_to_booked_ms`` ends when the transaction has been read and its fill is durable.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from _report import at_least, at_most, quantiles, report
from _session import network_process

from sniperforge.app.calm_memory import calm_memory
from sniperforge.app.node import open_node
from sniperforge.app.trader import open_trader
from sniperforge.cli.event_loop import loop_factory
from sniperforge.config.files import write_defaults
from sniperforge.config.load import load
from sniperforge.config.network import NetworkConfig
from sniperforge.dex.raydium_cpmm.venue import RaydiumCpmm
from sniperforge.domain.addresses import LAMPORTS_PER_SOL
from sniperforge.engine.orders import BuyOrder
from sniperforge.wallets.secret import SecretKey
from sniperforge.wallets.signer import KeypairSigner

if TYPE_CHECKING:
    from sniperforge.app.node import Node
    from sniperforge.app.trader import Trader
    from sniperforge.dex.venue import PoolState
    from sniperforge.domain.outcome import Outcome

SLOT_MS = 50
SPEND = LAMPORTS_PER_SOL // 20
ALL_LANDED_SECONDS = 1.0
P50_MS = 150.0
NODE = Path(__file__).with_name("_trade_node.py")
ENVIRONMENT = {
    "SNIPERFORGE_LIMITS__MAX_OPEN_POSITIONS": "10000",
    "SNIPERFORGE_LIMITS__MAX_EXPOSURE_SOL": "1000",
    "SNIPERFORGE_LIMITS__MAX_DAILY_LOSS_SOL": "1000",
    "SNIPERFORGE_LIMITS__MAX_CREATOR_SOL": "0",
    "SNIPERFORGE_LIMITS__MAX_CREATOR_POSITIONS": "0",
    "SNIPERFORGE_LIMITS__MAX_TRADES_PER_HOUR": "0",
    "SNIPERFORGE_LIMITS__MAX_FEES_PER_HOUR_SOL": "0",
    "SNIPERFORGE_LIMITS__MAX_FEES_PER_DAY_SOL": "0",
}


async def state_of(node: Node, pool: str) -> PoolState:
    """A pool as it is now."""
    venue, known = RaydiumCpmm(), {}
    while needed := venue.required_accounts(pool, known):
        known |= (await node.rpc.accounts([pool, *needed], "processed")).accounts
    return venue.load(pool, known, epoch=0)


def order(state: PoolState) -> BuyOrder:
    """A buy without exits: what is bought is held."""
    return BuyOrder(
        venue=RaydiumCpmm(),
        state=state,
        mint=state.base_mint,
        token_program=state.token_program(state.base_mint),
        decimals=state.decimals(state.base_mint),
        spend=SPEND,
        slippage_bps=1_000,
        origin="bench",
    )


async def at_once(
    node: Node, traders: list[Trader], states: list[PoolState]
) -> tuple[float, list[Outcome], list[float]]:
    """Every buy at the same moment, the wallets in turn: that moment, outcomes, when each was booked."""
    began = node.clock.monotonic()

    async def one(number: int, state: PoolState) -> tuple[Outcome, float]:
        outcome = await traders[number % len(traders)].executor.buy(order(state))
        return outcome, node.clock.monotonic()

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(number, state)) for number, state in enumerate(states)]
    both = [task.result() for task in tasks]
    return began, [outcome for outcome, _ in both], [at for _, at in both]


async def run(wallets: int, trades: int) -> dict[str, Any]:
    """One network, so many wallets, one hundred trades."""
    signers = [KeypairSigner(SecretKey.generate()) for _ in range(wallets)]
    async with contextlib.AsyncExitStack() as stack:
        network = await stack.enter_async_context(
            network_process(NODE, SLOT_MS, trades, *(signer.pubkey for signer in signers))
        )
        where = await network.heard()
        pools = (await network.ask())["pools"]
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        write_defaults(folder / "configs")
        settings = replace(
            load(config=str(folder), env=ENVIRONMENT, cwd=folder),
            network=NetworkConfig(chain="localnet", max_requests_in_flight=64, **where),
        )
        node = await stack.enter_async_context(open_node(settings, locks=folder / "locks", patient=True))
        traders = [
            await stack.enter_async_context(
                open_trader(node, signer, bot="bench", command="bench", tell=lambda _event: None)
            )
            for signer in signers
        ]
        group = await stack.enter_async_context(asyncio.TaskGroup())
        for trader in traders:
            stack.callback(group.create_task(trader.session.run(asyncio.Event().wait())).cancel)
        states = [await state_of(node, pool) for pool in pools]
        await asyncio.sleep(1.0)
        with calm_memory():
            began, outcomes, booked = await at_once(node, traders, states)
    landed = [each for each in outcomes if each.ok]
    took = [each.landed_at - each.signed_at for each in landed if each.landed_at and each.signed_at]
    return {
        "wallets": wallets,
        "landed": len(landed),
        "not_landed": sorted({each.reason for each in outcomes if not each.ok}),
        "intent_to_landed_ms": quantiles(took, 1e-3, 1),
        "asked_to_landed_ms": quantiles(
            [each.landed_at - began for each in landed if each.landed_at], 1e-3, 1
        ),
        "asked_to_booked_ms": quantiles([at - began for at in booked], 1e-3, 1),
    }


def middle(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The run of middle speed."""
    return sorted(runs, key=lambda one: one["intent_to_landed_ms"]["p50"])[len(runs) // 2]


def main() -> None:
    """Measure and print; each figure is of the middle one of the runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trades", type=int, default=100)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    found: dict[str, Any] = {}
    budgets: dict[str, dict[str, Any]] = {}
    for wallets in (1, 10):
        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            runs = [runner.run(run(wallets, options.trades)) for _ in range(options.runs)]
        name, one = f"{wallets} wallet{'s' * (wallets > 1)}", middle(runs)
        found[name] = {**one, "p50_of_each_run": [each["intent_to_landed_ms"]["p50"] for each in runs]}
        budgets[f"{name}: landed"] = at_least(min(each["landed"] for each in runs), options.trades)
        budgets[f"{name}: intent_to_landed_ms p50"] = at_most(one["intent_to_landed_ms"]["p50"], P50_MS)
        last = round(one["asked_to_landed_ms"]["max"] / 1e3, 3)
        budgets[f"{name}: all landed, s"] = at_most(last, ALL_LANDED_SECONDS)
    report("concurrent_trades", {"trades": options.trades, "slot_ms": SLOT_MS, **found}, budgets)


if __name__ == "__main__":
    main()
