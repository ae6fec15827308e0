"""The accounts that the AMM v4 program needs on a fresh chain, beside the native mint."""

from __future__ import annotations

import struct
from typing import Final

from solders.pubkey import Pubkey

from sniperforge.domain.addresses import TOKEN_PROGRAM, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.localnet.program.amm_v4.instructions import CONFIG, CREATE_FEE
from sniperforge.localnet.program.binary import AMM_V4

CREATE_POOL_FEE_LAMPORTS: Final = 400_000_000
"""As recorded from mainnet."""

_FEE_OWNER: Final = "GThUX1Atko4tqhN2NaiTazWSeFWMuiUvfFnyJyUghFMJ"
_RENT_PER_BYTE: Final = 6_960


def genesis_accounts() -> tuple[Account, ...]:
    """The configuration of all pools and the wrapped-SOL account that creation pays its fee to."""
    config = bytes(536) + struct.pack("<Q", CREATE_POOL_FEE_LAMPORTS)
    reserve = _rent(165)
    state = struct.pack("<Q36xBIQ8x36x", 0, 1, 1, reserve)
    owners = bytes(Pubkey.from_string(WSOL_MINT)) + bytes(Pubkey.from_string(_FEE_OWNER))
    return (
        Account(str(CONFIG), AMM_V4.address, _rent(len(config)), config),
        Account(str(CREATE_FEE), TOKEN_PROGRAM, reserve, owners + state),
    )


def _rent(size: int) -> int:
    return (128 + size) * _RENT_PER_BYTE
