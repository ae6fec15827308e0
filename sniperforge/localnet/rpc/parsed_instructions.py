"""``jsonParsed`` of the instructions that a validator reads itself: system, token, associated token, memo.

Names and fields are those of Agave's ``transaction-status`` crate (``parse_system.rs``, ``parse_token.rs``,
``parse_associated_token.rs``); what cannot be read stays partially decoded, as there.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final

from sniperforge.domain import base58
from sniperforge.domain.addresses import (
    ASSOCIATED_TOKEN_PROGRAM,
    MEMO_PROGRAM,
    SYSTEM_PROGRAM,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
)
from sniperforge.localnet.rpc.parsed_accounts import ui_amount

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MEMO_1: Final = "Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo"

_Parsed = tuple[str, dict[str, Any]]


def parse_instruction(program: str, accounts: Sequence[str], data: bytes) -> dict[str, Any] | None:
    """``{"program", "parsed"}`` of an instruction; ``None`` when a validator would not read it either."""
    if program in {MEMO_PROGRAM, _MEMO_1}:
        return _memo(data)
    name, parse = _PROGRAMS.get(program, ("", None))
    if parse is None:
        return None
    try:
        kind, info = parse(accounts, data)
    except (struct.error, IndexError, KeyError, UnicodeDecodeError, ValueError):
        return None
    return {"program": name, "parsed": {"type": kind, "info": info}}


def _memo(data: bytes) -> dict[str, Any] | None:
    try:
        return {"program": "spl-memo", "parsed": data.decode()}
    except UnicodeDecodeError:
        return None


def _key(data: bytes, offset: int) -> str:
    part = data[offset : offset + 32]
    if len(part) != 32:
        raise ValueError("no whole key")
    return base58.encode(part)


def _named(names: Sequence[str], accounts: Sequence[str]) -> dict[str, Any]:
    return {name: accounts[position] for position, name in enumerate(names)}


# --- system ---

_SYSTEM: Final[dict[int, tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]]]] = {
    0: ("createAccount", ("source", "newAccount"), (("lamports", "u64"), ("space", "u64"), ("owner", "key"))),
    1: ("assign", ("account",), (("owner", "key"),)),
    2: ("transfer", ("source", "destination"), (("lamports", "u64"),)),
    3: (
        "createAccountWithSeed",
        ("source", "newAccount"),
        (("base", "key"), ("seed", "text"), ("lamports", "u64"), ("space", "u64"), ("owner", "key")),
    ),
    4: ("advanceNonce", ("nonceAccount", "recentBlockhashesSysvar", "nonceAuthority"), ()),
    5: (
        "withdrawFromNonce",
        ("nonceAccount", "destination", "recentBlockhashesSysvar", "rentSysvar", "nonceAuthority"),
        (("lamports", "u64"),),
    ),
    6: (
        "initializeNonce",
        ("nonceAccount", "recentBlockhashesSysvar", "rentSysvar"),
        (("nonceAuthority", "key"),),
    ),
    7: ("authorizeNonce", ("nonceAccount", "nonceAuthority"), (("newAuthorized", "key"),)),
    8: ("allocate", ("account",), (("space", "u64"),)),
}
"""Number -> type, accounts in order, fields in order. Bincode: texts have a 64-bit length."""


def _system(accounts: Sequence[str], data: bytes) -> _Parsed:
    kind, names, fields = _SYSTEM[struct.unpack_from("<I", data)[0]]
    info, offset = _named(names, accounts), 4
    for name, form in fields:
        if form == "key":
            info[name], offset = _key(data, offset), offset + 32
            continue
        (number,) = struct.unpack_from("<Q", data, offset)
        offset += 8
        info[name] = number
        if form == "text":
            info[name], offset = data[offset : offset + number].decode(), offset + number
    return kind, info


# --- tokens ---

_TOKEN: Final[dict[int, tuple[str, tuple[str, ...], str, str]]] = {
    1: ("initializeAccount", ("account", "mint", "owner", "rentSysvar"), "", ""),
    3: ("transfer", ("source", "destination"), "authority", "raw"),
    4: ("approve", ("source", "delegate"), "owner", "raw"),
    5: ("revoke", ("source",), "owner", ""),
    7: ("mintTo", ("mint", "account"), "mintAuthority", "raw"),
    8: ("burn", ("account", "mint"), "authority", "raw"),
    9: ("closeAccount", ("account", "destination"), "owner", ""),
    10: ("freezeAccount", ("account", "mint"), "freezeAuthority", ""),
    11: ("thawAccount", ("account", "mint"), "freezeAuthority", ""),
    12: ("transferChecked", ("source", "mint", "destination"), "authority", "checked"),
    13: ("approveChecked", ("source", "mint", "delegate"), "owner", "checked"),
    14: ("mintToChecked", ("mint", "account"), "mintAuthority", "checked"),
    15: ("burnChecked", ("account", "mint"), "authority", "checked"),
    17: ("syncNative", ("account",), "", ""),
    22: ("initializeImmutableOwner", ("account",), "", ""),
}
"""Number -> type, accounts, who signs, and how the amount is written."""

_AUTHORITIES: Final = ("mintTokens", "freezeAccount", "accountOwner", "closeAccount")


def _token(accounts: Sequence[str], data: bytes) -> _Parsed:
    number = data[0]
    if number in {0, 20}:
        return _initialize_mint(number, accounts, data)
    if number in {16, 18}:
        return _initialize_account(number, accounts, data)
    if number == 6:
        return _set_authority(accounts, data)
    kind, names, signer, form = _TOKEN[number]
    info = _named(names, accounts)
    if form == "raw":
        info["amount"] = str(struct.unpack_from("<Q", data, 1)[0])
    elif form == "checked":
        info["tokenAmount"] = ui_amount(*struct.unpack_from("<QB", data, 1))
    if signer:
        info |= _signers(accounts, len(names), signer)
    return kind, info


def _signers(accounts: Sequence[str], position: int, name: str) -> dict[str, Any]:
    if len(accounts) == position + 1:
        return {name: accounts[position]}
    multisig = f"multisig{name[0].upper()}{name[1:]}"
    return {multisig: accounts[position], "signers": list(accounts[position + 1 :])}


def _initialize_mint(number: int, accounts: Sequence[str], data: bytes) -> _Parsed:
    info = {"mint": accounts[0], "decimals": data[1], "mintAuthority": _key(data, 2)}
    if number == 0:
        info["rentSysvar"] = accounts[1]
    if data[34] == 1:
        info["freezeAuthority"] = _key(data, 35)
    return ("initializeMint" if number == 0 else "initializeMint2"), info


def _initialize_account(number: int, accounts: Sequence[str], data: bytes) -> _Parsed:
    info = {"account": accounts[0], "mint": accounts[1], "owner": _key(data, 1)}
    if number == 16:
        info["rentSysvar"] = accounts[2]
    return f"initializeAccount{2 if number == 16 else 3}", info


def _set_authority(accounts: Sequence[str], data: bytes) -> _Parsed:
    what = _AUTHORITIES[data[1]]
    info = {
        "mint" if data[1] < 2 else "account": accounts[0],
        "authorityType": what,
        "newAuthority": _key(data, 3) if data[2] == 1 else None,
    }
    return "setAuthority", info | _signers(accounts, 1, "authority")


_ATA_ACCOUNTS: Final = ("source", "account", "wallet", "mint", "systemProgram", "tokenProgram")


def _associated(accounts: Sequence[str], data: bytes) -> _Parsed:
    kind = {b"": "create", b"\0": "create", b"\1": "createIdempotent"}[data]
    return kind, _named(_ATA_ACCOUNTS, accounts)


_PROGRAMS: Final[dict[str, tuple[str, Callable[[Sequence[str], bytes], _Parsed]]]] = {
    SYSTEM_PROGRAM: ("system", _system),
    TOKEN_PROGRAM: ("spl-token", _token),
    TOKEN_2022_PROGRAM: ("spl-token", _token),
    ASSOCIATED_TOKEN_PROGRAM: ("spl-associated-token-account", _associated),
}
