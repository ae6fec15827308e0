"""Whether what is asked now is asked on behalf of an exit: the reserved part of a rate limit is for it.

A context variable, because a decision to sell asks through readers that do not know why they are asked. Tasks
inherit it from the task that makes them.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_URGENT: Final[ContextVar[bool]] = ContextVar("urgent", default=False)


def is_urgent() -> bool:
    """Whether this is inside an :func:`urgent` block."""
    return _URGENT.get()


@contextmanager
def urgent() -> Iterator[None]:
    """Everything asked inside is asked on behalf of an exit."""
    token = _URGENT.set(True)
    try:
        yield
    finally:
        _URGENT.reset(token)
