"""Ids of requests and orders: UUID version 7, as the service uses."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Callable


def request_ids(
    now: Callable[[], float], random_bytes: Callable[[int], bytes] = secrets.token_bytes
) -> Callable[[], str]:
    """A maker of ids: 48 bits of Unix milliseconds, then random bits (RFC 9562, section 5.7)."""

    def new_id() -> str:
        raw = bytearray(int(now() * 1_000).to_bytes(6, "big") + random_bytes(10))
        raw[6] = raw[6] & 0x0F | 0x70
        raw[8] = raw[8] & 0x3F | 0x80
        return str(UUID(bytes=bytes(raw)))

    return new_id
