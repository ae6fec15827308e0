"""Accounts in the encodings of the JSON-RPC."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

import zstandard

from sniperforge.domain import base58
from sniperforge.localnet.rpc import faults
from sniperforge.localnet.rpc.parsed_accounts import parse_account

if TYPE_CHECKING:
    from solders.account import Account

    from sniperforge.localnet.ledger.vm import Vm
    from sniperforge.localnet.rpc.params import Config, DataSlice

ENCODINGS: Final = ("binary", "base58", "base64", "base64+zstd", "jsonParsed")
MAX_BASE58_BYTES: Final = 128


class AccountFormat:
    """How one request wants accounts shown.

    Args:
        vm: to look up mints for ``jsonParsed``.
        config: the request's options: ``encoding`` and ``dataSlice``.
        default: encoding when the request names none.
        strict: refuse accounts too large for base58; notifications show a text in place of the data.
    """

    def __init__(self, vm: Vm, config: Config, default: str, *, strict: bool = True) -> None:
        self._vm = vm
        self._strict = strict
        self._encoding = config.text("encoding", ENCODINGS) or default
        self._slice: DataSlice | None = config.data_slice()

    def show(self, address: str, account: Account | None) -> dict[str, Any] | None:
        """The account as JSON; ``None`` for none.

        Raises:
            RpcError: too large for base58.
        """
        if account is None:
            return None
        return {
            "data": self._data(address, account),
            "executable": account.executable,
            "lamports": account.lamports,
            "owner": str(account.owner),
            "rentEpoch": account.rent_epoch,
            "space": len(account.data),
        }

    def _data(self, address: str, account: Account) -> Any:
        if self._encoding == "jsonParsed":
            parsed = parse_account(self._vm, address, account)
            if parsed is not None:
                return parsed
        data = account.data if self._slice is None else self._slice.of(account.data)
        if self._encoding in {"binary", "base58"}:
            text = self._base58(data)
            return text if self._encoding == "binary" else [text, "base58"]
        if self._encoding == "base64+zstd":
            compressed = zstandard.ZstdCompressor().compress(data)
            return [base64.b64encode(compressed).decode(), "base64+zstd"]
        return [base64.b64encode(data).decode(), "base64"]

    def _base58(self, data: bytes) -> str:
        if len(data) <= MAX_BASE58_BYTES:
            return base58.encode(data)
        if not self._strict:
            return "error: data too large for bs58 encoding"
        raise faults.invalid_request(
            "Encoded binary (base 58) data should be less than 128 bytes, please use Base64 encoding."
        )
