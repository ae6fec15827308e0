"""The market as a whole: what happens in each slot, from a seed, through transactions only."""

from __future__ import annotations

import heapq
from bisect import bisect_left
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Final

from sniperforge.domain.addresses import LAMPORTS_PER_SOL, SYSTEM_PROGRAM
from sniperforge.domain.chain import Account
from sniperforge.errors import ConfigError
from sniperforge.localnet.market.actor import Actor, seed_of
from sniperforge.localnet.market.base_pair import BasePair, usdc_mint
from sniperforge.localnet.market.crowd import SIZE, Crowd
from sniperforge.localnet.market.launchpad import LaunchedToken
from sniperforge.localnet.market.schedule import FIRST_MS, HOUR_MS, launch_seed, launches
from sniperforge.localnet.market.strikes import strike
from sniperforge.localnet.market.truth import Event, LaunchTruth, Truth
from sniperforge.tokens.instructions import transfer_lamports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sniperforge.localnet.ledger.chain import Block
    from sniperforge.localnet.ledger.ledger import Ledger
    from sniperforge.localnet.market.schedule import Launch

_TREASURY_LAMPORTS: Final = 1_000_000_000 * LAMPORTS_PER_SOL
"""Enough for two months of 600 launches a minute."""
_STRIKES_EVERY_MS: Final = 2_000
"""Of those who strike more than once; the slow take a quarter of an hour."""


class Market:
    """A seeded market on one ledger. It moves when slots open, on the thread of the ledger.

    Time is counted in slots, not by the clock, so the same seed sees the same launches on any machine.

    Args:
        per_minute: launches a minute; 0 runs the base pair only.
        last_launch_ms: no launch is due later than this after :meth:`open`; ``None`` goes on. One that was
            due comes with the next slot, however many are skipped before it.
        hour_ms: an hour of creators who wait for hours; a test has less patience.
        truth_file: where the truth is written as it happens; see :class:`~.truth.Truth`.

    Raises:
        ConfigError: a network that opens a slot per transaction, where the market would drive itself.

    Attributes:
        truth: what its launches really are.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        seed: int,
        per_minute: int,
        last_launch_ms: int | None = None,
        hour_ms: int = HOUR_MS,
        truth_file: Path | None = None,
    ) -> None:
        if ledger.profile.instant:
            raise ConfigError(
                "a market needs slots that pass by time, and this network has one per transaction"
            )
        self._ledger = ledger
        self._slot_ms = ledger.profile.slot_ms
        self._treasury = Actor(ledger, seed_of("treasury", seed))
        self._base_pair = BasePair(self._treasury, seed)
        self._crowd = Crowd(ledger, self._treasury, seed)
        self._seed = seed
        self._per_minute = per_minute
        self._coming: Iterator[Launch] = iter(())
        self._skipped_ms = 0
        self._hour_ms = hour_ms
        self._last_launch_ms = last_launch_ms
        self._agenda: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0
        self._first_slot = 0
        self._last_slot = 0
        self.truth = Truth(truth_file)

    def open(self) -> None:
        """Its :meth:`accounts`, base pair and crowd; from the next slot on the market moves.

        Raises:
            StorageError: the truth cannot be written.
        """
        for account in self.accounts():
            if self._ledger.account(account.address) is None:
                self._ledger.set_account(account)
        self._base_pair.open()
        self._crowd.open()
        self._first_slot = self._last_slot = self._ledger.chain.tip.slot
        self.truth.open(goes_on=self._skip_what_was())
        self._plan_next_launch()
        self._ledger.on_block.append(self._on_block)

    def close(self) -> None:
        """Stop moving. Safe to call twice."""
        if self._on_block in self._ledger.on_block:
            self._ledger.on_block.remove(self._on_block)

    @property
    def sol_usd(self) -> float:
        """The outside price of SOL, for reports."""
        return self._base_pair.outside_price

    def accounts(self) -> tuple[Account, ...]:
        """What it does not make by transactions, part of genesis: the treasury, and USDC's mint."""
        treasury = Account(str(self._treasury.key), SYSTEM_PROGRAM, _TREASURY_LAMPORTS, b"")
        return (treasury, usdc_mint(self._treasury.key))

    def _on_block(self, block: Block) -> None:
        self._base_pair.tick((block.slot - self._last_slot) * self._slot_ms / 1_000)
        self._last_slot = block.slot
        now_ms = self._now_ms()
        while self._agenda and self._agenda[0][0] <= now_ms:
            _, _, act = heapq.heappop(self._agenda)
            act()

    def _skip_what_was(self) -> bool:
        """On a chain that was kept the launches go on after the last one; whether this is one."""
        if not self._per_minute:
            return False
        end = 1
        while self._was_launched(end - 1):
            end *= 2
        first = bisect_left(range(end), True, key=lambda number: not self._was_launched(number))
        coming = launches(
            self._seed, per_minute=self._per_minute, crowd=SIZE, hour_ms=self._hour_ms, first=first
        )
        launch = next(coming)
        self._coming = chain((launch,), coming)
        self._skipped_ms = launch.at_ms - FIRST_MS if first else 0
        return first > 0

    def _was_launched(self, number: int) -> bool:
        creator = Actor(self._ledger, launch_seed(self._seed, number)).key
        return self._ledger.account(str(creator)) is not None

    def _plan_next_launch(self) -> None:
        launch = next(self._coming, None)
        if launch is None:
            return
        at_ms, last = launch.at_ms - self._skipped_ms, self._last_launch_ms
        if last is None or at_ms <= last:
            self._at(at_ms, partial(self._launch, launch))

    def _launch(self, launch: Launch) -> None:
        token = LaunchedToken(self._ledger, launch)
        creator = str(token.creator)
        self._treasury.send([transfer_lamports(str(self._treasury.key), creator, token.funds)])
        if token.create():
            block, pool = self._ledger.chain.tip, str(token.pool.pool) if token.has_pool else ""
            self.truth.add(
                LaunchTruth(
                    number=launch.number,
                    mint=str(token.mint),
                    pool=pool,
                    creator=creator,
                    archetype=launch.archetype,
                    at_slot=block.slot,
                    at_time=block.time,
                )
            )
            self._plan_trades(token)
        self._plan_next_launch()

    def _plan_trades(self, token: LaunchedToken) -> None:
        start, archetype = self._now_ms(), token.launch.archetype
        for step in token.launch.trades:
            self._at(start + step.after_ms, partial(self._crowd.trade, token, step))
        every = self._hour_ms // 4 if archetype.slow else _STRIKES_EVERY_MS
        for repeat in range(archetype.strikes):
            at_ms = start + token.launch.strike_ms + repeat * every
            self._at(at_ms, partial(self._strike, token, archetype.strikes - repeat))

    def _strike(self, token: LaunchedToken, left: int) -> None:
        deed = strike(token, left, self._crowd.wallets)
        if deed is not None:
            self.truth.note(str(token.mint), Event(self._ledger.chain.tip.slot, deed.what, deed.signature))

    def _at(self, at_ms: int, act: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._agenda, (at_ms, self._count, act))

    def _now_ms(self) -> int:
        return (self._ledger.chain.tip.slot - self._first_slot) * self._slot_ms
