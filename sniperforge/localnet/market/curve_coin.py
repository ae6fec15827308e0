"""A launch on the bonding curve: its coin, made with the creator's first buy, and trades of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from solders.keypair import Keypair

from sniperforge.domain.addresses import LAMPORTS_PER_SOL
from sniperforge.localnet.market.actor import Actor
from sniperforge.localnet.program.pump_curve.instructions import (
    TOKEN_2022,
    Coin,
    Words,
    buy_exact_sol_in,
    create_v2,
    sell,
)
from sniperforge.tokens.instructions import create_associated_token_account

if TYPE_CHECKING:
    from solders.instruction import Instruction

    from sniperforge.localnet.ledger.ledger import Ledger
    from sniperforge.localnet.market.schedule import Launch

_RENTS_AND_FEES: Final = LAMPORTS_PER_SOL // 5


class CurveCoin:
    """One launched coin and its creator.

    Attributes:
        actor: who launches; must be funded with :attr:`funds` first.
        coin: its addresses.
    """

    def __init__(self, ledger: Ledger, launch: Launch) -> None:
        self.launch = launch
        self.actor = Actor(ledger, launch.seed)
        self._mint_key = Keypair.from_seed(bytes(reversed(launch.seed)))
        self.coin = Coin(self._mint_key.pubkey(), self.actor.key)

    @property
    def stake(self) -> int:
        """Lamports of the creator's own first buy: much where it is to be sold on buyers."""
        return self.launch.liquidity // (5 if self.launch.archetype.rug else 60)

    @property
    def funds(self) -> int:
        """Lamports that the creator needs."""
        return self.stake + _RENTS_AND_FEES

    def create(self) -> bool:
        """The coin with its creator's first buy, in one transaction; whether it landed."""
        me, number = self.actor.key, self.launch.number
        words = Words(f"Coin {number}", f"COIN{number}", f"https://example.org/{number}")
        made = [
            create_v2(self.coin, words, user=me),
            self._account(self.actor),
            buy_exact_sol_in(self.coin, user=me, lamports=self.stake),
        ]
        return bool(self.actor.lands(made, self._mint_key))

    def buy(self, trader: Actor, lamports: int) -> str:
        """Spend lamports on it; the signature when it landed."""
        bought = buy_exact_sol_in(self.coin, user=trader.key, lamports=lamports)
        return trader.lands([self._account(trader), bought], units=200_000)

    def sell(self, trader: Actor, percent: int) -> str:
        """Sell a share of what the trader holds; the signature when it landed."""
        raw = trader.balance(self.coin.account_of(trader.key)) * percent // 100
        return trader.lands([sell(self.coin, user=trader.key, tokens=raw)], units=200_000) if raw else ""

    def _account(self, trader: Actor) -> Instruction:
        me = str(trader.key)
        return create_associated_token_account(me, me, str(self.coin.mint), str(TOKEN_2022))
