"""The door that every order passes, fed from the journal and the chain; the rules are ``risk.limits``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sniperforge.domain.trade import IntentKind
from sniperforge.errors import RefusedError
from sniperforge.risk.limits import Exposure, OrderRequest, check_limits

if TYPE_CHECKING:
    from sniperforge.chain.rpc import RpcClient
    from sniperforge.ports import Clock
    from sniperforge.risk.limits import Limits
    from sniperforge.store.journal import Journal

HALTED: Final = "halted"
"""The journal flag of the kill switch; its value says why."""

MAX_BALANCE_AGE_SECONDS: Final = 2.0
"""A balance read ahead is read again after this long, whoever asked for it."""

_DAY_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True)
class _Reading:
    """The wallet's balance, and when it was asked for: in Unix seconds, and on the monotonic clock."""

    asked_at: float
    asked_monotonic: float
    lamports: int


class Door:
    """Admits or refuses what one wallet wants to spend.

    :meth:`refresh` reads the balance; the ``admit`` methods decide without awaiting, so that what is
    admitted is journalled before anyone else is asked.
    """

    def __init__(
        self, *, wallet: str, limits: Limits, journal: Journal, rpc: RpcClient, clock: Clock
    ) -> None:
        self._wallet = wallet
        self._limits = limits
        self._journal = journal
        self._rpc = rpc
        self._clock = clock
        self._read: _Reading | None = None

    async def refresh(self, since: float | None = None) -> None:
        """Read the wallet's balance.

        Args:
            since: monotonic seconds; a reading asked for later than this will do, if nothing was booked
                after it and it is not old.

        Raises:
            UnavailableError: no usable answer.
        """
        if since is not None and self._is_known_since(since):
            return
        asked_at, asked_monotonic = self._clock.now(), self._clock.monotonic()
        balance = await self._rpc.balance(self._wallet, "processed")
        if self._read is None or asked_monotonic >= self._read.asked_monotonic:
            self._read = _Reading(asked_at, asked_monotonic, balance)

    def exposure(self) -> Exposure:
        """What is at stake now: open positions at cost, and everything not proved dead at maximum spend."""
        held = self._journal.positions()
        now = self._clock.now()
        midnight = now - now % _DAY_SECONDS
        return Exposure(
            balance_lamports=self._balance(),
            open_positions=len(held),
            open_cost_lamports=sum(max(position.cost - position.proceeds, 0) for position in held),
            entries_in_flight=self._journal.in_flight_count(IntentKind.BUY),
            entries_in_flight_lamports=self._journal.in_flight_spend(IntentKind.BUY),
            others_in_flight_lamports=self._journal.in_flight_spend(
                IntentKind.SELL, IntentKind.TRANSFER, IntentKind.CLOSE_ACCOUNT
            ),
            realised_loss_today_lamports=-self._journal.realized_since(midnight),
            halted=bool(self._journal.flag(HALTED)),
        )

    def admit_buy(self, mint: str, pool: str, max_spend: int) -> None:
        """Raise ``RefusedError`` with the numbers of every limit that a buy would break."""
        if self._journal.held_mint(mint) is not None or self._journal.buying(mint):
            raise RefusedError(f"{mint} is already held or being bought", details={"limit": "one_per_mint"})
        self._admit(OrderRequest(kind=IntentKind.BUY, max_spend_lamports=max_spend, mint=mint, pool=pool))

    def admit_transfer(self, max_spend: int) -> None:
        """Raise ``RefusedError`` when a transfer would eat the reserve or what is in flight."""
        self._admit(OrderRequest(kind=IntentKind.TRANSFER, max_spend_lamports=max_spend))

    def _balance(self) -> int | None:
        """What is surely there: what was booked since the balance was asked for may be missing from it."""
        if self._read is None:
            return None
        booked = self._journal.fills(since=self._read.asked_at)
        return self._read.lamports + sum(min(fill.settlement.lamports_delta, 0) for fill in booked)

    def _is_known_since(self, since: float) -> bool:
        read = self._read
        if read is None or read.asked_monotonic < since:
            return False
        if self._clock.monotonic() - read.asked_monotonic > MAX_BALANCE_AGE_SECONDS:
            return False
        return not self._journal.fills(since=read.asked_at)

    def _admit(self, request: OrderRequest) -> None:
        refusals = check_limits(self._limits, self.exposure(), request)
        if refusals:
            raise RefusedError(
                "; ".join(refusal.text for refusal in refusals),
                details={refusal.limit: dict(refusal.numbers) for refusal in refusals},
            )
