"""One wallet's session, its tasks interleaved in the order of a seed, on a chain in this process and fake time.

``python -m tests.chaos.interleavings --seeds 500 [--first 1]`` prints the seeds that broke a rule; the same
seed breaks it again.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sniperforge.chain.retries import NO_RETRY
from sniperforge.chain.rpc import RpcClient
from sniperforge.domain.trade import HELD_STATES, IntentKind
from sniperforge.engine.orders import TransferOrder
from sniperforge.errors import SniperForgeError
from sniperforge.localnet.faults.plan import FaultPlan
from sniperforge.risk.limits import Limits
from sniperforge.store.journal_reader import JournalReader
from tests.chaos.audit import Audit
from tests.chaos.shuffled_loop import ShuffledLoop
from tests.engine.kit import SOL, Process, World, flatten

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable

    from sniperforge.domain.trade import Attempt, Intent, Position
    from sniperforge.localnet.market.launchpad import LaunchedToken
    from sniperforge.ports import Clock, RpcTransport

TOKENS = 3
MOST_OPEN = 2
MOST_EXPOSURE = SOL // 2
LIMITS = Limits(
    max_trade_lamports=SOL // 2,
    max_open_positions=MOST_OPEN,
    max_exposure_lamports=MOST_EXPOSURE,
    max_daily_loss_lamports=50 * SOL,
    reserve_lamports=SOL // 10,
)
FAULTS = {"drop": 0.3, "delay": 0.3, "delay_slots": 3, "reorder": 0.1, "not_found": 0.1}
SOMEBODY = "7gfKqWYW1jbxifJKpf1UVpeBGTCLa1NU1QtyCbw625Bz"
LATENCIES = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.3, 0.3, 0.3, 8.0)
"""Seconds at most, on the way there and on the way back."""

LIVES = 3
DRAIN_SECONDS = 300.0
DEEDS = 24


class RuleBrokenError(AssertionError):
    """What must never happen did."""


@dataclass
class Played:
    """What one seed came to.

    Attributes:
        trace: every intent in the order in which it was recorded: two runs of a seed have the same.
        figures: how often what was met.
    """

    seed: int
    trace: list[str] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)


def play(seed: int, change: Callable[[Process], None] = lambda _process: None) -> Played:
    """Play one seed to its end.

    Args:
        change: done to each process of the wallet; tests break one with it.

    Raises:
        RuleBrokenError: a limit was passed, an intent had two effects, a position two sales, a byte left
            before it was durable, or the journal does not tell what the chain tells.
    """
    with (
        tempfile.TemporaryDirectory(dir=_memory()) as folder,
        asyncio.Runner(loop_factory=lambda: ShuffledLoop(seed)) as runner,
    ):
        return runner.run(_Scenario(Path(folder), seed, change).run())


def _memory() -> str | None:
    """A folder without a disk: what is tested is the order of tasks, not of writes."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


class _SlowTransport:
    """Answers take a while, each its own: what is decided before one and done after it is decided on the past."""

    def __init__(self, inner: RpcTransport, clock: Clock, rng: random.Random) -> None:
        self._inner = inner
        self._clock = clock
        self._rng = rng

    async def post(self, payload: bytes) -> bytes:
        """Answer late."""
        before, after = (self._rng.choice(LATENCIES) * self._rng.random() for _ in range(2))
        await self._clock.sleep(before)
        answer = await self._inner.post(payload)
        await self._clock.sleep(after)
        return answer

    async def aclose(self) -> None:
        """Close."""
        await self._inner.aclose()


