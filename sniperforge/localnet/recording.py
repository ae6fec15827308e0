"""Accounts as other tools record them: account documents and RPC responses, decoded. Reads no files."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from solders.pubkey import Pubkey

from sniperforge.domain.chain import Account
from sniperforge.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CLOCK: Final = "SysvarC1ock11111111111111111111111111111111"
OWN: Final = frozenset(
    {"Sysvar1111111111111111111111111111111111111", "NativeLoader1111111111111111111111111111111"}
)
"""Owners of what every network makes by itself: sysvars and native programs."""

HINT: Final = (
    'it must hold {"pubkey": …, "account": {"lamports", "data": [base64, "base64"], "owner"}}, an array of'
    ' such, or a response of getAccountInfo or getMultipleAccounts with "pubkey" or "pubkeys" beside "result"'
)
_CLOCK_BYTES: Final = 40


@dataclass(frozen=True, slots=True)
class Recording:
    """Accounts and the moment that they are of.

    Attributes:
        accounts: without sysvars and native programs.
        slot: the newest that a context or the recorded clock names; ``None`` when none does.
        time: Unix seconds of the recorded clock; ``None`` when it is not among the accounts.
    """

    accounts: tuple[Account, ...] = ()
    slot: int | None = None
    time: int | None = None


def parse_recording(document: Any, where: str, address: str | None = None) -> Recording:
    """What ``document`` holds.

    Args:
        document: ``{"pubkey", "account"}``; or a response of ``getAccountInfo``, ``getMultipleAccounts`` or
            ``getProgramAccounts``, the first two with ``pubkey`` or ``pubkeys`` beside ``result``; or an
            array of such.
        where: what to call it in errors.
        address: of a single account that does not name its own.

    Raises:
        ConfigError: it holds none, or something else; names the place.
    """
    accounts: list[Account] = []
    slots: list[int] = []
    clock: Account | None = None
    for found in _entries(document, where, [] if address is None else [address]):
        if isinstance(found, int):
            slots.append(found)
        elif found.address == CLOCK:
            clock = found
        else:
            accounts.append(found)
    if not accounts and clock is None:
        raise ConfigError(f"{where} holds no account", hint=HINT)
    time: int | None = None
    if clock is not None:
        slot, time = _moment(clock, where)
        slots.append(slot)
    kept = tuple(account for account in accounts if account.owner not in OWN)
    return Recording(kept, max(slots, default=None), time)


def _entries(document: Any, where: str, addresses: Sequence[Any]) -> Iterator[Account | int]:
    """Accounts, and slots of contexts; an account that did not exist (``null``) is none."""
    if document is None:
        return
    if isinstance(document, list):
        for number, item in enumerate(document):
            yield from _entries(item, f"{where}[{number}]", addresses[number : number + 1])
    elif not isinstance(document, dict):
        raise ConfigError(f"{where} is no account", hint=HINT)
    elif "error" in document:
        raise ConfigError(f"{where} holds an error instead of an account: {document['error']}")
    else:
        yield from _object(document, where, addresses)


def _object(document: dict[str, Any], where: str, addresses: Sequence[Any]) -> Iterator[Account | int]:
    if "pubkeys" in document:
        addresses = document["pubkeys"] if isinstance(document["pubkeys"], list) else []
    elif "pubkey" in document:
        addresses = [document["pubkey"]]
    if isinstance(document.get("context"), dict):
        yield _number(document["context"], "slot", f"{where}.context", 2**63)
    for name in ("result", "value", "account"):
        if name in document:
            yield from _entries(document[name], f"{where}.{name}", addresses)
            return
    yield _account(document, where, addresses[0] if addresses else None)


def _account(document: dict[str, Any], where: str, address: Any) -> Account:
    if address is None:
        raise ConfigError(f"{where} does not say its pubkey", hint=HINT)
    data = _data(document, where)
    if "space" in document and document["space"] != len(data):
        raise ConfigError(
            f"{where} has {len(data)} of {document['space']} bytes", hint="record it without dataSlice"
        )
    return Account(
        address=_pubkey(address, f"{where}: pubkey"),
        owner=_pubkey(document.get("owner"), f"{where}: owner"),
        lamports=_number(document, "lamports", where, 2**64),
        data=data,
        executable=document.get("executable") is True,
    )


def _data(document: dict[str, Any], where: str) -> bytes:
    match document.get("data"):
        case [str(text), "base64"]:
            try:
                return base64.b64decode(text, validate=True)
            except ValueError as error:
                raise ConfigError(f"{where}: data is not base64: {error}") from None
        case _:
            raise ConfigError(
                f'{where}: data is not [text, "base64"]', hint='record it with "encoding": "base64"'
            )


def _pubkey(value: Any, what: str) -> str:
    try:
        return str(Pubkey.from_string(value))
    except (TypeError, ValueError):
        raise ConfigError(f"{what} {value!r} is no address", hint=HINT) from None


def _number(document: dict[str, Any], name: str, where: str, limit: int) -> int:
    value = document.get(name)
    if type(value) is not int or not 0 <= value < limit:
        raise ConfigError(f"{where}: {name} is {value!r}", hint=HINT)
    return value


def _moment(clock: Account, where: str) -> tuple[int, int]:
    """Slot and Unix time: first and last field of the Clock sysvar, 8 bytes each."""
    if len(clock.data) != _CLOCK_BYTES:
        raise ConfigError(f"{where}: the clock {CLOCK} has {len(clock.data)} bytes, not {_CLOCK_BYTES}")
    return int.from_bytes(clock.data[:8], "little"), int.from_bytes(clock.data[32:], "little", signed=True)
