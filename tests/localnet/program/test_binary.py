"""The compiled program as package data."""

from __future__ import annotations

import hashlib
import struct

from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey

from sniperforge.dex.raydium_cpmm.program import MAINNET
from sniperforge.localnet.program.binary import PROGRAM_ID, program_bytes, recorded_hash

EM_BPF, SHARED_OBJECT = 247, 3


def test_it_is_a_program_of_sbpf_version_3() -> None:
    """An ELF shared object for the machine of Solana, its version in the flags."""
    elf = program_bytes()
    assert elf[:7] == b"\x7fELF\x02\x01\x01"
    kind, machine = struct.unpack_from("<HH", elf, 16)
    (flags,) = struct.unpack_from("<I", elf, 48)
    assert (kind, machine, flags) == (SHARED_OBJECT, EM_BPF, 3)


def test_it_has_its_recorded_hash() -> None:
    """64 hex digits, those of the packaged file."""
    assert recorded_hash() == hashlib.sha256(program_bytes()).hexdigest()


def test_the_svm_loads_it_where_the_decoder_looks() -> None:
    """At the address that Raydium's CPMM has on mainnet."""
    assert PROGRAM_ID == MAINNET
    svm = LiteSVM()
    svm.add_program(Pubkey.from_string(PROGRAM_ID), program_bytes())
    account = svm.get_account(Pubkey.from_string(PROGRAM_ID))
    assert account is not None
    assert account.executable
