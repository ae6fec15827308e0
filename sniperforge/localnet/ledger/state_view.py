"""Accounts as they were when a block was complete: what a read at ``confirmed`` or ``finalized`` sees."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from sniperforge.localnet.ledger.balances import is_holding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from solders.account import Account

    from sniperforge.localnet.ledger.chain import Block
    from sniperforge.localnet.ledger.vm import Vm

Replaced = dict[str, "Account | None"]
"""By address: what a block's first write to the account replaced; ``None`` when it did not exist."""


class StateView:
    """The accounts at the end of one block; of the newest block, as they are now.

    Args:
        vm: the newest state.
        block: whose state is seen.
        newer: what each later block replaced, oldest first.

    Attributes:
        block: whose state is seen.
        changed: whether later blocks wrote anything.
    """

    def __init__(self, vm: Vm, block: Block, newer: Sequence[Mapping[str, Account | None]]) -> None:
        self._vm = vm
        self._newer = [replaced for replaced in newer if replaced]
        self.block = block

    @property
    def slot(self) -> int:
        """Of the block."""
        return self.block.slot

    @property
    def changed(self) -> bool:
        """Whether later blocks wrote anything."""
        return bool(self._newer)

    def get(self, key: Pubkey) -> Account | None:
        """The account of ``key``; ``None`` when it did not exist."""
        if self._newer:
            name = str(key)
            for replaced in self._newer:
                if name in replaced:
                    return replaced[name]
        return self._vm.get(key)

    def balance(self, key: Pubkey) -> int:
        """Lamports of ``key``; 0 when it did not exist."""
        if not self._newer:
            return self._vm.balance(key)
        account = self.get(key)
        return 0 if account is None else account.lamports

    def replaced(self, name: str) -> bool:
        """Whether a later block wrote the account at address ``name``."""
        return any(name in replaced for replaced in self._newer)

    def of_program(self, program: Pubkey) -> Iterator[tuple[str, Account]]:
        """Address and account of everything that ``program`` owned."""
        for name, account in self._read(self._vm.index.by_program(program)):
            if account.owner == program:
                yield name, account

    def of_mint(self, mint: Pubkey) -> Iterator[tuple[str, Account]]:
        """Address and account of the token accounts of ``mint``."""
        wanted = bytes(mint)
        for name, account in self._read(self._vm.index.by_mint(mint)):
            if is_holding(account) and account.data[:32] == wanted:
                yield name, account

    def of_owner(self, owner: Pubkey) -> Iterator[tuple[str, Account]]:
        """Address and account of the token accounts that ``owner`` could spend from."""
        wanted = bytes(owner)
        for name, account in self._read(self._vm.index.by_owner(owner)):
            if is_holding(account) and account.data[32:64] == wanted:
                yield name, account

    def balances(self) -> Iterator[tuple[str, int]]:
        """Address and lamports of every account there was."""
        if not self._newer:
            return self._vm.balances()
        return ((name, account.lamports) for name, account in self._read(self._vm.index.addresses()))

    def _read(self, names: Iterable[str]) -> Iterator[tuple[str, Account]]:
        """The accounts of ``names``, and of all that was written since, for they may have belonged there."""
        for name in dict.fromkeys(chain(names, *self._newer)):
            account = self.get(Pubkey.from_string(name))
            if account is not None:
                yield name, account
