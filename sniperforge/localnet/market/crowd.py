"""The traders of launched tokens: wallets with wrapped SOL that do what the schedule says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.domain.addresses import LAMPORTS_PER_SOL
from sniperforge.localnet.market.actor import Actor, seed_of
from sniperforge.localnet.market.trading import WSOL, buy, sell, wrap
from sniperforge.localnet.program.cpmm.instructions import associated_token_account
from sniperforge.tokens.instructions import transfer_lamports

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from sniperforge.localnet.ledger.ledger import Ledger
    from sniperforge.localnet.market.launchpad import LaunchedToken
    from sniperforge.localnet.market.schedule import Step

SIZE: Final = 24
_FUNDS: Final = 2_000 * LAMPORTS_PER_SOL
_WRAPPED: Final = 1_900 * LAMPORTS_PER_SOL


class Crowd:
    """``SIZE`` traders.

    Args:
        treasury: pays for their start.
    """

    def __init__(self, ledger: Ledger, treasury: Actor, seed: int) -> None:
        self._treasury = treasury
        self._traders = [Actor(ledger, seed_of(f"trader {number}", seed)) for number in range(SIZE)]

    def open(self) -> None:
        """Fund every trader and wrap most of it."""
        for trader in self._traders:
            self._fund(trader)

    @property
    def wallets(self) -> list[Pubkey]:
        """Whose they are, for those who send them things."""
        return [trader.key for trader in self._traders]

    def trade(self, token: LaunchedToken, step: Step) -> None:
        """One trade; it may fail on chain, as trades do."""
        trader = self._traders[step.trader]
        if step.lamports:
            self._buy(trader, token, step.lamports)
        else:
            self._sell(trader, token, step.sell_percent)

    def _fund(self, trader: Actor) -> None:
        self._treasury.send([transfer_lamports(str(self._treasury.key), str(trader.key), _FUNDS)])
        trader.send(wrap(trader, _WRAPPED))

    def _buy(self, trader: Actor, token: LaunchedToken, lamports: int) -> None:
        if trader.balance(associated_token_account(trader.key, WSOL)) < lamports:
            self._fund(trader)  # what is in dead pools does not come back, and a network may run for days
        buy(trader, token, lamports)

    def _sell(self, trader: Actor, token: LaunchedToken, percent: int) -> None:
        raw = trader.balance(token.account_of(trader.key)) * percent // 100
        if raw:
            sell(trader, token, raw)
