"""DBC's program is known on both clusters."""

from __future__ import annotations

from sniperforge.dex.meteora_dbc import program
from sniperforge.dex.registry import DETECTOR_BY_PROGRAM


def test_the_program_is_registered() -> None:
    """One id, everywhere."""
    assert set(program.PROGRAMS.values()) == {program.MAINNET}
    assert DETECTOR_BY_PROGRAM[program.MAINNET].name == program.NAME
