"""Shapes of a node's JSON, and their translation into values. No requests here."""

from __future__ import annotations

from binascii import Error as Base64Error
from binascii import a2b_base64
from typing import Any

import msgspec

from sniperforge.domain.chain import Account
from sniperforge.errors import UnavailableError


class Context(msgspec.Struct):
    """The slot at which a node answered."""

    slot: int


class AccountInfo(msgspec.Struct):
    """An account with ``base64`` data, as ``getAccountInfo`` and its relatives give it."""

    owner: str
    lamports: int
    data: tuple[str, str]
    executable: bool = False


class KeyedAccount(msgspec.Struct):
    """An account with its address, as ``getTokenAccountsByOwner`` gives it."""

    pubkey: str
    account: AccountInfo


class Epoch(msgspec.Struct, rename="camel"):
    """``getEpochInfo``."""

    absolute_slot: int
    block_height: int
    epoch: int
    slot_index: int
    slots_in_epoch: int


class Status(msgspec.Struct, rename="camel"):
    """One entry of ``getSignatureStatuses``."""

    slot: int
    err: Any = None
    confirmations: int | None = None
    confirmation_status: str | None = None


class Number(msgspec.Struct):
    """A number with its slot: ``getBalance``."""

    context: Context
    value: int


class OneAccount(msgspec.Struct):
    """``getAccountInfo``."""

    context: Context
    value: AccountInfo | None


class ManyAccounts(msgspec.Struct):
    """``getMultipleAccounts``."""

    context: Context
    value: list[AccountInfo | None]


class KeyedAccounts(msgspec.Struct):
    """``getTokenAccountsByOwner``."""

    context: Context
    value: list[KeyedAccount]


class LargestHolding(msgspec.Struct):
    """One entry of ``getTokenLargestAccounts``."""

    address: str
    amount: str
    decimals: int


class LargestHoldings(msgspec.Struct):
    """``getTokenLargestAccounts``."""

    context: Context
    value: list[LargestHolding]


class LatestBlockhash(msgspec.Struct, rename="camel"):
    """The value of ``getLatestBlockhash``."""

    blockhash: str
    last_valid_block_height: int


class BlockhashAt(msgspec.Struct):
    """``getLatestBlockhash``."""

    context: Context
    value: LatestBlockhash


class Statuses(msgspec.Struct):
    """``getSignatureStatuses``."""

    context: Context
    value: list[Status | None]


class Signature(msgspec.Struct, rename="camel"):
    """One entry of ``getSignaturesForAddress``."""

    signature: str
    slot: int
    err: Any = None
    block_time: int | None = None


class PriorityFee(msgspec.Struct, rename="camel"):
    """One entry of ``getRecentPrioritizationFees``."""

    slot: int
    prioritization_fee: int


class ReturnData(msgspec.Struct):
    """What a program returned."""

    data: tuple[str, str]


class SimulationValue(msgspec.Struct, rename="camel"):
    """The value of ``simulateTransaction``."""

    err: Any = None
    logs: list[str] | None = None
    units_consumed: int | None = None
    accounts: list[AccountInfo | None] | None = None
    return_data: ReturnData | None = None


class SimulationAt(msgspec.Struct):
    """``simulateTransaction``."""

    context: Context
    value: SimulationValue


class Version(msgspec.Struct):
    """``getVersion``."""

    core: str = msgspec.field(name="solana-core")


def decode_base64(text: str, where: str) -> bytes:
    """Strict base64: no foreign characters, right padding.

    Raises:
        UnavailableError: it is not; ``where`` names the method that answered so.
    """
    try:
        data = a2b_base64(text, strict_mode=True)
    except (Base64Error, ValueError) as error:
        raise UnavailableError(f"{where}: the node's base64 is malformed: {error}") from None
    if len(text) != (len(data) + 2) // 3 * 4:
        raise UnavailableError(f"{where}: the node's base64 is malformed: wrong length")
    return data


def account_value(address: str, info: AccountInfo | None, where: str) -> Account | None:
    """``info`` as a domain value; ``None`` stays ``None``.

    Raises:
        UnavailableError: the data are not base64, or another encoding than the one asked for.
    """
    if info is None:
        return None
    text, encoding = info.data
    if encoding != "base64":
        raise UnavailableError(f"{where}: the node answered in {encoding[:20]!r} instead of base64")
    return Account(address, info.owner, info.lamports, decode_base64(text, where), info.executable)
