"""The traders of launched tokens: wallets with wrapped SOL that do what the schedule says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from solders.pubkey import Pubkey

from sniperforge.domain.addresses import LAMPORTS_PER_SOL, WSOL_MINT
from sniperforge.localnet.market.actor import Actor, seed_of
from sniperforge.localnet.program.instructions import associated_token_account, swap_base_input
from sniperforge.tokens.instructions import create_associated_token_account, sync_native, transfer_lamports

if TYPE_CHECKING:
    from sniperforge.localnet.ledger.ledger import Ledger
    from sniperforge.localnet.market.launchpad import LaunchedToken
    from sniperforge.localnet.market.schedule import Step

SIZE: Final = 24
_FUNDS: Final = 2_000 * LAMPORTS_PER_SOL
_WRAPPED: Final = 1_900 * LAMPORTS_PER_SOL
_WSOL: Final = Pubkey.from_string(WSOL_MINT)


class Crowd:
    """``SIZE`` traders.

    Args:
        treasury: pays for their start.
    """

    def __init__(self, ledger: Ledger, treasury: Actor, seed: int) -> None:
        self._ledger = ledger
        self._treasury = treasury
        self._traders = [Actor(ledger, seed_of(f"trader {number}", seed)) for number in range(SIZE)]

    def open(self) -> None:
        """Fund every trader and wrap most of it."""
        for trader in self._traders:
            self._fund(trader)

    def trade(self, token: LaunchedToken, step: Step) -> None:
        """One trade; it may fail on chain, as trades do."""
        trader = self._traders[step.trader]
        if step.lamports:
            self._buy(trader, token, step.lamports)
        else:
            self._sell(trader, token, step.sell_percent)

    def _fund(self, trader: Actor) -> None:
        me = str(trader.key)
        wrapped = str(associated_token_account(trader.key, _WSOL))
        self._treasury.send([transfer_lamports(str(self._treasury.key), me, _FUNDS)])
        trader.send(
            [
                create_associated_token_account(me, me, WSOL_MINT),
                transfer_lamports(me, wrapped, _WRAPPED),
                sync_native(wrapped),
            ]
        )

    def _buy(self, trader: Actor, token: LaunchedToken, lamports: int) -> None:
        me = str(trader.key)
        if self._wrapped(trader) < lamports:
            self._fund(trader)  # what is in dead pools does not come back, and a network may run for days
        trader.send(
            [
                create_associated_token_account(me, me, str(token.mint), str(token.program)),
                swap_base_input(
                    token.pool,
                    payer=trader.key,
                    source=associated_token_account(trader.key, _WSOL),
                    destination=associated_token_account(trader.key, token.mint, token.program),
                    mint_in=_WSOL,
                    amount_in=lamports,
                ),
            ]
        )

    def _sell(self, trader: Actor, token: LaunchedToken, percent: int) -> None:
        tokens = associated_token_account(trader.key, token.mint, token.program)
        held = self._balance(tokens)
        if held * percent // 100 == 0:
            return
        trader.send(
            [
                swap_base_input(
                    token.pool,
                    payer=trader.key,
                    source=tokens,
                    destination=associated_token_account(trader.key, _WSOL),
                    mint_in=token.mint,
                    amount_in=held * percent // 100,
                )
            ]
        )

    def _wrapped(self, trader: Actor) -> int:
        return self._balance(associated_token_account(trader.key, _WSOL))

    def _balance(self, account: Pubkey) -> int:
        found = self._ledger.account(str(account))
        return 0 if found is None else int.from_bytes(found.data[64:72], "little")
