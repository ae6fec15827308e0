"""Token-2022 extensions as typed facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sniperforge.errors import DecodeError
from sniperforge.tokens.extensions import (
    EXTENSION_NAMES,
    ConfidentialTransferMint,
    DefaultAccountState,
    MintCloseAuthority,
    NamedExtension,
    NonTransferable,
    Pausable,
    PermanentDelegate,
    TransferHook,
    UnknownExtension,
    decode_extensions,
)
from sniperforge.tokens.transfer_fee import TransferFee, TransferFeeConfig

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.domain.chain import Account

HEAD = bytes(165) + b"\x01"
PAYER = "6WGKsouY4EJte5dCuBx4UTbmM8FQF7p78DTDUbZspkff"
FEE = TransferFee(0, 10**15, 500)


def record(kind: int, value: bytes) -> bytes:
    """One TLV record."""
    return kind.to_bytes(2, "little") + len(value).to_bytes(2, "little") + value


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("t22_default_frozen", DefaultAccountState(2)),
        ("t22_mint_close_authority", MintCloseAuthority(PAYER)),
        ("t22_non_transferable", NonTransferable()),
        ("t22_pausable", Pausable(PAYER, paused=False)),
        ("t22_permanent_delegate", PermanentDelegate(PAYER)),
        ("t22_transfer_fee_5pct", TransferFeeConfig(PAYER, PAYER, 0, FEE, FEE)),
        ("t22_transfer_hook", TransferHook(PAYER, "HE7CQszS9bNxnYtnEbUFzPTguyB1VppQ7nG7RdxBRo3j")),
    ],
)
def test_recorded_extension(name: str, expected: object, recorded_mint: Callable[[str], Account]) -> None:
    """Each extension that the real program wrote is read with its fields."""
    assert decode_extensions(recorded_mint(name).data, name) == (expected,)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("t22_interest_bearing", "interest_bearing"), ("t22_metadata_pointer", "metadata_pointer")],
)
def test_recorded_named_extension(name: str, expected: str, recorded_mint: Callable[[str], Account]) -> None:
    """Extensions without a trading effect keep their name and bytes."""
    (found,) = decode_extensions(recorded_mint(name).data, name)
    assert isinstance(found, NamedExtension)
    assert found.name == expected
    assert found.data


def test_a_real_mint_with_three_extensions(
    shared_file: Callable[[str], dict], shared_account: Callable[[dict], Account]
) -> None:
    """A mint dumped from a live cluster gives its fee, pointer and metadata in order."""
    document = shared_file("mint_t22_mainnet_B4rGSdcB.json")
    found = decode_extensions(shared_account(document["account"]).data, "x")
    assert [extension.name for extension in found] == ["transfer_fee", "metadata_pointer", "token_metadata"]
    assert isinstance(found[0], TransferFeeConfig)
    assert found[0].newer == TransferFee(835, 5_000, 50)


def test_confidential_mint_and_plain_default_state() -> None:
    """Types that no recording holds are read by their layout."""
    data = HEAD + record(4, bytes(65)) + record(6, b"\x01") + record(26, bytes(32) + b"\x01")
    found = decode_extensions(data, "x")
    assert found == (ConfidentialTransferMint(None), DefaultAccountState(1), Pausable(None, paused=True))
    assert isinstance(found[1], DefaultAccountState)
    assert not found[1].frozen


def test_unknown_type_is_kept() -> None:
    """A type of the future is named by its number, not dropped."""
    (found,) = decode_extensions(HEAD + record(999, b"abc"), "x")
    assert found == UnknownExtension(999, b"abc")
    assert found.name == "unknown_999"


def test_wrong_length_is_an_error() -> None:
    """A known type of another length is not read."""
    with pytest.raises(DecodeError, match="mint M: extension 12 has 31 bytes, not 32"):
        decode_extensions(HEAD + record(12, bytes(31)), "mint M")


def test_a_type_twice_is_an_error() -> None:
    """Two records of one type contradict each other."""
    with pytest.raises(DecodeError, match="extension 9 appears twice"):
        decode_extensions(HEAD + record(9, b"") * 2, "x")


def test_a_fee_above_all_is_an_error() -> None:
    """More than 100 % is no fee that the program accepts."""
    with pytest.raises(DecodeError, match="x: transfer fee of 10001 basis points"):
        decode_extensions(HEAD + record(1, bytes(106) + (10_001).to_bytes(2, "little")), "x")


def test_names_are_complete() -> None:
    """Settings can name every extension that is known."""
    assert {"transfer_fee", "pausable", "token_metadata", "confidential_mint_burn"} <= EXTENSION_NAMES
    assert len(EXTENSION_NAMES) == 18
