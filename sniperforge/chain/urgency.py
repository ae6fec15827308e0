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

_FOR_EXIT: Final[ContextVar[bool]] = ContextVar("for_exit", default=False)


def is_for_exit() -> bool:
    """Whether this is inside an :func:`for_exit` block."""
    return _FOR_EXIT.get()


@contextmanager
def for_exit() -> Iterator[None]:
    """Everything asked inside is asked on behalf of an exit."""
    token = _FOR_EXIT.set(True)
    try:
        yield
    finally:
        _FOR_EXIT.reset(token)
