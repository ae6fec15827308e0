"""The floating point unit after the SVM ran: its compiled programs leave the MMX state on.

SQLite compares whole numbers with others through the x87 registers that lie under it: in such a process the
next ``50 >= 50.1`` holds. No function of the C library empties them; the instruction itself is called.
"""

from __future__ import annotations

import ctypes
import mmap
import platform
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_EMMS_RET: Final = b"\x0f\x77\xc3"


def restorer() -> Callable[[], None]:
    """What empties the registers; nothing where there are none, or where code may not be made."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return _nothing
    try:
        page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    except OSError:
        return _nothing
    page.write(_EMMS_RET)
    call = ctypes.CFUNCTYPE(None)(ctypes.addressof(ctypes.c_char.from_buffer(page)))

    def restore(_alive: mmap.mmap = page) -> None:
        call()

    return restore


def _nothing() -> None:
    return
