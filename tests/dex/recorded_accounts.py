"""Recorded accounts, from whatever shape a dump has."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any

from sniperforge.domain.chain import Account


def accounts_in(node: Any, address: str = "") -> Iterator[Account]:
    """Every account in getAccountInfo shape (``owner`` and base64 ``data``) anywhere in a document.

    Its address is its own ``pubkey`` or ``address``, else the key it stands under, which need not be one.
    """
    if isinstance(node, Mapping):
        data = node.get("data")
        text = data[0] if isinstance(data, list) and data and isinstance(data[0], str) else data
        if isinstance(text, str) and isinstance(node.get("owner"), str):
            try:
                raw = b64decode(text, validate=True)
            except (binascii.Error, ValueError):
                return
            where = node.get("pubkey") or node.get("address") or address
            yield Account(str(where), node["owner"], int(node.get("lamports", 0)), raw)
            return
        for key, value in node.items():
            yield from accounts_in(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from accounts_in(value)
