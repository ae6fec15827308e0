"""The creator's other wallets: they hold a share of the supply, or trade with each other for show."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from sniperforge.domain.addresses import LAMPORTS_PER_SOL
from sniperforge.localnet.market.actor import Actor
from sniperforge.localnet.market.archetypes import Aftermath
from sniperforge.localnet.market.schedule import SUPPLY, TOKEN_DECIMALS
from sniperforge.localnet.market.trading import WSOL, buy, sell, wrap
from sniperforge.localnet.program.cpmm.instructions import associated_token_account
from sniperforge.tokens.instructions import (
    create_associated_token_account,
    transfer_checked,
    transfer_lamports,
)

if TYPE_CHECKING:
    from solders.instruction import Instruction

    from sniperforge.localnet.ledger.ledger import Ledger
    from sniperforge.localnet.market.launchpad import LaunchedToken
    from sniperforge.localnet.market.schedule import Launch

_WASHED: Final = 2 * LAMPORTS_PER_SOL
_FEES: Final = LAMPORTS_PER_SOL // 50
_WALLETS_A_TRANSACTION: Final = 4


class Insiders:
    """As many wallets as the archetype says; their keys follow from the launch."""

    def __init__(self, ledger: Ledger, launch: Launch) -> None:
        count = launch.archetype.insiders
        self._archetype = launch.archetype
        self._wallets = [
            Actor(ledger, hashlib.sha256(launch.seed + b"insider" + bytes([number])).digest())
            for number in range(count)
        ]
        self._washed = _WASHED if launch.archetype.aftermath is Aftermath.WASH else 0
        self._turn = 0

    @property
    def funds(self) -> int:
        """Lamports that they need together."""
        return len(self._wallets) * (self._washed + _FEES)

    def open(self, token: LaunchedToken) -> bool:
        """Pay them and give them their share, in the slot of the creation; whether all of it landed."""
        for start in range(0, len(self._wallets), _WALLETS_A_TRANSACTION):
            batch = self._wallets[start : start + _WALLETS_A_TRANSACTION]
            gifts = [gift for wallet in batch for gift in self._gifts(token, wallet)]
            if not token.actor.lands(gifts):
                return False
        return all(wallet.lands(wrap(wallet, self._washed)) for wallet in self._wallets if self._washed)

    def _gifts(self, token: LaunchedToken, wallet: Actor) -> list[Instruction]:
        me, them = str(token.creator), str(wallet.key)
        paid = transfer_lamports(me, them, self._washed + _FEES)
        raw = SUPPLY * self._archetype.insider_share_percent // 100
        if not raw:
            return [paid]
        program = str(token.program)
        given = transfer_checked(
            str(token.tokens),
            str(token.mint),
            str(token.account_of(wallet.key)),
            me,
            raw=raw,
            decimals=TOKEN_DECIMALS,
            token_program=program,
        )
        return [paid, create_associated_token_account(me, them, str(token.mint), program), given]

    def wash(self, token: LaunchedToken) -> str:
        """The next one buys with nine tenths of what it has and sells all of it; the sale's signature."""
        wallet = self._wallets[self._turn % len(self._wallets)]
        self._turn += 1
        lamports = wallet.balance(associated_token_account(wallet.key, WSOL)) * 9 // 10
        if not lamports or not buy(wallet, token, lamports):
            return ""
        return sell(wallet, token, wallet.balance(token.account_of(wallet.key)))

    def dump(self, token: LaunchedToken) -> list[str]:
        """Everyone sells everything; the signatures of the sales that landed."""
        held = [(wallet, wallet.balance(token.account_of(wallet.key))) for wallet in self._wallets]
        sales = [sell(wallet, token, raw) for wallet, raw in held if raw]
        return [signature for signature in sales if signature]
