"""The clock of rate budgets."""

from __future__ import annotations

from pathlib import Path

import pytest

from sniperforge.coordination.rate_clock import boot_id, boottime


def test_it_goes_on() -> None:
    """Nanoseconds that do not go back."""
    first = boottime()
    assert 0 < first <= boottime()


@pytest.mark.skipif(not Path("/proc/uptime").exists(), reason="Linux tells its uptime there")
def test_it_counts_sleep() -> None:
    """It is the machine's uptime, which includes suspension, whatever this process did."""
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    assert boottime() / 1e9 == pytest.approx(uptime, abs=5)


def test_a_boot_has_a_name(tmp_path: Path) -> None:
    """The kernel's own text where there is one, else the time of the start; stable within a boot."""
    path = tmp_path / "boot_id"
    path.write_text("0e0f\n")
    assert boot_id(path=path) == "0e0f"
    assert boot_id(path=tmp_path / "absent") == boot_id(path=tmp_path / "absent") != ""
    assert boot_id() == boot_id()