class _Scenario:
    def __init__(self, folder: Path, seed: int, change: Callable[[Process], None]) -> None:
        self.rng = random.Random(seed)
        self.world = World(folder)
        self.played = Played(seed)
        self.change = change
        self.opening = {each.signature for each in self.world.ledger.history.of_address(self.world.wallet)}

    async def run(self) -> Played:
        world = self.world
        tokens = [await world.launch() for _ in range(TOKENS)]
        world.network.faults.set(FaultPlan(**FAULTS, seed=self.played.seed))
        process = self._process("life-0")
        async with world.running():
            for number in range(LIVES):
                self._watch(process)
                await self._live(process, tokens)
                process.close()  # what had no outcome is left to the next one, which finds it in the journal
                process = self._next(process, f"life-{number + 1}")
            world.network.faults.clear()
            self._watch(process)
            await self._drain(process)
            await world.clock.sleep(4)
        self._audit(process)
        process.close()
        return self.played

    def _next(self, process: Process, name: str) -> Process:
        folder = self.world.folder / name
        folder.mkdir()
        for file in process.path.parent.iterdir():
            (folder / file.name).write_bytes(file.read_bytes())
        return self._process(name)

    def _process(self, name: str) -> Process:
        slow = _SlowTransport(self.world.network.transport(), self.world.clock, self.rng)
        rpc = RpcClient(slow, self.world.clock, retry=NO_RETRY)
        return self.world.process(name, limits=LIMITS, nonces=2, rpc=rpc)

    # -- lives ---------------------------------------------------------------------------------------------

    async def _live(self, process: Process, tokens: list[LaunchedToken]) -> None:
        """A session with many hands, killed at a random moment."""
        life = asyncio.create_task(self._session(process, tokens))
        killed = asyncio.create_task(self.world.clock.sleep(self.rng.uniform(1, 20)))
        await asyncio.wait({life, killed}, return_when=asyncio.FIRST_COMPLETED)
        self.played.figures["killed" if not life.done() else "ended"] += 1
        for task in (life, killed):
            task.cancel()
        await asyncio.wait({life, killed})
        if not life.cancelled() and (error := life.exception()) is not None:
            raise error

    async def _session(self, process: Process, tokens: list[LaunchedToken]) -> None:
        await process.session.open()
        process.session.add_service(lambda: process.pool.run(process.executor, process.told.append))
        await process.session.run(self._hands(process, tokens))

    async def _hands(self, process: Process, tokens: list[LaunchedToken]) -> None:
        deeds = (self._buy, self._buy, self._buy, self._sell, self._sell, self._transfer, self._halt)
        async with asyncio.TaskGroup() as group:
            for number in range(DEEDS):
                deed = self.rng.choice(deeds)
                group.create_task(self._do(partial(deed, process, self.rng.choice(tokens), number)))

    async def _do(self, deed: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """One deed, begun at some moment and perhaps cancelled at another: its task is killed."""
        begin, patience = self.rng.choice((0.0, self.rng.uniform(0, 10))), self.rng.uniform(0.1, 20)
        await self.world.clock.sleep(begin)
        work = asyncio.ensure_future(deed())
        late = asyncio.ensure_future(self.world.clock.sleep(patience))
        try:
            await asyncio.wait({work, late}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            work.cancel()
            late.cancel()
            await asyncio.wait({work, late})
        if not work.cancelled() and (error := work.exception()) is not None:
            if not isinstance(error, SniperForgeError):
                raise error
            self.played.figures[type(error).__name__] += 1

    async def _buy(self, process: Process, token: LaunchedToken, number: int) -> None:
        key = self.rng.choice((None, f"key-{number % 2}"))
        exits = self.rng.choice(({}, {"max_hold_seconds": "2"}, {"max_hold_seconds": "1"}))
        order = process.buy_order(
            token,
            self.rng.randint(SOL // 10, SOL // 3),
            client_key=key,
            exit_policy=exits,
            slippage_bps=2_000,
        )
        outcome = await process.executor.buy(order)
        self.played.figures[f"buy {outcome.kind}"] += 1
        process.guard.wake()

    async def _sell(self, process: Process, _token: LaunchedToken, _number: int) -> None:
        await self.world.clock.sleep(self.rng.uniform(0, 8))
        for position in process.journal.positions():
            part = self.rng.choice((None, position.raw // 50))
            outcome = await process.guard.sell(position.id, part, origin="race", reason="by hand")
            self.played.figures[f"sell {outcome.kind}"] += 1

    async def _transfer(self, process: Process, _token: LaunchedToken, _number: int) -> None:
        outcome = await process.executor.transfer(TransferOrder(SOMEBODY, SOL // 100, "race"))
        self.played.figures[f"transfer {outcome.kind}"] += 1

    async def _halt(self, process: Process, _token: LaunchedToken, _number: int) -> None:
        process.session.halt("race")
        with suppress(asyncio.CancelledError):
            await self.world.clock.sleep(self.rng.uniform(0.1, 1))
        process.session.resume()

    async def _drain(self, process: Process) -> None:
        """Until nothing is in flight, and what has an exit has left."""
        until = self.world.clock.monotonic() + DRAIN_SECONDS

        async def settled() -> None:
            while self.world.clock.monotonic() < until and self._left(process):
                await self.world.clock.sleep(0.5)
            if left := self._left(process):
                raise RuleBrokenError(f"not settled after {DRAIN_SECONDS:g} s: {left}")

        process.session.resume()
        await process.session.open()
        await process.session.run(settled())

    @staticmethod
    def _left(process: Process) -> list[str]:
        """What is in flight, and what shall leave and has not."""
        flying = [f"{intent.kind} {intent.id}" for intent, _ in process.journal.unresolved()]
        leaving = [each for each in process.journal.positions() if each.exit_policy or each.state != "open"]
        return flying + [f"{each.state} position {each.id}: {each.note}" for each in leaving]

    # -- rules ---------------------------------------------------------------------------------------------

    def _watch(self, process: Process) -> None:
        """Look at what is recorded and at what leaves, at that moment."""
        journal, landing, record = process.journal, process.landing, process.journal.record_intent
        send = landing.send

        def recorded(intent: Intent, attempt: Attempt) -> None:
            if intent.kind is IntentKind.SELL:
                self._one_sale(intent, journal.unresolved())
                self._of_what_is_held(intent, journal.position(intent.position_id or ""))
            record(intent, attempt)
            self.played.trace.append(f"{intent.kind} {intent.id} {intent.max_spend} {intent.created_at:.3f}")
            if intent.kind is IntentKind.BUY:
                self._within_limits(process)

        async def sent(raw: bytes) -> Any:
            self._is_durable(process.path, raw)
            return await send(raw)

        journal.record_intent = recorded  # type: ignore[method-assign]
        landing.send = sent  # type: ignore[method-assign]
        self.change(process)

    @staticmethod
    def _one_sale(intent: Intent, unresolved: Iterable[tuple[Intent, Attempt]]) -> None:
        others = {
            other.id
            for other, _ in unresolved
            if other.kind is IntentKind.SELL and other.position_id == intent.position_id
        }
        if others:
            raise RuleBrokenError(f"a second sale of {intent.position_id} beside {others}")

    @staticmethod
    def _of_what_is_held(intent: Intent, position: Position | None) -> None:
        """A sale of more would take another position's tokens: all of one mint are in one account."""
        held = position.raw if position is not None and position.state in HELD_STATES else 0
        if intent.amount_in > held:
            raise RuleBrokenError(f"a sale of {intent.amount_in} tokens of {intent.position_id}, {held} held")

    @staticmethod
    def _within_limits(process: Process) -> None:
        buys = {
            intent.id: intent for intent, _ in process.journal.unresolved() if intent.kind is IntentKind.BUY
        }
        held = process.journal.positions(HELD_STATES)
        exposure = sum(each.max_spend for each in buys.values()) + sum(
            max(each.cost - each.proceeds, 0) for each in held
        )
        if len(buys) + len(held) > MOST_OPEN:
            raise RuleBrokenError(
                f"{len(buys)} buys in flight and {len(held)} positions, {MOST_OPEN} allowed"
            )
        if exposure > MOST_EXPOSURE:
            raise RuleBrokenError(f"an exposure of {exposure}, {MOST_EXPOSURE} allowed")
        mints = Counter([each.mint for each in buys.values()] + [each.mint for each in held])
        if max(mints.values()) > 1:
            raise RuleBrokenError(f"a token is held and bought again: {mints}")

    @staticmethod
    def _is_durable(path: Path, raw: bytes) -> None:
        reader = JournalReader(path)
        try:
            if raw not in [attempt.raw for _, attempt in reader.unresolved()]:
                raise RuleBrokenError("bytes leave that another connection does not find in the journal")
        finally:
            reader.close()

    def _audit(self, process: Process) -> None:
        """The chain decides."""
        found = Audit(self.world.ask, self.world.wallet, process.path, self.opening).run()
        if found.findings:
            raise RuleBrokenError(f"{found.findings}")
        self.played.figures.update(intents=found.intents, effects=found.effects)


def main() -> int:
    """Play many seeds; exit status 1 when one broke a rule."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=300)
    parser.add_argument("--first", type=int, default=1)
    options = parser.parse_args()
    figures: Counter[str] = Counter()
    broken, began = [], time.monotonic()
    for seed in range(options.first, options.first + options.seeds):
        try:
            figures.update(play(seed).figures)
        except Exception as error:  # noqa: BLE001 - whatever it is, the seed is what repeats it
            broken.append(seed)
            reasons = "; ".join(f"{type(each).__name__}: {each}" for each in flatten(error))
            print(f"seed {seed}: {reasons}", flush=True)
    print(f"{options.seeds} seeds in {time.monotonic() - began:.0f} s, {len(broken)} broken {broken}")
    print("  ".join(f"{name}: {count}" for name, count in sorted(figures.items())))
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
