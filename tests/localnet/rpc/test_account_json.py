"""Accounts in all encodings."""

from __future__ import annotations

import base64

import pytest
import zstandard
from solders.account import Account
from solders.pubkey import Pubkey

from sniperforge.errors import RpcError
from sniperforge.localnet.rpc.account_json import AccountFormat
from sniperforge.localnet.rpc.params import Config
from tests.localnet.kit import Bench, address

VM = Bench().ledger.vm
OWNER = Pubkey.from_string(address(2))


def show(data: bytes, strict: bool = True, **options: object) -> object:
    form = AccountFormat(VM, Config(options), "binary", strict=strict)
    shown = form.show(address(1), Account(5, data, OWNER, rent_epoch=2**64 - 1))
    assert shown is not None
    return shown["data"]


def test_the_frame_is_a_validators() -> None:
    """All members, u64 included."""
    form = AccountFormat(VM, Config({}), "base64")
    assert form.show(address(1), None) is None
    assert form.show(address(1), Account(5, b"ab", OWNER, rent_epoch=2**64 - 1)) == {
        "data": ["YWI=", "base64"],
        "executable": False,
        "lamports": 5,
        "owner": address(2),
        "rentEpoch": 2**64 - 1,
        "space": 2,
    }


def test_encodings() -> None:
    """Plain base58 text without an encoding, pairs otherwise."""
    data = b"\0\0hello"
    assert show(data) == "11Cn8eVZg"
    assert show(data, encoding="base58") == ["11Cn8eVZg", "base58"]
    assert show(data, encoding="base64") == [base64.b64encode(data).decode(), "base64"]
    text, name = show(data, encoding="base64+zstd")  # type: ignore[misc]
    assert (zstandard.ZstdDecompressor().decompress(base64.b64decode(text)), name) == (data, "base64+zstd")
    assert show(data, encoding="jsonParsed") == [base64.b64encode(data).decode(), "base64"]


def test_a_slice_is_cut_before_encoding() -> None:
    """Offset and length; behind the end there is nothing."""
    assert show(b"abcdef", encoding="base64", dataSlice={"offset": 2, "length": 3}) == ["Y2Rl", "base64"]
    assert show(b"abc", encoding="base64", dataSlice={"offset": 9, "length": 3}) == ["", "base64"]
    assert show(bytes(200), dataSlice={"offset": 0, "length": 4}) == "1111"


def test_base58_is_for_small_accounts() -> None:
    """128 bytes pass, 129 are refused; notifications say so in place of the data."""
    assert show(bytes(128)) == "1" * 128
    with pytest.raises(RpcError, match="less than 128 bytes") as error:
        show(bytes(129))
    assert error.value.rpc_code == -32600
    assert show(bytes(129), strict=False) == "error: data too large for bs58 encoding"
