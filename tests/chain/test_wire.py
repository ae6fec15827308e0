"""Translation of a node's JSON into values."""

from __future__ import annotations

import pytest

from sniperforge.chain.wire import AccountInfo, account_value, decode_base64
from sniperforge.domain.chain import Account
from sniperforge.errors import UnavailableError


def test_an_account_is_translated() -> None:
    """Data are decoded; ``null`` means that there is none."""
    info = AccountInfo(owner="Owner", lamports=2**64 - 1, data=("AAEC", "base64"), executable=True)
    assert account_value("Addr", info, "m") == Account("Addr", "Owner", 2**64 - 1, b"\0\1\2", True)
    assert account_value("Addr", None, "m") is None


def test_empty_data_are_empty() -> None:
    """A wallet has no data."""
    assert decode_base64("", "m") == b""


@pytest.mark.parametrize("text", ["AAE", "AA E", "AAEC\n", "A===", "====", "AAEC====", "AAÉC", "AAE!"])
def test_sloppy_base64_is_refused(text: str) -> None:
    """A lenient decoder would turn a damaged account into another one."""
    with pytest.raises(UnavailableError, match=r"m: .*base64"):
        decode_base64(text, "m")


def test_another_encoding_is_refused() -> None:
    """Base58 must not be read as base64."""
    with pytest.raises(UnavailableError, match="base58"):
        account_value("Addr", AccountInfo("Owner", 1, ("AAEC", "base58")), "m")
