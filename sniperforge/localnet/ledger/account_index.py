"""Which accounts exist, by owning program, and token accounts by owner and by mint. Addresses only."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from solders.pubkey import Pubkey

from sniperforge.localnet.ledger.balances import is_holding, mint_decimals

if TYPE_CHECKING:
    from collections.abc import Collection

    from solders.account import Account

_K = TypeVar("_K")
_Entry = tuple[Pubkey, bytes]
"""Owning program, and mint + owner (64 bytes) of a token account or ``b""``."""


class AccountIndex:
    """Kept right after every write, so that no read has to scan all accounts."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._programs: dict[Pubkey, dict[str, None]] = {}
        self._mints: dict[bytes, dict[str, None]] = {}
        self._owners: dict[bytes, dict[str, None]] = {}
        self._decimals: dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def update(self, key: Pubkey, address: str, account: Account | None) -> None:
        """Note that ``account`` is now what ``address`` holds; ``None`` when it is gone."""
        entry: _Entry | None = None
        if account is not None:
            entry = (account.owner, account.data[:64] if is_holding(account) else b"")
            decimals = mint_decimals(account)
            if decimals is not None:
                self._decimals[bytes(key)] = decimals
        previous = self._entries.get(address)
        if entry != previous:
            self._replace(address, previous, entry)

    def by_program(self, program: Pubkey) -> Collection[str]:
        """Addresses owned by ``program``, in order of appearance."""
        return self._programs.get(program, {}).keys()

    def by_mint(self, mint: Pubkey) -> Collection[str]:
        """Token accounts of ``mint``."""
        return self._mints.get(bytes(mint), {}).keys()

    def by_owner(self, owner: Pubkey) -> Collection[str]:
        """Token accounts that ``owner`` may spend from."""
        return self._owners.get(bytes(owner), {}).keys()

    def addresses(self) -> Collection[str]:
        """Every existing account."""
        return self._entries.keys()

    def decimals(self, mint: bytes) -> int:
        """Decimals of ``mint``; 0 when it was never seen."""
        return self._decimals.get(mint, 0)

    def _replace(self, address: str, previous: _Entry | None, entry: _Entry | None) -> None:
        if previous is not None:
            self._remove(address, previous)
        if entry is None:
            self._entries.pop(address, None)
            return
        self._entries[address] = entry
        program, held = entry
        self._programs.setdefault(program, {})[address] = None
        if held:
            self._mints.setdefault(held[:32], {})[address] = None
            self._owners.setdefault(held[32:], {})[address] = None

    def _remove(self, address: str, entry: _Entry) -> None:
        program, held = entry
        _drop(self._programs, program, address)
        if held:
            _drop(self._mints, held[:32], address)
            _drop(self._owners, held[32:], address)


def _drop(index: dict[_K, dict[str, None]], key: _K, address: str) -> None:
    group = index[key]
    del group[address]
    if not group:
        del index[key]
