"""Derived addresses of DLMM, against recorded ones."""

from __future__ import annotations

from sniperforge.dex.meteora_dlmm import program

POOL = "B5Eia4cE71tKuEDaqPHucJLG2fxySKyKzLMewd2nUvoc"
MINT = "B4rGSdcBrmLEPUQXpZa91PMsRE3GqNcjLd6EMvM3yaj2"
WSOL = "So11111111111111111111111111111111111111112"


def test_recorded_addresses() -> None:
    """A pool under a numbered preset, its reserves and its oracle; the order of mints does not matter."""
    preset = "BB2atM1VveWJJUERbufE73fzZAss74J6DcEx1jGdTvwg"
    assert program.pool_address(preset, MINT, WSOL) == program.pool_address(preset, WSOL, MINT) == POOL
    assert program.reserve_address(POOL, MINT) == "HmAJViUS3iMSzuedDs1z4QxAPitnK8oNC6dwAaNrRTBE"
    assert program.reserve_address(POOL, WSOL) == "2LAbjR3C5pWMVKh7HUWyEZ6wwubHwHB6B91vu5jaB3mr"
    assert program.oracle_address(POOL) == "HeC6TwhrT9eusRp8wMWuswpMAp1eUmr4mUB5csYMPsjU"


def test_older_addresses() -> None:
    """Pools that were made of a bin step and a base factor, and of a bin step alone."""
    mint = "Df6yfrKC8kZE3KNkrHERKzAetSxbrWeniQfyJY4Jpump"
    assert program.old_pool_address(WSOL, mint, 250, 4000) == "EtAdVRLFH22rjWh3mcUasKFF27WtHhsaCvK27tPFFWig"
    assert program.old_pool_address(WSOL, mint, 250) != program.old_pool_address(mint, WSOL, 250, 4000)
    assert program.permissioned_address(MINT, WSOL, mint, 1) == program.permissioned_address(
        MINT, mint, WSOL, 1
    )
