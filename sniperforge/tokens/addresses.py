"""Addresses that follow from others: associated token accounts and accounts with a seed."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey
from solders.token.associated import get_associated_token_address

from sniperforge.domain.addresses import TOKEN_PROGRAM
from sniperforge.errors import DecodeError

if TYPE_CHECKING:
    from typing import Final

MAX_SEED_BYTES: Final = 32
"""Longest seed that the system program takes."""


@lru_cache(maxsize=4_096)
def pubkey(address: str) -> Pubkey:
    """``address`` as a key; remembered, for a plan names the same few dozens of times.

    Raises:
        DecodeError: not base58 of 32 bytes.
    """
    try:
        return Pubkey.from_string(address)
    except ValueError:
        raise DecodeError(f"{address!r} is not a Solana address") from None


@lru_cache(maxsize=1_024)
def associated_token_address(owner: str, mint: str, token_program: str = TOKEN_PROGRAM) -> str:
    """The account in which wallets keep ``owner``'s tokens of ``mint``; remembered, for a search found it.

    Raises:
        DecodeError: an argument is not an address.
    """
    return str(get_associated_token_address(pubkey(owner), pubkey(mint), pubkey(token_program)))


def seeded_address(base: str, seed: str, program: str = TOKEN_PROGRAM) -> str:
    """The address that ``base`` may create with ``seed`` for ``program``, no further key needed.

    Raises:
        DecodeError: an argument is not an address, or the seed is longer than 32 bytes.
    """
    if len(seed.encode()) > MAX_SEED_BYTES:
        raise DecodeError(f"seed {seed!r} is longer than {MAX_SEED_BYTES} bytes")
    return str(Pubkey.create_with_seed(pubkey(base), seed, pubkey(program)))
