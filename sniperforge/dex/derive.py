"""Program-derived addresses, from text to text."""

from __future__ import annotations

from solders.pubkey import Pubkey

from sniperforge.tokens.addresses import pubkey


def key_bytes(address: str) -> bytes:
    """The 32 bytes of an address, as a seed.

    Raises:
        DecodeError: not an address.
    """
    return bytes(pubkey(address))


def derived(program_id: str, *seeds: bytes) -> str:
    """The canonical address of ``seeds`` under ``program_id``; costs some microseconds.

    Raises:
        DecodeError: ``program_id`` is not an address.
    """
    return str(Pubkey.find_program_address(seeds, pubkey(program_id))[0])
