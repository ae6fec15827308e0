"""What a request to an endpoint is for, where not all of them can go at once."""

from __future__ import annotations

from enum import Enum


class Priority(Enum):
    """Who goes first when requests exceed what an endpoint allows."""

    READ = "read"
    """Anything that is neither of the others."""

    EXIT = "exit"
    """A read on behalf of a held position: what its exits are decided by, and what a sale needs."""

    SEND = "send"
    """A signed transaction."""
