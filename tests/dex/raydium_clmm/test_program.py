"""Addresses that Raydium CLMM derives, held against a recorded creation (5bT1opCw...)."""

from __future__ import annotations

from sniperforge.dex.raydium_clmm import program

POOL = "7ypbduGATyfEhTCMCLhhGtCTsPudEKTbMgJfA5gS44Qh"
CONFIG = "E64NGkDLLCdQ2yFNPcavaKptrEgmiQaNykUuLC1Qgwyp"
MINTS = ("6NcdiK8B5KK2DzKvzvCfqi8EHaEqu48fyEzC8Mm9pump", "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v")


def test_addresses_of_a_recorded_pool() -> None:
    """Pool, vaults, observations and bitmap."""
    assert program.pool_address(CONFIG, *MINTS) == POOL
    assert program.vault_address(POOL, MINTS[0]) == "3Rkt6v35Z3vXeBBYRFiF3GY6RX1DWB7RkL7AHmY9VGsM"
    assert program.vault_address(POOL, MINTS[1]) == "FR8XJ3DhoBCV6M8Rc15V16N4Mpv76NG2ktsWpZqKUEM8"
    assert program.observation_address(POOL) == "HYivBDMTU5AaGY6NmGxwGjqLBsLEqVroQA2V3iQxi2vK"
    assert program.bitmap_address(POOL) == "DsFfPkzPibWm734yasxctaT1A3Q6y27qbo6uYVTDtUqj"
    assert program.pool_address(CONFIG, *MINTS, program.DEVNET) != POOL
