"""The garbage collector of a process that stays: what is loaded by now is not searched again."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

OLD_GENERATION_EVERY: Final = 100
"""Collections of the middle generation until the old one is looked through; Python's own default is 10.

What trading leaves behind is freed by reference counts and the young generations; a look through everything
takes tens of milliseconds, at a moment that nobody chose.
"""


@contextmanager
def calm_memory() -> Iterator[None]:
    """Collect once, then spare what is alive; inside the block a pause is a matter of microseconds.

    Enter it when everything is loaded and connected, before anything is in a hurry.
    """
    thresholds = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*thresholds[:2], OLD_GENERATION_EVERY)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()
