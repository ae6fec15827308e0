"""What a trade pays to block engines, and where its bytes may go because of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from solders.instruction import AccountMeta, Instruction

from sniperforge.domain.jito import DONT_FRONT, MIN_TIP_LAMPORTS, TIP_ACCOUNTS
from sniperforge.tokens.addresses import pubkey
from sniperforge.tokens.instructions import transfer_lamports

PRIVATE_ATTEMPTS: Final = 2
"""So many times an exit is tried by bundle only; then everybody may land it: it must not be held for good."""

_DONT_FRONT: Final = pubkey(DONT_FRONT)
_TIP_ACCOUNTS: Final = tuple(bytes(pubkey(account)) for account in TIP_ACCOUNTS)


class Mev(StrEnum):
    """What is done about those who trade around other people's swaps.

    ``none``: nothing. ``tip``: a tip, so that block engines land it too, beside everybody else. ``bundle``: a
    tip, and block engines alone get it, so that nobody sees it before it lands.
    """

    NONE = "none"
    TIP = "tip"
    BUNDLE = "bundle"


@dataclass(frozen=True, slots=True)
class Tip:
    """What one transaction pays.

    Attributes:
        lamports: 0 for no tip.
        mev: where it may go.
    """

    mev: Mev = Mev.NONE
    lamports: int = 0

    def instructions(self, wallet: str, salt: int) -> list[Instruction]:
        """The end of the transaction: a transfer to one of the tip accounts, which ``salt`` picks.

        It names the account that forbids to be run in front of if only block engines may have it.
        """
        if self.mev is Mev.NONE:
            return []
        pay = transfer_lamports(wallet, TIP_ACCOUNTS[salt % len(TIP_ACCOUNTS)], self.lamports)
        if self.mev is Mev.TIP:
            return [pay]
        aside = AccountMeta(_DONT_FRONT, is_signer=False, is_writable=False)
        return [Instruction(pay.program_id, pay.data, [*pay.accounts, aside])]

    def within(self, room: int) -> Tip:
        """The same with at most ``room`` lamports; none when that is less than block engines take."""
        lamports = min(self.lamports, room)
        return Tip(self.mev, lamports) if lamports >= MIN_TIP_LAMPORTS else NO_TIP


NO_TIP: Final = Tip()


@dataclass(frozen=True, slots=True)
class TipPolicy:
    """What trades pay.

    Attributes:
        mev: see :class:`Mev`.
        first: lamports of the first attempt; each further one pays half as much more.
        most: lamports of any.
    """

    mev: Mev = Mev.NONE
    first: int = 0
    most: int = 0

    def of_attempt(self, number: int, chosen: Mev | None = None) -> Tip:
        """What the ``number``-th attempt of a trade pays, from 1; ``chosen`` stands for ``mev`` if given."""
        mev = self.mev if chosen is None else chosen
        if mev is Mev.NONE:
            return NO_TIP
        raised = min(number, 64) - 1
        lamports = min(self.first * 3**raised // 2**raised, self.most)
        public = mev is Mev.TIP or number > PRIVATE_ATTEMPTS
        return Tip(Mev.TIP if public else Mev.BUNDLE, lamports)


def may_go(raw: bytes) -> Mev:
    """Where a signed transaction may go, by the accounts in it: it says so itself, also after a restart."""
    if bytes(_DONT_FRONT) in raw:
        return Mev.BUNDLE
    return Mev.TIP if any(account in raw for account in _TIP_ACCOUNTS) else Mev.NONE
