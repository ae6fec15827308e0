"""Token transfers that a node parsed (``jsonParsed``), turned back into accounts and data."""

from __future__ import annotations

import struct
from typing import Any, Final

_TRANSFER: Final = struct.Struct("<BQ")
_TRANSFER_CHECKED: Final = struct.Struct("<BQB")
_NOTHING: Final[tuple[tuple[str, ...], bytes]] = ((), b"")


def transfer_of(parsed: Any) -> tuple[tuple[str, ...], bytes]:
    """Accounts and data of a parsed ``transfer`` or ``transferChecked``; empty for anything else."""
    accounts: tuple[Any, ...]
    try:
        kind, info = parsed["type"], parsed["info"]
        owner = info["authority"] if "authority" in info else info["multisigAuthority"]
        if kind == "transferChecked":
            accounts = (info["source"], info["mint"], info["destination"], owner)
            amount = info["tokenAmount"]
            data = _TRANSFER_CHECKED.pack(12, int(amount["amount"]), amount["decimals"])
        elif kind == "transfer":
            accounts = (info["source"], info["destination"], owner)
            data = _TRANSFER.pack(3, int(info["amount"]))
        else:
            return _NOTHING
    except (KeyError, TypeError, ValueError, struct.error):
        return _NOTHING
    return (accounts, data) if all(type(account) is str for account in accounts) else _NOTHING
