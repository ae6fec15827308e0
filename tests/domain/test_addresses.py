"""Addresses that mean the same everywhere, held to what the SVM and the program library know."""

from __future__ import annotations

import pytest
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM
from solders.sysvar import RENT
from solders.token import ID as TOKEN
from solders.token.associated import get_associated_token_address

from sniperforge.domain import addresses
from sniperforge.localnet.ledger.vm import Vm

NAMED = {name: value for name, value in vars(addresses).items() if name.isupper() and isinstance(value, str)}


@pytest.mark.parametrize("name", NAMED)
def test_each_is_an_address_in_its_canonical_form(name: str) -> None:
    """Base58 of 32 bytes, as it reads back: a mistyped letter would be another address or none."""
    assert str(Pubkey.from_string(NAMED[name])) == NAMED[name]


def test_no_two_are_the_same() -> None:
    """Each name is one thing."""
    assert len(set(NAMED.values())) == len(NAMED) >= 12


def test_programs_are_where_they_run() -> None:
    """Each program and the rent sysvar are on a fresh SVM, the programs executable."""
    vm = Vm()
    for name, value in NAMED.items():
        if name.endswith("_PROGRAM"):
            account = vm.get(Pubkey.from_string(value))
            assert account is not None, name
            assert account.executable, name
    assert vm.get(Pubkey.from_string(addresses.RENT_SYSVAR)) is not None


def test_the_library_agrees() -> None:
    """Solders names the same ones."""
    assert str(SYSTEM) == addresses.SYSTEM_PROGRAM
    assert str(RENT) == addresses.RENT_SYSVAR
    assert str(TOKEN) == addresses.TOKEN_PROGRAM
    owner, mint = Pubkey(bytes([1]) * 32), Pubkey.from_string(addresses.USDC_MINT)
    program = Pubkey.from_string(addresses.ASSOCIATED_TOKEN_PROGRAM)
    derived, _ = Pubkey.find_program_address([bytes(owner), bytes(TOKEN), bytes(mint)], program)
    assert derived == get_associated_token_address(owner, mint)


def test_sol_is_the_first_quote() -> None:
    """Then dollars; SOL has nine decimals."""
    assert addresses.QUOTE_MINTS[0] == addresses.WSOL_MINT
    assert set(addresses.QUOTE_MINTS[1:]) == {addresses.USDC_MINT, addresses.USDT_MINT, addresses.USD1_MINT}
    assert 10**addresses.SOL_DECIMALS == addresses.LAMPORTS_PER_SOL
    assert {addresses.TOKEN_PROGRAM, addresses.TOKEN_2022_PROGRAM} == addresses.TOKEN_PROGRAMS
