"""The door that every order passes, fed from journal and chain; its rules are ``risk.limit_rules``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sniperforge.domain.trade import IntentKind
from sniperforge.engine.exposure import exposure_of
from sniperforge.errors import RefusedError, UnavailableError
from sniperforge.risk.limit_rules import check_limits
from sniperforge.risk.limits import OrderRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sniperforge.chain.rpc import RpcClient
    from sniperforge.domain.trade import Intent
    from sniperforge.engine.kill_switch import KillSwitch
    from sniperforge.ports import Clock
    from sniperforge.risk.limits import Exposure, Limits
    from sniperforge.store.journal import Journal

MAX_BALANCE_AGE_SECONDS: Final = 2.0
"""A balance read ahead is read again after this long, whoever asked for it."""

FEE_LEVEL_PERCENTILE: Final = 75
"""Of the recent slots' priority fees: what is paid while it is busy, without the dearest quarter."""


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
        self,
        *,
        wallet: str,
        limits: Limits,
        journal: Journal,
        rpc: RpcClient,
        clock: Clock,
        switch: KillSwitch,
    ) -> None:
        self._wallet = wallet
        self._limits = limits
        self._journal = journal
        self._rpc = rpc
        self._clock = clock
        self._switch = switch
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

    async def fee_level(self, pool: str) -> int | None:
        """Micro-lamports per compute unit that recent transactions on ``pool`` paid.

        ``None`` when no limit asks for it, or nobody can say.
        """
        if self._limits.max_priority_fee_micro_lamports is None:
            return None
        try:
            return level_of([fee for _slot, fee in await self._rpc.recent_fees((pool,))])
        except UnavailableError:
            return None

    def exposure(self, mint: str = "", creator: str = "", fee_level: int | None = None) -> Exposure:
        """What is at stake now, also in one mint and in one creator's tokens."""
        return exposure_of(
            self._journal,
            self._limits,
            self._switch,
            now=self._clock.now(),
            balance=self._balance(),
            mint=mint,
            creator=creator,
            fee_level=fee_level,
        )

    def admit_buy(self, intent: Intent, fee_level: int | None = None) -> None:
        """Raise ``RefusedError`` with the numbers of every limit that a buy would break.

        Args:
            fee_level: as :meth:`fee_level` told it.
        """
        mint = intent.mint
        if self._journal.held_mint(mint) is not None or self._journal.buying(mint):
            raise RefusedError(f"{mint} is already held or being bought", details={"limit": "one_per_mint"})
        request = OrderRequest(
            kind=IntentKind.BUY,
            max_spend_lamports=intent.max_spend,
            max_fee_lamports=int(intent.facts.get("max_fee", 0)),
            mint=mint,
            creator=str(intent.facts.get("creator", "")),
        )
        self._admit(request, self.exposure(mint, request.creator, fee_level))

    def admit_transfer(self, max_spend: int) -> None:
        """Raise ``RefusedError`` when a transfer would eat the reserve or what is in flight."""
        self._admit(OrderRequest(kind=IntentKind.TRANSFER, max_spend_lamports=max_spend), self.exposure())

    def admit_closing(self, max_spend: int) -> None:
        """Raise ``RefusedError`` when the wallet cannot pay for the closing of accounts."""
        self._admit(
            OrderRequest(kind=IntentKind.CLOSE_ACCOUNT, max_spend_lamports=max_spend), self.exposure()
        )

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

    def _admit(self, request: OrderRequest, exposure: Exposure) -> None:
        refusals = check_limits(self._limits, exposure, request)
        if refusals:
            raise RefusedError(
                "; ".join(refusal.text for refusal in refusals),
                details={refusal.limit: dict(refusal.numbers) for refusal in refusals},
            )


def level_of(fees: Sequence[int]) -> int:
    """The level of recent slots' priority fees; 0 when nothing was paid."""
    ordered = sorted(fees)
    return ordered[(len(ordered) - 1) * FEE_LEVEL_PERCENTILE // 100] if ordered else 0
