"""The public plugin API: what a bot is, and all that a bot may ask of the engine.

A bot decides; the engine reads the chain, judges, trades and guards. A bot imports this module and the
vocabulary (configuration, domain, errors), nothing else, so the built-in ones are plugins like anyone's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from sniperforge.dex.launchpads import is_named, launchpad_of
from sniperforge.domain.events import NewPool
from sniperforge.domain.outcome import Outcome, OutcomeKind
from sniperforge.domain.verdict import Outcome as CheckOutcome
from sniperforge.domain.verdict import Verdict
from sniperforge.orders.exit_policy import ExitPolicy
from sniperforge.risk.policy import LiquidityRange, RiskPolicy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection, Coroutine

    from pydantic import BaseModel

    from sniperforge.ports import Clock

__all__ = [
    "Bot",
    "BotContext",
    "BotSpec",
    "CheckOutcome",
    "ExitPolicy",
    "Judgement",
    "LiquidityRange",
    "NewPool",
    "Outcome",
    "OutcomeKind",
    "RiskPolicy",
    "Verdict",
    "is_named",
    "launchpad_of",
]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A pool looked at: the verdict, and what the engine needs to act on it without asking again.

    Attributes:
        pool: what was judged.
        verdict: every check with its facts.
        opportunity: opaque to bots; hand it back to :meth:`BotContext.buy`. ``None`` when facts are missing.
        started_at: monotonic seconds when the gathering of its facts began.
        is_news: whether it says anything else than the last verdict on this pool; if so it is journalled.
    """

    pool: NewPool
    verdict: Verdict
    opportunity: object | None = field(repr=False)
    started_at: float
    is_news: bool = True


class BotContext(Protocol):
    """What the engine does for a bot."""

    @property
    def clock(self) -> Clock:
        """Time, so that tests own it."""
        ...

    def new_pools(self) -> AsyncIterator[NewPool]:
        """Pools as they are created, each once, for as long as the bot runs."""
        ...

    async def judge(self, pool: NewPool) -> Judgement:
        """Read the facts of a pool, run every check of the bot's policy, journal what is new."""
        ...

    async def buy(self, judgement: Judgement, lamports: int, *, reason: str) -> Outcome:
        """Buy the judged pool's token with ``lamports``, through limits and journal; guarded from then on.

        Returns:
            ``REFUSED`` when nothing was sent: not accepted, judged too long ago, a limit, no connection, or
            the bot is being stopped.

        Raises:
            StorageError: the journal cannot be written; the session ends.
            WalletBusyError: the wallet's lock is lost; the session ends.
        """
        ...

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run ``work`` beside the bot; it ends with the bot, and its failure is the bot's."""
        ...


class Bot(Protocol):
    """A trading bot: one coroutine that runs until it is cancelled."""

    async def run(self, context: BotContext) -> None:
        """Trade until cancelled. State that must survive lives in the engine's journal, not here."""
        ...


@dataclass(frozen=True, slots=True)
class BotSpec:
    """How a bot is found, configured and made.

    Attributes:
        name: as given to ``start --bot``.
        summary: one line for people.
        config: the model of its configuration file.
        make: from a validated configuration to a bot.
        trade: lamports of one buy; the round trip is simulated with as much.
        risk: the checks that the engine's judge applies for it.
        exits: the exits that each of its positions carries.
        dexes: registry names of the venues it looks at, checked before it starts; none means any.
    """

    name: str
    summary: str
    config: type[BaseModel]
    make: Callable[[Any], Bot]
    trade: Callable[[Any], int]
    risk: Callable[[Any], RiskPolicy]
    exits: Callable[[Any], ExitPolicy]
    dexes: Callable[[Any], Collection[str]] = lambda _config: ()
