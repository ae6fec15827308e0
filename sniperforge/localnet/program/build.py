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
from sniperforge.localnet.program.binary import PROGRAMS, Binary
from sniperforge.localnet.program.linker import link

if TYPE_CHECKING:
    from collections.abc import Sequence

SOURCE: Final = Path(__file__).parent / "src"

COMPILER_VERSION: Final = "0.17.0"
"""Of ``ziglang``, that the committed files were built with; another one may give other bytes."""

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
    "-I.",
)


def build(program: Binary) -> bytes:
    """The program file, built from the packaged source; the same bytes on every run.

    Raises:
        UnavailableError: ``ziglang`` is not installed, or the compiler refused the source.
    """
    with tempfile.TemporaryDirectory(prefix="sniperforge-program-") as folder:
        output = Path(folder) / "program.o"
        _compile(program, Path(folder), output)
        return link(output.read_bytes())


def _compile(program: Binary, folder: Path, output: Path) -> None:
    source = f"{program.name}/program.c"
    command = [sys.executable, "-m", "ziglang", "cc", *COMPILER_FLAGS, "-c", source, "-o", str(output)]
    environment = os.environ | {
        "ZIG_GLOBAL_CACHE_DIR": str(folder / "global"),
        "ZIG_LOCAL_CACHE_DIR": str(folder / "local"),
    }
    done = subprocess.run(command, cwd=SOURCE, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - fixed command
    if done.returncode != 0:
        raise UnavailableError(
            f"the program {program.name} did not compile: {done.stderr.strip()[:2000]}",
            hint=f"install ziglang {COMPILER_VERSION}, the compiler that the committed files were built with",
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Builds and writes the program files, or with ``--check`` compares them with the committed ones."""
    parser = argparse.ArgumentParser(prog="sniperforge.localnet.program.build", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 when one differs")
    make = _check if parser.parse_args(arguments).check else _write
    built = [(program, build(program)) for program in PROGRAMS]
    return max(make(program, elf) for program, elf in built)


def _check(program: Binary, elf: bytes) -> int:
    committed = SOURCE.parent / program.file
    same = committed.is_file() and committed.read_bytes() == elf
    sys.stdout.write(f"{hashlib.sha256(elf).hexdigest()} {program.file} {'same' if same else 'differs'}\n")
    return 0 if same else 1


def _write(program: Binary, elf: bytes) -> int:
    digest = hashlib.sha256(elf).hexdigest()
    committed = SOURCE.parent / program.file
    committed.write_bytes(elf)
    committed.with_name(f"{program.file}.sha256").write_text(f"{digest}  {program.file}\n")
    sys.stdout.write(f"{digest} {program.file} {len(elf)} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
