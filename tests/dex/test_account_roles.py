"""Account lists from roles."""

from __future__ import annotations

import pytest
from solders.instruction import AccountMeta
from solders.pubkey import Pubkey

from sniperforge.dex.account_roles import metas_of, roles_of
from sniperforge.domain.addresses import SYSTEM_PROGRAM, WSOL_MINT
from sniperforge.errors import DecodeError


def test_roles_become_accounts_with_their_flags() -> None:
    """Each role is looked up once per place, ``w`` writes and ``s`` signs."""
    addresses = {"user": lambda who: who, "mint": lambda _: WSOL_MINT}
    wsol, system = Pubkey.from_string(WSOL_MINT), Pubkey.from_string(SYSTEM_PROGRAM)
    assert metas_of("user:ws mint mint:w", SYSTEM_PROGRAM, addresses) == [
        AccountMeta(system, is_signer=True, is_writable=True),
        AccountMeta(wsol, is_signer=False, is_writable=False),
        AccountMeta(wsol, is_signer=False, is_writable=True),
    ]
    with pytest.raises(DecodeError):
        metas_of("user", "nobody", addresses)


def test_roles_of_a_recorded_list() -> None:
    """More accounts than roles are accepted, fewer are not."""
    assert roles_of(("a", "b", "c"), {"first": 0, "second": 1}) == {"first": "a", "second": "b"}
    assert roles_of(("a",), {"first": 0, "second": 1}) is None
