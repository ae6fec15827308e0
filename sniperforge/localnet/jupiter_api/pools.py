"""Every pool on the ledger by the mints that it trades, and its state as of now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from solders.pubkey import Pubkey

from sniperforge.dex.raydium_cpmm import program
from sniperforge.dex.raydium_cpmm.accounts import decode_pool
from sniperforge.dex.raydium_cpmm.venue import RaydiumCpmm
from sniperforge.errors import DecodeError, NotFoundError
from sniperforge.localnet.ledger.balances import holding_amount
from sniperforge.localnet.ledger.sysvars import SLOTS_PER_EPOCH

if TYPE_CHECKING:
    from sniperforge.dex.raydium_cpmm.accounts import CpmmPool
    from sniperforge.dex.raydium_cpmm.state import CpmmState
    from sniperforge.domain.chain import Account
    from sniperforge.localnet.ledger.ledger import Ledger

LABEL: Final = "Raydium CPMM"
"""What Jupiter calls the venue."""

VENUE: Final = RaydiumCpmm()
_PROGRAM: Final = Pubkey.from_string(program.MAINNET)


class Pools:
    """The pools of one ledger; found again before every answer, for they come by transactions."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: dict[str, CpmmPool | None] = {}
        self._by_mint: dict[str, list[str]] = {}

    def mints(self) -> list[str]:
        """Every mint that some pool holds, in order of appearance."""
        self._refresh()
        return list(self._by_mint)

    def of(self, mint: str) -> list[CpmmState]:
        """All pools of ``mint`` that can be read, open or not."""
        self._refresh()
        states = (self.state(address) for address in self._by_mint.get(mint, ()))
        return [state for state in states if state is not None]

    def known(self, mint: str) -> list[CpmmPool]:
        """All pools of ``mint`` as first seen: for what never changes of a pool."""
        self._refresh()
        found = (self._known[address] for address in self._by_mint.get(mint, ()))
        return [pool for pool in found if pool is not None]

    def held(self, vault: str) -> int:
        """Raw units in a vault; 0 when it is gone."""
        account = self._ledger.account(vault)
        return 0 if account is None else holding_amount(account.data)

    def between(self, mint: str, other: str) -> list[CpmmState]:
        """The pools that trade one mint for the other."""
        self._refresh()
        theirs = set(self._by_mint.get(other, ()))
        states = (self.state(address) for address in self._by_mint.get(mint, ()) if address in theirs)
        return [state for state in states if state is not None]

    def tradable(self, state: CpmmState) -> bool:
        """Whether the program would take a swap in this block."""
        return state.swap_enabled and state.open_time <= self._ledger.chain.tip.time

    def state(self, address: str) -> CpmmState | None:
        """One pool now; ``None`` when there is none."""
        known: dict[str, Account | None] = {}
        try:
            while needed := VENUE.required_accounts(address, known):
                known.update((name, self._ledger.account(name)) for name in needed)
            return VENUE.load(address, known, epoch=self._ledger.chain.tip.slot // SLOTS_PER_EPOCH)
        except (DecodeError, NotFoundError):
            return None

    def _refresh(self) -> None:
        for address in self._ledger.vm.index.by_program(_PROGRAM):
            if address not in self._known:
                self._known[address] = pool = self._read(address)
                for mint in () if pool is None else (pool.token_0_mint, pool.token_1_mint):
                    self._by_mint.setdefault(mint, []).append(address)

    def _read(self, address: str) -> CpmmPool | None:
        account = self._ledger.account(address)
        try:
            return None if account is None else decode_pool(account)
        except DecodeError:
            return None
