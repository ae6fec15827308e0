"""The compiled program as package data."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

PROGRAM_ID: Final = "CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C"
"""Where the program expects to be deployed; it refuses to run at any other address."""

BINARY_NAME: Final = "raydium_cpmm.so"
HASH_NAME: Final = "raydium_cpmm.so.sha256"


def program_bytes() -> bytes:
    """The SBPF version 3 program file, as committed."""
    return files(__package__).joinpath(BINARY_NAME).read_bytes()


def recorded_hash() -> str:
    """SHA-256 of the program file in hex, as recorded when it was built."""
    return files(__package__).joinpath(HASH_NAME).read_text().split()[0]
