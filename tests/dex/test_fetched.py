"""Fetched accounts are what their pool says."""

from __future__ import annotations

import struct

import pytest

from sniperforge.dex.fetched import checked_mint, found, vault_amount
from sniperforge.domain.addresses import SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.errors import DecodeError, NotFoundError
from sniperforge.tokens.addresses import pubkey

VAULT_DATA = bytes(pubkey(WSOL_MINT)) + bytes(32) + struct.pack("<Q", 7) + bytes(36) + b"\x01"
ACCOUNTS: dict[str, Account | None] = {
    "vault": Account("vault", TOKEN_PROGRAM, 1, VAULT_DATA.ljust(165, b"\0")),
    "mint": Account("mint", TOKEN_PROGRAM, 1, bytes(36) + struct.pack("<QBB", 9, 6, 1) + bytes(36)),
    "gone": None,
}


def vault(**changes: str) -> int:
    """The vault's amount."""
    expected = {"mint": WSOL_MINT, "token_program": TOKEN_PROGRAM, "owner": SYSTEM_PROGRAM, "pool": "p"}
    return vault_amount("vault", ACCOUNTS, **(expected | changes))


def test_what_agrees() -> None:
    """The balance, and the mint."""
    assert vault() == 7
    assert checked_mint("mint", ACCOUNTS, token_program=TOKEN_PROGRAM, decimals=6).supply == 9


@pytest.mark.parametrize(
    "change", [{"mint": "x"}, {"token_program": TOKEN_2022_PROGRAM}, {"owner": WSOL_MINT}], ids=str
)
def test_a_foreign_vault(change: dict[str, str]) -> None:
    """Another mint, token program or owner is refused."""
    with pytest.raises(DecodeError, match="pool p"):
        vault(**change)


def test_a_contradicting_mint_and_a_missing_account() -> None:
    """Decimals must agree; what is not there is not found."""
    with pytest.raises(DecodeError, match="contradicts"):
        checked_mint("mint", ACCOUNTS, token_program=TOKEN_PROGRAM, decimals=9)
    for name in ("gone", "never"):
        with pytest.raises(NotFoundError):
            found(name, ACCOUNTS)
