"""Recorded chain data for tests: the shared folder where it exists, else what the project carries itself."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Final

import sniperforge

PROJECT: Final = Path(sniperforge.__file__).resolve().parents[1]
COMMITTED: Final = PROJECT / "tests" / "data"
VARIABLE: Final = "SNIPERFORGE_FIXTURES"
DEFAULT: Final = "../shared/fixtures"


def shared_root() -> Path | None:
    """The shared folder named by the environment, or beside the project; ``None`` when it is absent."""
    root = PROJECT / os.environ.get(VARIABLE, DEFAULT)
    return root.resolve() if root.is_dir() else None


def recordings(folder: str) -> dict[str, Path]:
    """Recorded files of ``folder`` by name without suffix: committed ones, and shared ones if present."""
    root = shared_root()
    places = [COMMITTED / folder, *([root / folder] if root else [])]
    return {path.stem: path for place in places for path in sorted(place.glob("*.json"))}


def read_recording(path: Path) -> Any:
    """The document in ``path``."""
    return json.loads(path.read_bytes())
