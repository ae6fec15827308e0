"""Runs pytest with coverage, then the coverage check, silent when it passes: pytest's line stays the last."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Run the tests with extra pytest ``arguments``; the first failing step gives the exit code.

    Where some tests are chosen by path the coverage of all modules says nothing, so it is not measured.
    """
    if any(Path(argument.partition("::")[0]).exists() for argument in arguments):
        return subprocess.run([sys.executable, "-m", "pytest", *arguments], check=False).returncode
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        coverage = ["--cov", "--cov-report", f"json:{report}"]
        command = [sys.executable, "-m", "pytest", *coverage, *arguments]
        if code := subprocess.run(command, check=False).returncode:
            return code
        check = [sys.executable, "scripts/check_coverage.py", str(report)]
        return subprocess.run(check, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
