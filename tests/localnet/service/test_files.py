"""Names of the service's files."""

from __future__ import annotations

from dataclasses import astuple
from pathlib import Path

from sniperforge.localnet.service.files import ServiceFiles


def test_they_are_distinct_and_inside_the_folder(tmp_path: Path) -> None:
    """Eight files, none shared."""
    paths = astuple(ServiceFiles.in_folder(tmp_path))
    assert len(set(paths)) == 8
    assert {path.parent for path in paths} == {tmp_path}
