"""Feed bytes in, signed bytes out, with noise from another process. Prints one JSON document.

``python benchmarks/hot_path.py [--noise 2000 10000 30000] [--seconds 6]``. Times are microseconds from just
before the node's write, on the machine's one monotonic clock: to the creation recognised here, and to the
signed transaction of a buy. The kernel's loopback and the wake-up of this process are in them. ``queue_us``
is the part from the frame's arrival in this process to its subscriber.

The frame carries the pool's addresses (see ``_noise_node.py``), for this measures our own work: recognising,
quoting, planning the buy as the executor does, compiling and signing it. ``snipe.py`` has everything else.
Creations come 200 times a second, so that a tail can be told; a last run, "sparse", has 50 a second: by then
other programs have the processor's caches, and the same code takes longer.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import secrets
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from _report import at_most, quantiles, report
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from sniperforge.app.calm_memory import calm_memory
from sniperforge.app.trader import COMPUTE_UNITS
from sniperforge.chain.clock import SystemClock, ticking
from sniperforge.chain.subscription import contains_any
from sniperforge.chain.websocket import PubSubClient
from sniperforge.dex.raydium_cpmm.accounts import CpmmConfig, CpmmPool
from sniperforge.dex.raydium_cpmm.program import MAINNET
from sniperforge.dex.raydium_cpmm.state import CpmmState
from sniperforge.dex.raydium_cpmm.venue import RaydiumCpmm
from sniperforge.dex.registry import creations_in, needles_for
from sniperforge.domain.addresses import SYSTEM_PROGRAM, TOKEN_PROGRAM, WSOL_MINT
from sniperforge.engine.orders import BuyOrder, ExecutionPolicy
from sniperforge.engine.planner import Planner
from sniperforge.execution.plan import compile_message, signed_transaction
from sniperforge.market.feed_sources import notice_of
from sniperforge.wallets.secret import SecretKey
from sniperforge.wallets.signer import KeypairSigner

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from sniperforge.chain.subscription import Stream
    from sniperforge.dex.venue import Creation
    from sniperforge.domain.chain import LogsNotice

WARM_UP = 50
TARGETS = 200
SPARSE_TARGETS = 50
BUDGET_NOISE = 10_000
LIMITS_US = {"p50": 400, "p99": 2_000}
BLOCKHASH = str(Pubkey.new_unique())
NODE = Path(__file__).with_name("_noise_node.py")


class Trader:
    """Everything between a pool's account and the signed bytes of a buy, without network and journal."""

    def __init__(self) -> None:
        self.signer = KeypairSigner(SecretKey.generate())
        policy = ExecutionPolicy(
            compute_units=COMPUTE_UNITS, micro_lamports=100_000, max_fee=10**7, account_rent=2_039_280
        )
        self.planner = Planner(
            wallet=self.signer.pubkey,
            policy=policy,
            clock=SystemClock(),
            new_id=lambda: secrets.token_hex(16),
        )
        self.venue = RaydiumCpmm()
        self.config = CpmmConfig(SYSTEM_PROGRAM, 0, False, 2_500, 120_000, 40_000, 0, 150_000_000)

    def buy(self, notice: LogsNotice, creation: Creation, salt: int) -> bytes:
        """The signed buy of the pool that ``notice`` carries."""
        address, mint, vault_0, vault_1, observation, lp_mint = notice.logs[-2].rpartition(" ")[2].split(",")
        pool = CpmmPool(
            address=address,
            program_id=creation.program_id,
            amm_config=self.config.address,
            creator=SYSTEM_PROGRAM,
            token_0_vault=vault_0,
            token_1_vault=vault_1,
            lp_mint=lp_mint,
            token_0_mint=WSOL_MINT,
            token_1_mint=mint,
            token_0_program=TOKEN_PROGRAM,
            token_1_program=TOKEN_PROGRAM,
            observation=observation,
            status=0,
            lp_decimals=9,
            decimals_0=9,
            decimals_1=6,
            lp_supply=10**12,
            owed_0=0,
            owed_1=0,
            open_time=0,
            creator_fee_on=0,
            creator_fee_enabled=False,
        )
        state = CpmmState(pool, self.config, 30 * 10**9, 10**15)
        order = BuyOrder(
            venue=self.venue,
            state=state,
            mint=mint,
            token_program=state.token_program(mint),
            decimals=state.decimals(mint),
            spend=10**8,
            slippage_bps=500,
            origin="benchmark",
        )
        plan = self.planner.buy(order, salt)
        message = compile_message(self.signer.pubkey, plan.instructions, BLOCKHASH)
        return signed_transaction(message, self.signer.sign(message))


