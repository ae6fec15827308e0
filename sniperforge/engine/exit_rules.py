"""The exits of one held position, over what the journal and its pool say at this moment."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from sniperforge.errors import DecodeError, RefusedError
from sniperforge.orders.exit_policy import ExitPolicy
from sniperforge.orders.exits import PositionView, decide_exit, next_peak
from sniperforge.tokens.mint import decode_mint
from sniperforge.tokens.powers import grown, powers_of

if TYPE_CHECKING:
    from sniperforge.dex.venue import PoolState
    from sniperforge.domain.chain import Account
    from sniperforge.domain.trade import Position
    from sniperforge.orders.exits import ExitDecision
    from sniperforge.ports import Clock
    from sniperforge.store.journal import Journal

PEAK_STEP_PERCENT: Final = 1
"""A new peak is journalled once it is this much above the journalled one: a restart loses no more."""


class ExitRules:
    """Decides on one position.

    Raises:
        DecodeError, ConfigError: the journalled exits cannot be read.
    """

    def __init__(self, position: Position, *, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._policy = ExitPolicy.from_json(position.exit_policy)
        self._bought = self._began_with(position)
        intent = journal.intent(position.id)
        self._powers: dict[str, str] | None = None if intent is None else intent.facts.get("powers")

    def decide(
        self, position: Position, state: PoolState | None, mint: Account | None, value: int | None
    ) -> ExitDecision | None:
        """What the rules say about the tokens still held.

        The peak is journalled as if all that was bought were still held, so that a sale of a part by hand
        does not look like a fall of the price.

        Args:
            mint: the token's mint account as of ``state``; ``None`` holds back the rule on authorities only.
            value: see :func:`exit_value`.
        """
        bought = self._bought
        peak = next_peak(position.peak_value, None if value is None else value * bought // position.raw)
        if peak * 100 > position.peak_value * (100 + PEAK_STEP_PERCENT):
            self._journal.raise_peak(position.id, peak)
        view = PositionView(
            cost_lamports=(position.cost + position.fees) * position.raw // bought,
            exit_value_lamports=value,
            peak_value_lamports=peak * position.raw // bought,
            opened_at=position.opened_at,
            now=self._clock.now(),
            entry_liquidity=position.entry_liquidity,
            liquidity=None if state is None else state.quote_liquidity,
            held_raw=position.raw,
            bought_raw=bought,
            powers_grown=self._grown(mint),
        )
        return decide_exit(self._policy, view)

    def _grown(self, mint: Account | None) -> tuple[str, ...]:
        """Against the judgement that was bought on; a buy without one goes by the first look at the mint."""
        if mint is None:
            return ()
        with suppress(DecodeError):
            powers = powers_of(decode_mint(mint))
            if self._powers is None:
                self._powers = powers
            return grown(self._powers, powers)
        return ()

    def _began_with(self, position: Position) -> int:
        """Raw tokens."""
        fills = [self._journal.fill(attempt.signature) for attempt in self._journal.attempts(position.id)]
        bought = sum(fill.token_delta for fill in fills if fill is not None)
        bought += sum(max(move.token_delta, 0) for move in self._journal.moves(position.id))
        return max(bought, position.raw, 1)


def exit_value(position: Position, state: PoolState | None) -> int | None:
    """Lamports that selling everything now would bring, after fees and price impact."""
    if state is None or position.raw <= 0:
        return None
    try:
        return state.quote(position.mint, position.raw).amount_out
    except RefusedError:
        return None
