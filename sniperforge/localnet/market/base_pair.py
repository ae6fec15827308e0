"""The SOL/USDC pool: opens at $150, its outside price walks, and an arbitrageur keeps the pool near it."""

from __future__ import annotations

import math
import random
import struct
from typing import TYPE_CHECKING, Final

from solders.pubkey import Pubkey

from sniperforge.domain.addresses import LAMPORTS_PER_SOL, TOKEN_PROGRAM, USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.localnet.market.actor import seed_of
from sniperforge.localnet.market.token_admin import mint_to
from sniperforge.localnet.program.cpmm.instructions import (
    TOKEN,
    associated_token_account,
    initialize,
    pool_addresses,
    swap_base_input,
)
from sniperforge.tokens.instructions import create_associated_token_account, sync_native, transfer_lamports

if TYPE_CHECKING:
    from sniperforge.localnet.market.actor import Actor

OPENING_USD: Final = 150
USDC_DECIMALS: Final = 6
_SOL_IN_POOL: Final = 20_000
_VOLATILITY_PER_SECOND: Final = 0.0008
_BAND: Final = 0.004
"""The arbitrageur acts when the pool is this far off: a little above the pool's fee of 0.25 %."""

_WSOL: Final = Pubkey.from_string(WSOL_MINT)
_USDC: Final = Pubkey.from_string(USDC_MINT)


def usdc_mint(authority: Pubkey) -> Account:
    """USDC at its own address, minted by ``authority``: part of genesis, like the native mint."""
    data = struct.pack("<I32sQBBI32s", 1, bytes(authority), 0, USDC_DECIMALS, 1, 0, bytes(32))
    return Account(USDC_MINT, TOKEN_PROGRAM, 1_461_600, data)


class BasePair:
    """The pool and its arbitrageur.

    Args:
        actor: mints USDC, funds the pool, and trades it.
    """

    def __init__(self, actor: Actor, seed: int) -> None:
        self._actor = actor
        self._rng = random.Random(seed_of("base pair", seed))  # noqa: S311 - a simulation
        self._pool = pool_addresses(_WSOL, _USDC)
        self._wsol = associated_token_account(actor.key, _WSOL)
        self._usdc = associated_token_account(actor.key, _USDC)
        self.outside_price = float(OPENING_USD)
        """USD per SOL elsewhere: where the pool is pulled to."""

    def open(self) -> None:
        """Wrap SOL, mint USDC, create the pool; one that was kept goes on at its price."""
        sol, held = self._reserves()
        if sol:
            self.outside_price = held / sol * LAMPORTS_PER_SOL / 10**USDC_DECIMALS
            return
        me, lamports = str(self._actor.key), _SOL_IN_POOL * LAMPORTS_PER_SOL
        usdc = _SOL_IN_POOL * OPENING_USD * 10**USDC_DECIMALS
        self._actor.send(
            [
                create_associated_token_account(me, me, WSOL_MINT),
                create_associated_token_account(me, me, USDC_MINT),
                transfer_lamports(me, str(self._wsol), lamports * 3),
                sync_native(str(self._wsol)),
                mint_to(_USDC, self._usdc, self._actor.key, usdc * 3, TOKEN),
            ]
        )
        mine = {_WSOL: (self._wsol, lamports), _USDC: (self._usdc, usdc)}
        (account_0, amount_0), (account_1, amount_1) = mine[self._pool.mint_0], mine[self._pool.mint_1]
        self._actor.send(
            [
                initialize(
                    self._pool,
                    creator=self._actor.key,
                    creator_token_0=account_0,
                    creator_token_1=account_1,
                    amount_0=amount_0,
                    amount_1=amount_1,
                )
            ],
            units=400_000,
        )

    def tick(self, seconds: float) -> None:
        """Let the outside price walk for ``seconds``, trade a little noise, then arbitrage."""
        self.outside_price *= math.exp(self._rng.gauss(0, _VOLATILITY_PER_SECOND * math.sqrt(seconds)))
        if self._rng.random() < seconds:
            self._trade(sells_sol=self._rng.random() < 0.5, lamports=self._rng.randrange(1, 20) * 10**9)
        self._arbitrage()

    def _trade(self, *, sells_sol: bool, lamports: int) -> None:
        sol, usdc = self._reserves()
        if sol:
            self._swap(sells_sol=sells_sol, amount_in=lamports if sells_sol else lamports * usdc // sol)

    def _arbitrage(self) -> None:
        """Move the pool along its curve to where the outside price is."""
        sol, usdc = self._reserves()
        if not sol or not usdc:
            return
        price, target = usdc / sol, self.outside_price * 10**USDC_DECIMALS / LAMPORTS_PER_SOL
        if abs(price / target - 1) < _BAND:
            return
        if target < price:
            self._swap(sells_sol=True, amount_in=int(math.sqrt(sol * usdc / target) - sol))
        else:
            self._swap(sells_sol=False, amount_in=int(math.sqrt(sol * usdc * target) - usdc))

    def _swap(self, *, sells_sol: bool, amount_in: int) -> None:
        source, destination = (self._wsol, self._usdc) if sells_sol else (self._usdc, self._wsol)
        if self._actor.balance(source) < amount_in:
            return  # a kept chain's market had another seed, and with it another treasury
        self._actor.send(
            [
                swap_base_input(
                    self._pool,
                    payer=self._actor.key,
                    source=source,
                    destination=destination,
                    mint_in=_WSOL if sells_sol else _USDC,
                    amount_in=amount_in,
                )
            ]
        )

    def _reserves(self) -> tuple[int, int]:
        vaults = {self._pool.mint_0: self._pool.vault_0, self._pool.mint_1: self._pool.vault_1}
        return self._actor.balance(vaults[_WSOL]), self._actor.balance(vaults[_USDC])
