"""The compiled programs as package data."""

from __future__ import annotations

import hashlib
import struct

import pytest
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey

from sniperforge.dex.raydium_cpmm.program import MAINNET
from sniperforge.localnet.program.binary import CPMM, PROGRAMS, Binary

EM_BPF, SHARED_OBJECT = 247, 3

each_program = pytest.mark.parametrize("program", PROGRAMS, ids=[program.name for program in PROGRAMS])


@each_program
def test_it_is_a_program_of_sbpf_version_3(program: Binary) -> None:
    """An ELF shared object for the machine of Solana, its version in the flags."""
    elf = program.elf()
    assert elf[:7] == b"\x7fELF\x02\x01\x01"
    kind, machine = struct.unpack_from("<HH", elf, 16)
    (flags,) = struct.unpack_from("<I", elf, 48)
    assert (kind, machine, flags) == (SHARED_OBJECT, EM_BPF, 3)


@each_program
def test_it_has_its_recorded_hash(program: Binary) -> None:
    """64 hex digits, those of the packaged file."""
    assert program.recorded_hash() == hashlib.sha256(program.elf()).hexdigest()


@each_program
def test_the_svm_loads_it_at_its_address(program: Binary) -> None:
    """As an executable account."""
    svm = LiteSVM()
    svm.add_program(Pubkey.from_string(program.address), program.elf())
    account = svm.get_account(Pubkey.from_string(program.address))
    assert account is not None
    assert account.executable


def test_the_amm_stands_where_the_decoder_looks() -> None:
    """At the address that Raydium's CPMM has on mainnet."""
    assert CPMM.address == MAINNET
