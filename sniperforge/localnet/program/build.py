"""Compiles the C source with ``ziglang`` and links it.

Run it as ``python -m sniperforge.localnet.program.build [--check]``.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sniperforge.errors import UnavailableError
from sniperforge.localnet.program.binary import BINARY_NAME, HASH_NAME
from sniperforge.localnet.program.linker import link

if TYPE_CHECKING:
    from collections.abc import Sequence

SOURCE: Final = Path(__file__).parent / "src"

COMPILER_VERSION: Final = "0.17.0"
"""Of ``ziglang``, that the committed file was built with; another one may give other bytes."""

COMPILER_FLAGS: Final = (
    "-target",
    "bpfel-freestanding",
    "-mcpu=v2",  # v3 and later use 32-bit arithmetic whose carries mean something else in SBPF
    "-mllvm",
    "-bpf-stack-size=4096",
    "-Os",
    "-ffreestanding",
    "-fno-builtin",
    "-fno-jump-tables",
    "-fno-strict-aliasing",
    "-fno-pic",
    "-Wall",
    "-Wextra",
    "-Werror",
)


def build() -> bytes:
    """The program file, built from the packaged source; the same bytes on every run.

    Raises:
        UnavailableError: ``ziglang`` is not installed, or the compiler refused the source.
    """
    with tempfile.TemporaryDirectory(prefix="sniperforge-amm-") as folder:
        output = Path(folder) / "program.o"
        _compile(Path(folder), output)
        return link(output.read_bytes())


def _compile(folder: Path, output: Path) -> None:
    command = [sys.executable, "-m", "ziglang", "cc", *COMPILER_FLAGS, "-c", "program.c", "-o", str(output)]
    environment = os.environ | {
        "ZIG_GLOBAL_CACHE_DIR": str(folder / "global"),
        "ZIG_LOCAL_CACHE_DIR": str(folder / "local"),
    }
    done = subprocess.run(command, cwd=SOURCE, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - fixed command
    if done.returncode != 0:
        raise UnavailableError(
            f"the AMM program did not compile: {done.stderr.strip()[:2000]}",
            hint=f"install ziglang {COMPILER_VERSION}, the compiler that the committed file was built with",
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Builds and writes the program file, or with ``--check`` compares it with the committed one."""
    parser = argparse.ArgumentParser(prog="sniperforge.localnet.program.build", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 when it differs")
    check = parser.parse_args(arguments).check
    program = build()
    digest = hashlib.sha256(program).hexdigest()
    committed = SOURCE.parent / BINARY_NAME
    if check:
        same = committed.is_file() and committed.read_bytes() == program
        sys.stdout.write(f"{digest} {'same' if same else 'differs'}\n")
        return 0 if same else 1
    committed.write_bytes(program)
    (SOURCE.parent / HASH_NAME).write_text(f"{digest}  {BINARY_NAME}\n")
    sys.stdout.write(f"{digest} {len(program)} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
