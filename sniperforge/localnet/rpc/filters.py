"""Filters of ``getProgramAccounts`` and ``programSubscribe``."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, Final

from sniperforge.domain import base58
from sniperforge.errors import DecodeError
from sniperforge.localnet.ledger.balances import is_holding
from sniperforge.localnet.rpc import faults
from sniperforge.localnet.rpc.params import Config, expect

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from solders.account import Account

MAX_FILTERS: Final = 4
MAX_COMPARED_BYTES: Final = 128

Filter = "Callable[[Account], bool]"


def parse_filters(items: Sequence[Any]) -> list[Callable[[Account], bool]]:
    """The filters of a request as predicates.

    Raises:
        RpcError: too many, unknown, or malformed.
    """
    if len(items) > MAX_FILTERS:
        raise faults.invalid_params(f"Too many filters provided; max {MAX_FILTERS}")
    return [_parse(item) for item in items]


def _parse(item: Any) -> Callable[[Account], bool]:
    if item == "tokenAccountState":
        return is_holding
    options = Config(expect(item, dict))
    size = options.integer("dataSize")
    if size is not None:
        return lambda account: len(account.data) == size
    if options.get("memcmp") is not None:
        return _memcmp(Config(expect(options.get("memcmp"), dict)))
    raise faults.invalid_params(
        "Invalid params: unknown filter, expected one of `dataSize`, `memcmp`, `tokenAccountState`."
    )


def _memcmp(options: Config) -> Callable[[Account], bool]:
    offset = options.integer("offset") or 0
    wanted = _compared(options)
    if len(wanted) > MAX_COMPARED_BYTES:
        raise faults.invalid_params("Invalid param: Data too large; max 128 bytes")
    end = offset + len(wanted)
    return lambda account: account.data[offset:end] == wanted


def _compared(options: Config) -> bytes:
    value = options.get("bytes")
    if isinstance(value, list):
        return _from_numbers(value)
    text = expect(value, str)
    try:
        if options.text("encoding", ("base58", "base64", "binary", "bytes")) == "base64":
            return base64.b64decode(text, validate=True)
        return base58.decode(text)
    except (DecodeError, binascii.Error, ValueError):
        raise faults.invalid_params("Invalid param: invalid memcmp bytes") from None


def _from_numbers(numbers: list[Any]) -> bytes:
    if any(expect(number, int) > 255 for number in numbers):
        raise faults.invalid_params("Invalid params: invalid value: expected u8.")
    return bytes(numbers)
