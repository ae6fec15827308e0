"""One life of a trader: the session of a wallet through the real composition root, until it is killed."""

from __future__ import annotations

import asyncio
import fcntl
import os
import random
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sniperforge.app import trader as composition
from sniperforge.app.node import open_node
from sniperforge.cli.event_loop import loop_factory
from sniperforge.dex.raydium_cpmm.venue import RaydiumCpmm
from sniperforge.domain.addresses import LAMPORTS_PER_SOL
from sniperforge.engine.orders import BuyOrder, TransferOrder
from sniperforge.errors import SniperForgeError, StorageError, UnavailableError, WalletBusyError
from sniperforge.market.pool_watch import PoolWatch
from sniperforge.wallets.signer import KeypairSigner

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sniperforge.app.trader import Trader
    from sniperforge.engine.events import SessionEvent
    from sniperforge.wallets.secret import SecretKey
    from tests.trading import Project

WORKERS = 4
KEEPERS = 2
"""Positions that are kept to the end, so that the audit has some to hold against balances."""

CLAIM_SECONDS = 0.02
PF_EXITING = 4
OPENING_SECONDS = 30.0
DRAIN_SECONDS = 75.0
GAVE_UP = 6
"""Exit status of a life whose node never answered; a person would start it again."""

CLASH = 9
"""Exit status of a life that found another holder of its wallet."""


@dataclass(frozen=True)
class Life:
    """What a trader is born with.

    Attributes:
        witness: a file that whoever holds the wallet locks too.
        drains: buys nothing and ends when all is sold and final.
    """

    project: Project
    key: SecretKey
    pools: Sequence[str]
    witness: Path
    seed: int
    drains: bool = False


def claim(witness: int) -> bool:
    """Lock the second file too and write who did; false when another process that is alive has it.

    Of a process that is being killed the kernel may free the wallet's lock first: that one is waited for.
    """
    give_up = time.monotonic() + CLAIM_SECONDS
    while True:
        try:
            fcntl.flock(witness, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > give_up and not is_ending(int(os.pread(witness, 20, 0) or 0)):
                return False
            time.sleep(0.001)
        else:
            os.pwrite(witness, f"{os.getpid():<20}".encode(), 0)
            return True


def is_ending(pid: int) -> bool:
    """Whether a process is past its last instruction: ``PF_EXITING`` of its flags, see proc(5)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True
    return bool(int(stat.rpartition(")")[2].split()[6]) & PF_EXITING)


def live(life: Life) -> int:
    """Trade until killed; the exit status of a life that ends by itself."""
    witness = os.open(life.witness, os.O_RDWR | os.O_CREAT)
    take = composition.take

    def taken(*args: Any, **values: Any) -> Any:
        lock = take(*args, **values)
        if not claim(witness):
            os._exit(CLASH)
        return lock

    composition.take = taken
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        return runner.run(_live(life, lambda: fcntl.flock(witness, fcntl.LOCK_UN)))


async def _live(life: Life, leave: Callable[[], None]) -> int:
    async with AsyncExitStack() as stack:
        settings, signer = life.project.settings, KeypairSigner(life.key)
        give_up = time.monotonic() + OPENING_SECONDS
        while True:
            try:
                node = await stack.enter_async_context(
                    open_node(settings, locks=life.project.locks, patient=True)
                )
                trader = await stack.enter_async_context(
                    composition.open_trader(node, signer, bot="chaos", command="start", tell=_tell)
                )
                break
            except (WalletBusyError, UnavailableError) as error:
                await stack.aclose()
                leave()
                if time.monotonic() > give_up:
                    _tell(error)
                    return GAVE_UP
        watches = {
            pool: await stack.enter_async_context(
                PoolWatch(RaydiumCpmm(), pool, source=node.rpc, pubsub=trader.pubsub, clock=node.clock)
            )
            for pool in life.pools
        }
        work = _drain(trader) if life.drains else Hands(trader, watches, life.seed).work()
        await trader.session.run(work)
        leave()
    return 0


def _tell(event: SessionEvent | Exception) -> None:
    if type(event).__name__ != "PositionMoved":
        print(f"{time.time():.3f} {event}", flush=True)


async def _drain(trader: Trader) -> None:
    """Until what was to be sold is sold, all has its outcome, and all of it is final."""
    until = time.monotonic() + DRAIN_SECONDS
    trader.guard.wake()
    while time.monotonic() < until:
        leaving = [each for each in trader.journal.positions() if "max_hold_seconds" in each.exit_policy]
        if not leaving and not trader.journal.unresolved() and not trader.journal.provisional():
            return
        await asyncio.sleep(0.2)


class Hands:
    """Buys, sells parts, sends: all day long."""

    def __init__(self, trader: Trader, watches: dict[str, PoolWatch], seed: int) -> None:
        self._trader = trader
        self._watches = watches
        self._rng = random.Random(seed)

    async def work(self) -> None:
        """Until killed."""
        async with asyncio.TaskGroup() as group:
            for _ in range(WORKERS):
                group.create_task(self._work())

    async def _work(self) -> None:
        deeds = (self._buy, self._buy, self._buy, self._buy, self._sell_a_part, self._send)
        while True:
            try:
                await self._rng.choice(deeds)()
            except (StorageError, WalletBusyError):
                raise  # the session must end, loudly
            except SniperForgeError as error:
                _tell(error)
            await asyncio.sleep(self._rng.uniform(0.02, 0.3))

    async def _buy(self) -> None:
        pool, watch = self._rng.choice(list(self._watches.items()))
        state = watch.state
        if state is None or self._trader.journal.held_mint(state.base_mint) is not None:
            return
        order = BuyOrder(
            venue=RaydiumCpmm(),
            state=state,
            mint=state.base_mint,
            token_program=state.token_program(state.base_mint),
            decimals=state.decimals(state.base_mint),
            spend=self._rng.randint(LAMPORTS_PER_SOL // 20, LAMPORTS_PER_SOL // 2),
            slippage_bps=500,
            origin="chaos",
            exit_policy=self._exits(),
            # Of equal keys only the first trades: after a restart and beside another worker too.
            client_key=f"{pool[:8]}-{int(time.time() * 2)}",
        )
        outcome = await self._trader.executor.buy(order)
        if outcome.ok:
            self._trader.guard.wake()
            await asyncio.sleep(0)

    def _exits(self) -> dict[str, str]:
        kept = [each for each in self._trader.journal.positions() if not each.exit_policy]
        if len(kept) < KEEPERS and self._rng.random() < 0.1:
            return {}
        return {"max_hold_seconds": "1", "take_profit_percent": "3"}

    async def _sell_a_part(self) -> None:
        held = [each for each in self._trader.journal.positions() if each.raw > 20]
        if held:
            position = self._rng.choice(held)
            await self._trader.guard.sell(
                position.id, position.raw // 20, origin="chaos", reason="a part", client_key=None
            )

    async def _send(self) -> None:
        order = TransferOrder(SOMEBODY, self._rng.randint(1_000_000, 2_000_000), "chaos")
        await self._trader.executor.transfer(order, deadline=self._trader.node.clock.monotonic() + 20)


SOMEBODY = "7gfKqWYW1jbxifJKpf1UVpeBGTCLa1NU1QtyCbw625Bz"
