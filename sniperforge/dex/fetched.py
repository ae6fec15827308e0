"""Fetched accounts of a pool: each one is there, and is what the pool says it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.errors import DecodeError, NotFoundError
from sniperforge.tokens.account import decode_token_account
from sniperforge.tokens.mint import decode_mint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.domain.chain import Account
    from sniperforge.tokens.mint import Mint


def found(address: str, accounts: Mapping[str, Account | None]) -> Account:
    """The account at ``address``. Raises :class:`NotFoundError` when it is missing."""
    account = accounts.get(address)
    if account is None:
        raise NotFoundError(f"no account at {address}", details={"address": address})
    return account


def vault_amount(
    address: str,
    accounts: Mapping[str, Account | None],
    *,
    mint: str,
    token_program: str,
    owner: str,
    pool: str,
) -> int:
    """The raw balance of a vault of ``pool``.

    Raises:
        DecodeError: it holds another mint, or belongs to another owner or token program.
        NotFoundError: it is missing.
    """
    vault = decode_token_account(found(address, accounts))
    if (vault.mint, vault.program, vault.owner) != (mint, token_program, owner):
        raise DecodeError(f"vault {address} is not a vault of pool {pool}")
    return vault.raw


def checked_mint(
    address: str, accounts: Mapping[str, Account | None], *, token_program: str, decimals: int
) -> Mint:
    """A mint of a pool.

    Raises:
        DecodeError: not a mint, or not of the token program and decimals that the pool says.
        NotFoundError: it is missing.
    """
    mint = decode_mint(found(address, accounts))
    if (mint.program, mint.decimals) != (token_program, decimals):
        raise DecodeError(f"mint {address} contradicts its pool")
    return mint
