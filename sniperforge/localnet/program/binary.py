"""The compiled programs as package data."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Final


@dataclass(frozen=True, slots=True)
class Binary:
    """One compiled program.

    Attributes:
        name: of its folder of C source and, with ``.so``, of its file.
        address: where the program expects to be deployed; it refuses to run at any other.
    """

    name: str
    address: str

    @property
    def file(self) -> str:
        """Name of the program file; the file with its SHA-256 has ``.sha256`` after it."""
        return f"{self.name}.so"

    def elf(self) -> bytes:
        """The SBPF version 3 program file, as committed."""
        return files(__package__).joinpath(self.file).read_bytes()

    def recorded_hash(self) -> str:
        """SHA-256 of the program file in hex, as recorded when it was built."""
        return files(__package__).joinpath(f"{self.file}.sha256").read_text().split()[0]


CPMM: Final = Binary("cpmm", "CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C")
PUMP_CURVE: Final = Binary("pump_curve", "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P")
PUMP_FEES: Final = Binary("pump_fees", "pfeeUxB6jkeY1Hxd7CsFCAjcbHA9rWtchMGdZ6VojVZ")
AMM_V4: Final = Binary("amm_v4", "675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8")

PROGRAMS: Final = (CPMM, PUMP_CURVE, PUMP_FEES, AMM_V4)
