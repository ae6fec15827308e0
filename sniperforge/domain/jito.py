"""Facts of Jito's block engine that both sides of it need: tip accounts, bounds, names. No I/O.

Source: jito-labs/jito-docs, ``lowlatencytxnsend.md``.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

TIP_ACCOUNTS: Final = (
    "96gYZGLnJYVFmbjzopPSU6QiEV5fGqZNyN9nmNhvrZU5",
    "HFqU5x63VTqvQss8hp11i4wVV8bD44PvwucfZ2bU7gRe",
    "Cw8CFyM9FkoMi7K7Crf6HNQqf4uEMzpKw6QNghXLvLkY",
    "ADaUMid9yfUytqMBgopwjb2DTLSokTSzL1zt6iGPaS49",
    "DfXygSm4jCyNCybVYYK6DwvWqjKee8pbDmJGcLWNDXjh",
    "ADuUkR4vqLUMWXxW9gh6D6L8pMSawimctcNZ5pGwDcEt",
    "DttWaMuVvTiduZRnguLF7jNxTgiMBZ1hyAumKUiL2KRL",
    "3AVi9Tg9Uo68tJfuvoKvqKNWKkC5wPdSSdeBnizKZ6jT",
)
"""What ``getTipAccounts`` answers; "have remained constant"."""

MIN_TIP_LAMPORTS: Final = 1_000
MAX_BUNDLE: Final = 5
"""Transactions in a bundle, and ids in a request for statuses."""

DONT_FRONT_PREFIX: Final = "jitodontfront"
"""A transaction that names an account beginning so is put nowhere but at the front of a bundle."""

DONT_FRONT: Final = "jitodontfront111111111111111111111111111111"
"""Such an account; nothing needs to be at it."""


def bundle_id(signatures: Iterable[str]) -> str:
    """The id of the bundle whose transactions have these first signatures, base58, in order.

    SHA-256 of them joined by commas, in hex (``derive_bundle_id`` of jito-solana).
    """
    return hashlib.sha256(",".join(signatures).encode()).hexdigest()
