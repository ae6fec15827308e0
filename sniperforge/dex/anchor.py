"""Discriminators of Anchor programs: the first eight bytes of a name's SHA-256."""

from __future__ import annotations

from hashlib import sha256

DISCRIMINATOR_SIZE = 8


def instruction_discriminator(name: str) -> bytes:
    """First bytes of the instruction ``name`` (snake case)."""
    return _discriminator("global", name)


def account_discriminator(name: str) -> bytes:
    """First bytes of the account type ``name`` (camel case)."""
    return _discriminator("account", name)


def event_discriminator(name: str) -> bytes:
    """First bytes of the event ``name`` (camel case), in a ``Program data:`` line or a self-call."""
    return _discriminator("event", name)


def _discriminator(namespace: str, name: str) -> bytes:
    return sha256(f"{namespace}:{name}".encode()).digest()[:DISCRIMINATOR_SIZE]
