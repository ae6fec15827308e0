"""Fails when a module's line coverage is below the floor. Says nothing when all is well."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

FLOOR = 95.0
MAX_SHOWN = 20
EXCEPTIONS: dict[str, tuple[float, str]] = {
    "sniperforge/__main__.py": (0.0, "two lines, run by every test that spawns the command line"),
    "sniperforge/ports.py": (0.0, "protocols without behaviour, imported for their types only"),
}
"""Module path to its own floor and the reason. An exception that is no longer needed fails too."""


def problems(report: dict[str, Any], modules: set[str]) -> list[str]:
    """What is wrong: modules under their floor, modules no test loads, exceptions without need."""
    measured = {
        name.replace("\\", "/"): float(file["summary"]["percent_covered"])
        for name, file in report["files"].items()
    }
    found = [f"{name}: no test loads it" for name in sorted(modules - measured.keys())]
    for name, percent in sorted(measured.items()):
        floor = EXCEPTIONS.get(name, (FLOOR, ""))[0]
        if percent < floor:
            lines = report["files"][name]["missing_lines"]
            missing = f"{lines[:MAX_SHOWN]}{'...' if len(lines) > MAX_SHOWN else ''}"
            found.append(f"{name}: {percent:.1f} % of lines, at least {floor:.0f} needed; missing {missing}")
        elif name in EXCEPTIONS and percent >= FLOOR:
            found.append(f"{name}: {percent:.1f} %: its exception is no longer needed")
    return found + [f"{name}: an exception for a module that is gone" for name in EXCEPTIONS.keys() - modules]


def main(path: str) -> int:
    """Check the coverage report (``coverage json``) at ``path``."""
    modules = {file.as_posix() for file in Path("sniperforge").rglob("*.py") if file.stat().st_size}
    found = problems(json.loads(Path(path).read_text()), modules)
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
