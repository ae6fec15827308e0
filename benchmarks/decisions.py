"""Feed event -> decision -> journal, sustained on one core.

Each operation takes one log notification of a pool's creation as its bytes came off the socket, recognises
the creation, judges the pool by all checks of the default policy, and journals the verdict; every hundredth
passes the door and is journalled as a buy, durably, and booked as dead afterwards. What the network would
answer is at hand: reads of facts are no work of this core. One process, pinned to one core.

Run: python benchmarks/decisions.py [FOLDER]. The folder decides the disk; default: the project's state.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from _report import at_least, quantiles, report

from sniperforge.app.calm_memory import calm_memory
from sniperforge.app.limits import limits_of
from sniperforge.bots.lp_sniper import SPEC
from sniperforge.chain.clock import SystemClock
from sniperforge.config.lp_sniper import LpSniperConfig
from sniperforge.config.model import Config
from sniperforge.dex.registry import creations_in
from sniperforge.domain.addresses import INCINERATOR, TOKEN_PROGRAM, WSOL_MINT
from sniperforge.domain.events import NewPool
from sniperforge.domain.pool import EventKind, PoolEvent
from sniperforge.engine.door import Door
from sniperforge.engine.judge import Judge
from sniperforge.engine.kill_switch import KillSwitch
from sniperforge.market.feed_sources import notice_of
from sniperforge.risk.facts import Holder, PoolFacts, RoundTrip
from sniperforge.store.journal import Journal
from sniperforge.store.shared import SharedStore
from sniperforge.testing.chain_views import transaction_view
from sniperforge.testing.trades import make_attempt, make_intent
from sniperforge.tokens.mint import Mint

if TYPE_CHECKING:
    from sniperforge.plugin import Judgement

SECONDS = 10.0
WARM_UP = 500
BOUGHT_OF = 100
LEAST_PER_SECOND = 2_000
PROGRAM = "CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C"
LOGS = (
    f"Program {PROGRAM} invoke [1]",
    "Program log: Instruction: Initialize",
    *(
        "Program 11111111111111111111111111111111 invoke [2]",
        "Program 11111111111111111111111111111111 success",
    )
    * 10,
    f"Program {PROGRAM} consumed 190000 of 400000 compute units",
    f"Program {PROGRAM} success",
)


class Gatherer:
    """Facts of a sound pool, but for one check that every other one fails."""

    def __init__(self) -> None:
        self.asked = 0

    async def gather(self, pool: NewPool, _spend: int) -> tuple[PoolFacts, None]:
        """At hand at once."""
        self.asked += 1
        facts = replace(SOUND, pool=pool.event.pool, mint=pool.event.base_mint)
        return (facts if self.asked % 2 else replace(facts, lp_holders=())), None


SOUND = PoolFacts(
    pool="",
    mint="",
    now=1_000_000,
    dex="raydium_cpmm",
    token=Mint("M", TOKEN_PROGRAM, 1_000_000, 6, None, None),
    quote_mint=WSOL_MINT,
    canonical=True,
    quote_liquidity=20_000_000_000,
    base_vault="VAULT",
    lp_pool_supply=1_000,
    lp_mint_supply=900,
    lp_holders=(Holder("lp1", INCINERATOR, 900),),
    holders=(
        Holder("VAULT", "AUTHORITY", 900_000),
        *(Holder(f"h{number}", f"OWNER{number}", 10_000) for number in range(10)),
    ),
    open_time=999_990,
    created_at=999_990,
    creator="CREATOR",
    epoch=800,
    round_trip=RoundTrip(spent=1_000_000, received=995_000, expected=995_006),
)


class Desk:
    """One process's way from bytes to the journal."""

    def __init__(self, folder: Path) -> None:
        self.clock = SystemClock()
        self.shared = SharedStore(folder / "shared.db")
        self.journal = Journal(folder / "journal.db")
        self.door = Door(
            wallet="W",
            limits=limits_of(Config.model_validate({"limits": {"max_trades_per_hour": 0}})),
            journal=self.journal,
            rpc=Rich(),  # type: ignore[arg-type]
            clock=self.clock,
            switch=KillSwitch(self.journal, folder / "KILL"),
        )
        self.judge = Judge(
            gatherer=Gatherer(),  # type: ignore[arg-type]
            policy=SPEC.risk(LpSniperConfig()),
            spend=10**8,
            shared=self.shared,
            wallet="W",
            bot="lp-sniper",
            clock=self.clock,
        )

    async def take(self, frame: bytes, number: int) -> Judgement:
        """One operation."""
        notice = notice_of(msgspec.json.decode(frame)["params"]["result"])
        assert notice is not None
        (creation,) = creations_in(notice)
        event = PoolEvent(
            creation.dex, EventKind.POOL_CREATED, PROGRAM, f"P{number}", f"M{number}", WSOL_MINT, "B", "Q"
        )
        judgement = await self.judge.judge(NewPool(event, TRANSACTION, 0.0, 0.0))
        if number % BOUGHT_OF == 0:
            await self.buy(number)
        return judgement

    async def buy(self, number: int) -> None:
        """Through the door and durable; its bytes go nowhere."""
        facts = {"creator": f"C{number}", "max_fee": 25_000, "exit_policy": {}}
        now = self.clock.now()
        intent = make_intent(f"i{number}", mint=f"M{number}", facts=facts, created_at=now)
        await self.door.refresh(now)
        self.door.admit_buy(intent)
        attempt = make_attempt(intent)
        self.journal.record_intent(intent, attempt)
        self.journal.mark_dead(attempt.signature, now)

    def close(self) -> None:
        """Close the files."""
        self.shared.close()
        self.journal.close()


class Rich:
    """A node that knows one balance."""

    async def balance(self, _address: str, _commitment: str) -> int:
        """Enough."""
        return 10**12


TRANSACTION = transaction_view("W", {"W": (1, 1)})


def frame_of(number: int) -> bytes:
    """A notification as a node sends it."""
    value = {"signature": f"{number:088d}", "err": None, "logs": LOGS}
    result = {"context": {"slot": number}, "value": value}
    return msgspec.json.encode({"jsonrpc": "2.0", "method": "logsNotification", "params": {"result": result}})


async def measure(folder: Path) -> dict[str, Any]:
    """Take operations one after the other for a while."""
    desk, took, number = Desk(folder), list[float](), 0
    end = time.perf_counter() + SECONDS
    spent = time.process_time()
    while (began := time.perf_counter()) < end:
        number += 1
        frame = frame_of(number)
        await desk.take(frame, number)
        took.append(time.perf_counter() - began)
    spent = time.process_time() - spent
    desk.close()
    return {
        "operations": number,
        "per_second": round(number / SECONDS),
        "per_second_of_its_own_time": round(number / spent),  # without waits for the disk and for others
        "operation_us": quantiles(took[WARM_UP:], 1e-6, 0),
    }


def main() -> None:
    """Measure in a folder of its own, and leave nothing behind."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "state"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory(dir=folder) as made, calm_memory():
        found = asyncio.run(measure(Path(made)))
    budgets = {"per_second": at_least(found["per_second"], LEAST_PER_SECOND)}
    report("decisions", found, budgets)


if __name__ == "__main__":
    main()
