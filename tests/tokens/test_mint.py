"""Mint accounts of both token programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniperforge.domain.addresses import (
    SYSTEM_PROGRAM,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    USDC_MINT,
    WSOL_MINT,
)
from sniperforge.domain.chain import Account
from sniperforge.errors import DecodeError
from sniperforge.tokens.extensions import PermanentDelegate, TransferHook
from sniperforge.tokens.mint import decode_mint

if TYPE_CHECKING:
    from collections.abc import Callable

PAYER = "6WGKsouY4EJte5dCuBx4UTbmM8FQF7p78DTDUbZspkff"
PLAIN = bytes(36) + (77).to_bytes(8, "little") + b"\x06\x01" + bytes(36)


def account(data: bytes, owner: str = TOKEN_PROGRAM) -> Account:
    """An account at the system program's address."""
    return Account(SYSTEM_PROGRAM, owner, 1, data)


@pytest.mark.parametrize(
    ("name", "minter", "freezer"),
    [
        ("spl_clean", None, None),
        ("spl_freeze_authority", None, PAYER),
        ("spl_mint_authority", PAYER, None),
    ],
)
def test_recorded_spl_mint(
    name: str, minter: str | None, freezer: str | None, recorded_mint: Callable[[str], Account]
) -> None:
    """Supply, decimals and both authorities of an SPL mint."""
    mint = decode_mint(recorded_mint(name))
    assert (mint.program, mint.supply, mint.decimals) == (TOKEN_PROGRAM, 10**15, 6)
    assert (mint.mint_authority, mint.freeze_authority) == (minter, freezer)
    assert mint.extensions == ()


def test_recorded_token_2022_mint(recorded_mint: Callable[[str], Account]) -> None:
    """A Token-2022 mint gives its extension by class and no other."""
    mint = decode_mint(recorded_mint("t22_permanent_delegate"))
    assert mint.program == TOKEN_2022_PROGRAM
    assert mint.extension(PermanentDelegate) == PermanentDelegate(PAYER)
    assert mint.extension(TransferHook) is None


def test_transfer_fee_of_an_epoch(recorded_mint: Callable[[str], Account]) -> None:
    """The fee in force is found through the mint; a mint without one says so."""
    fee = decode_mint(recorded_mint("t22_transfer_fee_5pct")).transfer_fee_at(0)
    assert fee is not None
    assert fee.on(1_000) == 50
    assert decode_mint(recorded_mint("spl_clean")).transfer_fee_at(0) is None


@pytest.mark.parametrize(
    ("file", "address", "decimals", "has_authorities"),
    [("mint_usdc_mainnet.json", USDC_MINT, 6, True), ("mint_wsol_mainnet.json", WSOL_MINT, 9, False)],
)
def test_real_mints(
    file: str,
    address: str,
    decimals: int,
    has_authorities: bool,
    shared_file: Callable[[str], dict],
    shared_account: Callable[[dict], Account],
) -> None:
    """USDC and wrapped SOL as mainnet holds them."""
    mint = decode_mint(shared_account(shared_file(file)["account"]))
    assert (mint.address, mint.decimals) == (address, decimals)
    assert (mint.mint_authority is not None) == has_authorities
    assert (mint.freeze_authority is not None) == has_authorities


def test_lp_mint_after_a_full_burn(
    shared_file: Callable[[str], dict], shared_account: Callable[[dict], Account]
) -> None:
    """The burned LP mint has no supply left and its authority is the pool's."""
    document = shared_file("lp_burned_cpmm.json")["accounts_after"]["lp_mint"]
    mint = decode_mint(shared_account(document))
    assert mint.supply == 0
    assert mint.mint_authority == "GpMZbSM2GgvTKHJirzeGfMFoaZ8UR2X7F4v8vHTvxFbL"


def test_a_plain_token_2022_mint_needs_no_extensions() -> None:
    """82 bytes are a mint for either program."""
    assert decode_mint(account(PLAIN, TOKEN_2022_PROGRAM)).supply == 77


@pytest.mark.parametrize(
    ("data", "owner", "words"),
    [
        (PLAIN, SYSTEM_PROGRAM, "not by a token program"),
        (PLAIN[:-1], TOKEN_PROGRAM, "has 81 bytes"),
        (b"", TOKEN_PROGRAM, "has 0 bytes"),
        (PLAIN + bytes(84), TOKEN_PROGRAM, "has 166 bytes"),
        (PLAIN + bytes(83), TOKEN_2022_PROGRAM, "has 165 bytes"),
        (PLAIN + bytes(83) + b"\x01" + bytes(189), TOKEN_2022_PROGRAM, "has 355 bytes"),
        (PLAIN + bytes(83) + b"\x02", TOKEN_2022_PROGRAM, "another kind"),
        (PLAIN + b"\x01" + bytes(82) + b"\x01", TOKEN_2022_PROGRAM, "another kind"),
        (bytes(82), TOKEN_PROGRAM, "not initialised"),
        (b"\x02" + PLAIN[1:], TOKEN_PROGRAM, "option tag at byte 0"),
        (PLAIN[:46] + b"\x00\x01" + PLAIN[48:], TOKEN_PROGRAM, "option tag at byte 46"),
    ],
)
def test_what_is_no_mint_is_refused(data: bytes, owner: str, words: str) -> None:
    """Other owners, sizes, kinds and tags are named in the error."""
    with pytest.raises(DecodeError, match=words):
        decode_mint(account(data, owner))


@given(st.binary(max_size=400), st.sampled_from([TOKEN_PROGRAM, TOKEN_2022_PROGRAM]))
def test_any_bytes_decode_or_are_refused(data: bytes, owner: str) -> None:
    """No input raises anything but DecodeError."""
    try:
        decode_mint(account(data, owner))
    except DecodeError:
        return


@given(st.data())
def test_damaged_mints_decode_or_are_refused(
    recorded_mint: Callable[[str], Account], data: st.DataObject
) -> None:
    """A real mint with any bytes changed or cut raises nothing but DecodeError."""
    original = recorded_mint("t22_transfer_fee_5pct").data
    changed = bytearray(original[: data.draw(st.integers(82, len(original)))])
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    try:
        mint = decode_mint(account(bytes(changed), TOKEN_2022_PROGRAM))
    except DecodeError:
        return
    fee = mint.transfer_fee_at(0)
    assert fee is None or fee.bps <= 10_000
