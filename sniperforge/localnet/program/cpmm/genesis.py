"""The accounts that the AMM program needs on a fresh chain, beside the native mint."""

from __future__ import annotations

import struct
from hashlib import sha256
from typing import Final

from solders.pubkey import Pubkey

from sniperforge.domain.addresses import TOKEN_PROGRAM, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.localnet.program.binary import CPMM
from sniperforge.localnet.program.cpmm.instructions import CONFIG_0, CREATE_POOL_FEE

TRADE_FEE_RATE: Final = 2_500
PROTOCOL_FEE_RATE: Final = 120_000
FUND_FEE_RATE: Final = 40_000
CREATOR_FEE_RATE: Final = 500
CREATE_POOL_FEE_LAMPORTS: Final = 150_000_000
"""AmmConfig 0 as recorded from mainnet; rates per million (protocol and fund: of the trade fee)."""

_PROTOCOL_OWNER: Final = "ProCXqRcXJjoUd1RNoo28bSizAA6EEqt9wURZYPDc5u"
_FUND_OWNER: Final = "FUNDduJTA7XcckKHKfAoEnnhuSud2JUCUZv6opWEjrBU"
_RENT_PER_BYTE: Final = 6_960
_CONFIG_BUMP: Final = 255


def genesis_accounts() -> tuple[Account, ...]:
    """AmmConfig 0 and the wrapped-SOL account that pool creation pays its fee to."""
    return (amm_config(), create_pool_fee_account())


def amm_config(*, disable_create_pool: bool = False) -> Account:
    """AmmConfig 0 with the recorded mainnet values (236 bytes, pools.md section 2)."""
    head = struct.pack("<BBH", _CONFIG_BUMP, disable_create_pool, 0)
    rates = struct.pack("<QQQQ", TRADE_FEE_RATE, PROTOCOL_FEE_RATE, FUND_FEE_RATE, CREATE_POOL_FEE_LAMPORTS)
    owners = bytes(Pubkey.from_string(_PROTOCOL_OWNER)) + bytes(Pubkey.from_string(_FUND_OWNER))
    data = sha256(b"account:AmmConfig").digest()[:8] + head + rates + owners
    data += struct.pack("<Q", CREATOR_FEE_RATE) + bytes(15 * 8)
    return Account(str(CONFIG_0), CPMM.address, _rent(len(data)), data)


def create_pool_fee_account() -> Account:
    """An empty wrapped-SOL token account at the fee address, owned by that address itself."""
    mint = bytes(Pubkey.from_string(WSOL_MINT))
    reserve = _rent(165)
    state = struct.pack("<Q36xBIQ8x36x", 0, 1, 1, reserve)
    data = mint + bytes(CREATE_POOL_FEE) + state
    return Account(str(CREATE_POOL_FEE), TOKEN_PROGRAM, reserve, data)


def _rent(size: int) -> int:
    return (128 + size) * _RENT_PER_BYTE
