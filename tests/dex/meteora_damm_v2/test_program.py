"""Derived addresses of DAMM v2, against recorded ones."""

from __future__ import annotations

from sniperforge.dex.derive import derived
from sniperforge.dex.meteora_damm_v2 import program
from sniperforge.domain.addresses import WSOL_MINT

POOL = "rS8y2KsRWRfTXJD3eSzG1bQDVnx8didKd5bLBqBK1tY"
MINT = "JB1LaZmiQCn5Bza9kAYbVdnF9XYonwW2jQQLVJ3RLkMu"


def test_recorded_addresses() -> None:
    """A migrated pool, its vaults, and the authority of all vaults."""
    config = "A8gMrEPJkacWkcb3DGwtJwTe16HktSEfvwtuDh2MCtck"
    assert program.pool_address(config, MINT, WSOL_MINT) == program.pool_address(config, WSOL_MINT, MINT)
    assert program.pool_address(config, MINT, WSOL_MINT) == POOL
    assert program.vault_address(MINT, POOL) == "JCtu4HdGHUTjusbwqkxZWyrgrw4xQ3gNUuJcd3jJkS5L"
    assert program.vault_address(WSOL_MINT, POOL) == "7fW6QBrViK14HqgYcV4Khbq1Dfk7xXvSVWajUgdEkHEG"
    assert derived(program.MAINNET, b"pool_authority") == program.AUTHORITY


def test_one_customizable_pool_per_pair() -> None:
    """In any order."""
    assert program.customizable_address(MINT, WSOL_MINT) == program.customizable_address(WSOL_MINT, MINT)
    assert program.customizable_address(MINT, WSOL_MINT) != POOL
