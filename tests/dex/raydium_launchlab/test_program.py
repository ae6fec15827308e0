"""Addresses that LaunchLab derives, held against mainnet: a sale of 2026-10 (uzuSemMh...) names them all."""

from __future__ import annotations

from sniperforge.dex.raydium_launchlab import program
from sniperforge.domain.addresses import WSOL_MINT

POOL = "Bqbokd7TQq1RJG9bMEaeg4rixd9tNgfCt4PfbcJjY7ce"
MINT = "5cHHA3idGG1e7X1oMVuxTq2u8jWoY65iHvAC4Tc4H2ya"


def test_addresses_of_a_mainnet_curve() -> None:
    """Curve, vaults, authorities, and where platform and creator find their fees."""
    assert program.pool_address(MINT, WSOL_MINT) == POOL
    assert program.vault_address(POOL, MINT) == "4FT89XgghvrAmnFSjxru5YeE2b7VZXGcgLBrg8vVSHqx"
    assert program.vault_address(POOL, WSOL_MINT) == "J9BkR2Q9xJGyMnd41NCCyuXnbVqjUP8AWRBZYJKBiWnE"
    assert program.authority() == "WLHv2UAZm6z4KyaaELi5pjdbJh6RESMva1Rnn8pJVVh"
    assert program.event_authority() == "2DPAtwB8L12vrMRExbLuyGnC7n2J5LNoZQSejeQGpwkr"
    platform, creator = (
        program.fee_vault_address(owner, WSOL_MINT)
        for owner in (
            "4E876qZTE9FJMrBzgVtBrSrzz2TLivB5Y5QXPjB4gZL7",
            "3y1jpFtUBYepN6HvSqoT16xPMXbWKCspE4E7xUVr7mQh",
        )
    )
    assert platform == "53PrcuNbuYHGh9g3iW7ugdkxaFjF938M5Cwi5SbzwJjQ"
    assert creator == "GXANSLYoKkdsfb5RabcULCsqf3WJzitqSGBi3C8HhMuq"
    assert program.pool_address(MINT, WSOL_MINT, program.DEVNET) != POOL
