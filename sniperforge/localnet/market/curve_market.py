"""Launches on the bonding curve, beside the market's pools: from a seed, through transactions only."""

from __future__ import annotations

import heapq
from functools import partial
from typing import TYPE_CHECKING, Final

from sniperforge.domain.addresses import LAMPORTS_PER_SOL, SYSTEM_PROGRAM
from sniperforge.domain.chain import Account
from sniperforge.errors import ConfigError
from sniperforge.localnet.market.actor import Actor, seed_of
from sniperforge.localnet.market.archetypes import CURVE_ARCHETYPES
from sniperforge.localnet.market.curve_coin import CurveCoin
from sniperforge.localnet.market.schedule import launch_seed, launches
from sniperforge.localnet.market.truth import Event, LaunchTruth
from sniperforge.tokens.instructions import transfer_lamports

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.localnet.ledger.chain import Block
    from sniperforge.localnet.ledger.ledger import Ledger
    from sniperforge.localnet.market.schedule import Launch, Step
    from sniperforge.localnet.market.truth import Truth

SIZE: Final = 16
_TREASURY_LAMPORTS: Final = 100_000_000 * LAMPORTS_PER_SOL
_FUNDS: Final = 500 * LAMPORTS_PER_SOL
_LEFT: Final = 2 * LAMPORTS_PER_SOL
"""A trader with less gets new funds: what is in dead coins does not come back."""


class CurveMarket:
    """A seeded stream of coins on the bonding curve of one ledger; it moves when slots open.

    Args:
        per_minute: launches a minute.
        truth: where its launches are told, as those of the market with pools are.

    Raises:
        ConfigError: a network that opens a slot per transaction, where the market would drive itself.
    """

    def __init__(self, ledger: Ledger, *, seed: int, per_minute: int, truth: Truth) -> None:
        if ledger.profile.instant:
            raise ConfigError(
                "a market needs slots that pass by time, and this network has one per transaction"
            )
        self._ledger = ledger
        self._seed = seed + (1 << 48)  # other keys than those of launches with pools
        self._treasury = Actor(ledger, seed_of("curve treasury", seed))
        self._traders = [Actor(ledger, seed_of(f"curve trader {number}", seed)) for number in range(SIZE)]
        self._coming = launches(
            self._seed, per_minute=per_minute, crowd=SIZE, kinds=CURVE_ARCHETYPES, first=self._next_number()
        )
        self._truth = truth
        self._agenda: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0
        self._first_slot = 0
        self._skipped_ms: int | None = None

    def open(self) -> None:
        """A treasury; from the next slot on coins are launched and traded."""
        treasury = str(self._treasury.key)
        if self._ledger.account(treasury) is None:
            self._ledger.set_account(Account(treasury, SYSTEM_PROGRAM, _TREASURY_LAMPORTS, b""))
        self._first_slot = self._ledger.chain.tip.slot
        self._plan_next_launch()
        self._ledger.on_block.append(self._on_block)

    def close(self) -> None:
        """Stop moving. Safe to call twice."""
        if self._on_block in self._ledger.on_block:
            self._ledger.on_block.remove(self._on_block)

    def _next_number(self) -> int:
        """On a chain that was kept the launches go on after the last one."""
        number = 0
        while self._ledger.account(str(Actor(self._ledger, launch_seed(self._seed, number)).key)) is not None:
            number += 1
        return number

    def _on_block(self, _block: Block) -> None:
        now_ms = self._now_ms()
        while self._agenda and self._agenda[0][0] <= now_ms:
            _, _, act = heapq.heappop(self._agenda)
            act()

    def _plan_next_launch(self) -> None:
        launch = next(self._coming)
        if self._skipped_ms is None:
            self._skipped_ms = launch.at_ms if launch.number else 0
        self._at(launch.at_ms - self._skipped_ms, partial(self._launch, launch))

    def _launch(self, launch: Launch) -> None:
        coin = CurveCoin(self._ledger, launch)
        self._pay(coin.actor, coin.funds)
        if coin.create():
            block = self._ledger.chain.tip
            self._truth.add(
                LaunchTruth(
                    number=launch.number,
                    mint=str(coin.coin.mint),
                    pool=str(coin.coin.curve),
                    creator=str(coin.actor.key),
                    archetype=launch.archetype,
                    at_slot=block.slot,
                    at_time=block.time,
                )
            )
            self._plan_trades(coin)
        self._plan_next_launch()

    def _plan_trades(self, coin: CurveCoin) -> None:
        start = self._now_ms()
        for step in coin.launch.trades:
            self._at(start + step.after_ms, partial(self._trade, coin, step))
        if coin.launch.archetype.rug:
            self._at(start + coin.launch.strike_ms, partial(self._dump, coin))

    def _trade(self, coin: CurveCoin, step: Step) -> None:
        trader = self._traders[step.trader]
        account = self._ledger.account(str(trader.key))
        if account is None or account.lamports < _LEFT:
            self._pay(trader, _FUNDS)
        if step.lamports:
            coin.buy(trader, step.lamports)
        else:
            coin.sell(trader, step.sell_percent)

    def _dump(self, coin: CurveCoin) -> None:
        signature = coin.sell(coin.actor, 100)
        if signature:
            event = Event(self._ledger.chain.tip.slot, "creator sold everything on the curve", signature)
            self._truth.note(str(coin.coin.mint), event)

    def _pay(self, actor: Actor, lamports: int) -> None:
        self._treasury.send([transfer_lamports(str(self._treasury.key), str(actor.key), lamports)])

    def _at(self, at_ms: int, act: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._agenda, (at_ms, self._count, act))

    def _now_ms(self) -> int:
        return (self._ledger.chain.tip.slot - self._first_slot) * self._ledger.profile.slot_ms