class Follower:
    """Takes creations off a stream and notes how long each was on its way."""

    def __init__(self) -> None:
        self.trader = Trader()
        self.recognised: list[float] = []
        self.signed: list[float] = []
        self.last = b""
        self.queued: list[float] = []
        self.deepest = 0

    async def follow(self, stream: Stream) -> None:
        """Until cancelled."""
        async for item in stream:
            taken = ticking()
            notice = notice_of(item)
            creations = () if notice is None else creations_in(notice)
            if notice is None or not creations:
                raise SystemExit("something else than a creation came through")
            recognised = time.monotonic_ns()
            self.last = self.trader.buy(notice, creations[0], len(self.signed))
            signed = time.monotonic_ns()
            sent = int(notice.logs[-1].rpartition(" ")[2])
            self.recognised.append((recognised - sent) / 1e3)
            self.signed.append((signed - sent) / 1e3)
            self.queued.append((taken - stream.received_at) * 1e6)
            self.deepest = max(self.deepest, len(stream))


async def measure(port: int, seconds: float) -> dict[str, Any]:
    """Follow the node while it sends."""
    follower = Follower()
    async with PubSubClient(f"ws://127.0.0.1:{port}", SystemClock()) as pubsub:
        stream = await pubsub.subscribe(
            "logsSubscribe", [{"mentions": ["x"]}], prefilter=contains_any(*needles_for(MAINNET))
        )
        cpu, began = time.process_time(), time.perf_counter()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds + 0.8):
                with calm_memory():
                    await follower.follow(stream)
        used, elapsed = time.process_time() - cpu, time.perf_counter() - began
        health = pubsub.health()
    VersionedTransaction.from_bytes(follower.last).verify_and_hash_message()
    return {
        "samples": len(follower.signed),
        "sent_to_creation_us": quantiles(follower.recognised[WARM_UP:], digits=0),
        "sent_to_signed_us": quantiles(follower.signed[WARM_UP:], digits=0),
        "queue_us": quantiles(follower.queued[WARM_UP:], digits=0),
        "deepest_queue": follower.deepest,
        "left": len(stream),
        "cpu_of_one_core": round(used / elapsed, 3),
        "notifications": health.filtered + len(follower.signed) + health.overflowed,
        "overflowed": health.overflowed,
    }


def run(noise: int, seconds: float, targets: int = TARGETS) -> dict[str, Any]:
    """One node, one client, one document."""
    command = [sys.executable, str(NODE), "--noise", str(noise), "--seconds", str(seconds)]
    command += ["--targets", str(targets)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as node:
        assert node.stdout is not None
        port = int(node.stdout.readline())
        found = loop_run(measure(port, seconds))
        sent = json.loads(node.stdout.readline())
    lost = sent["noise"] + sent["targets"] - found["notifications"]
    rate = round(sent["noise"] / seconds)
    return {"noise": noise, "noise_per_second": rate, "targets": targets, "lost": lost, "node": sent, **found}


def loop_run(work: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
    """On uvloop where it is installed."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)
    return uvloop.run(work)


def main() -> None:
    """Measure at each rate of noise."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--noise", type=int, nargs="+", default=[2_000, 10_000, 30_000])
    parser.add_argument("--seconds", type=float, default=6.0)
    options = parser.parse_args()
    runs = [run(noise, options.seconds) for noise in options.noise]
    sparse = run(BUDGET_NOISE, options.seconds, SPARSE_TARGETS)
    report("hot_path", {"runs": runs, "sparse": sparse}, budgets(runs))


def budgets(runs: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Speed where the issue of it is set; nothing lost or left in a queue anywhere."""
    found: dict[str, dict[str, Any]] = {}
    for one in runs:
        noise = one["noise"]
        found[f"lost at {noise}/s"] = at_most(one["lost"] + one["overflowed"], 0)
        found[f"left in the queue at {noise}/s"] = at_most(one["left"], 0)
        if noise == BUDGET_NOISE:
            for tail, limit in LIMITS_US.items():
                name = f"sent_to_signed_us {tail} at {noise}/s"
                found[name] = at_most(one["sent_to_signed_us"][tail], limit)
    return found


if __name__ == "__main__":
    main()
