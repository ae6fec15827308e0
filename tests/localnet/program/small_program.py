"""A program of two instructions, linked by our linker: it fails with custom error 7."""

from __future__ import annotations

from sniperforge.localnet.program.linker import link
from tests.localnet.program.test_linker import EXIT, make_object

_RETURN_7 = bytes((0xB7,)) + bytes(3) + (7).to_bytes(4, "little")

FAILS_WITH_7 = link(make_object(_RETURN_7 + EXIT))
