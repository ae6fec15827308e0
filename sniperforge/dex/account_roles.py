"""Account lists written as roles: which address plays a role is said once, for all instructions."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from solders.instruction import AccountMeta

from sniperforge.tokens.addresses import pubkey

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Parties = TypeVar("Parties")


def roles_of(accounts: tuple[str, ...], roles: Mapping[str, int]) -> dict[str, str] | None:
    """Addresses by role, from the index of each; ``None`` when there are too few accounts."""
    if len(accounts) <= max(roles.values()):
        return None
    return {role: accounts[index] for role, index in roles.items()}


def metas_of(
    roles: str, parties: Parties, addresses: Mapping[str, Callable[[Parties], str]]
) -> list[AccountMeta]:
    """The accounts of an instruction, in order.

    Args:
        roles: names separated by spaces; after a colon, ``w`` for writable and ``s`` for signer.
        parties: who the roles are.
        addresses: how ``parties`` tells the address, by role.

    Raises:
        DecodeError: an address is not one.
    """
    return [
        AccountMeta(pubkey(addresses[role](parties)), is_signer="s" in flags, is_writable="w" in flags)
        for role, flags in _parsed(roles)
    ]


@lru_cache(maxsize=64)
def _parsed(roles: str) -> tuple[tuple[str, str], ...]:
    return tuple((role, flags) for role, _, flags in (each.partition(":") for each in roles.split()))
