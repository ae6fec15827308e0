"""The accounts that the bonding-curve program needs on a fresh chain."""

from __future__ import annotations

import struct
from hashlib import sha256
from typing import Final

from solders.pubkey import Pubkey

from sniperforge.domain.addresses import SYSTEM_PROGRAM
from sniperforge.domain.chain import Account
from sniperforge.localnet.program.binary import PUMP_CURVE, PUMP_FEES
from sniperforge.localnet.program.pump_curve.instructions import FEE_CONFIG, GLOBAL

VIRTUAL_TOKENS: Final = 1_073_000_000_000_000
VIRTUAL_SOL: Final = 30_000_000_000
REAL_TOKENS: Final = 793_100_000_000_000
SUPPLY: Final = 1_000_000_000_000_000
"""What a mainnet curve begins with (raw units, six decimals; lamports)."""

PROTOCOL_FEE_BPS: Final = 95
CREATOR_FEE_BPS: Final = 30
BUYBACK_BPS: Final = 5_000
"""As recorded from mainnet in October 2026; the buyback's part is of the protocol's."""

FEE_RECIPIENTS: Final = (
    "62qc2CNXwrYqQScmEdiZFFAnJR262PxWEuNQtxfafNgV",
    "7VtfL8fvgNfhz17qKRMjzQEXgbdpnHHHQRh54R9jP2RJ",
    "7hTckgnGnLQR6sdH7YkqFTAA7VwTfYFaZ6EhEsU3saCX",
    "9rPYyANsfQZw3DnDmKE3YCQF5E8oD89UXoHn9JFEhJUz",
    "AVmoTthdrX6tKt4nDjco2D775W2YK3sDhxPcMmzUAmTY",
    "CebN5WGQ4jvEPvsVU4EoHEpgzq1VV7AbicfhtW4xC9iM",
    "FWsW1xNtWscwNmKv6wVsU1iTzRN6wmmk3MjxRP5tT7hz",
    "G5UZAVbAf46s7cKWoyKu8kYTip9DGTpbLZ2qa9Aq69dP",
)
RESERVED_FEE_RECIPIENTS: Final = (
    "GesfTA3X2arioaHp8bbKdjG9vJtskViWACZoYvxp4twS",
    "4budycTjhs9fD6xw62VBducVTNgMgJJ5BgtKq7mAZwn6",
    "8SBKzEQU4nLSzcwF4a74F2iaUDQyTfjGndn6qUWBnrpR",
    "4UQeTP1T39KZ9Sfxzo3WR5skgsaP6NZa87BAkuazLEKH",
    "8sNeir4QsLsJdYpc9RZacohhK1Y5FLU3nC5LXgYB4aa6",
    "Fh9HmeLNUMVCvejxCtCL2DbYaRyBFVJ5xrWkLnMH6fdk",
    "463MEnMeGyJekNZFQSTUABBEbLnvMTALbT6ZmsxAbAdq",
    "6AUH3WEHucYZyC61hqpqYUWVto5qA5hjHuNQ32GNnNxA",
)
BUYBACK_RECIPIENTS: Final = (
    "5YxQFdt3Tr9zJLvkFccqXVUwhdTWJQc1fFg2YPbxvxeD",
    "9M4giFFMxmFGXtc3feFzRai56WbBqehoSeRE5GK7gf7",
    "GXPFM2caqTtQYC2cJ5yJRi9VDkpsYZXzYdwYpGnLmtDL",
    "3BpXnfJaUTiwXnJNe7Ej1rcbzqTTQUvLShZaWazebsVR",
    "5cjcW9wExnJJiqgLjq7DEG75Pm6JBgE1hNv4B2vHXUW6",
    "EHAAiTxcdDwQ3U4bU6YcMsQGaekdzLS3B5SmYo46kJtL",
    "5eHhjP8JaYkz83CWwvGU2uMUXefd3AazWGx4gpcuEEYD",
    "A7hAgCzFw14fejgCp387JUJRMNyz4j89JKnhtKU8piqW",
)

_RENT_PER_BYTE: Final = 6_960
_GLOBAL_SIZE: Final = 1_087
_FEE_CONFIG_BUMP: Final = 253


def genesis_accounts() -> tuple[Account, ...]:
    """Global, the fee schedule, and the recipients of fees, who must exist to be paid."""
    recipients = (*FEE_RECIPIENTS, *RESERVED_FEE_RECIPIENTS, *BUYBACK_RECIPIENTS)
    return (
        global_account(),
        fee_config(),
        *(Account(address, SYSTEM_PROGRAM, _rent(0), b"") for address in recipients),
    )


def global_account() -> Account:
    """The program's settings (1,087 bytes): recorded mainnet values, mayhem mode off, nobody in authority."""
    data = bytearray(_GLOBAL_SIZE)
    data[:8] = sha256(b"account:Global").digest()[:8]
    data[8] = 1
    struct.pack_into("<5Q", data, 73, VIRTUAL_TOKENS, VIRTUAL_SOL, REAL_TOKENS, SUPPLY, PROTOCOL_FEE_BPS)
    struct.pack_into("<Q", data, 154, CREATOR_FEE_BPS)
    _put_keys(data, 41, FEE_RECIPIENTS[:1])
    _put_keys(data, 162, FEE_RECIPIENTS[1:])
    data[450] = 1
    _put_keys(data, 483, RESERVED_FEE_RECIPIENTS[:1])
    _put_keys(data, 516, RESERVED_FEE_RECIPIENTS[1:])
    _put_keys(data, 741, BUYBACK_RECIPIENTS)
    struct.pack_into("<Q", data, 997, BUYBACK_BPS)
    data[1045] = data[1086] = 1
    return Account(str(GLOBAL), PUMP_CURVE.address, _rent(len(data)), bytes(data))


def fee_config() -> Account:
    """One tier for every market cap and quote, with today's rates."""
    rates = struct.pack("<3Q", 0, PROTOCOL_FEE_BPS, CREATOR_FEE_BPS)
    tiers = struct.pack("<I", 1) + bytes(16) + rates
    head = sha256(b"account:FeeConfig").digest()[:8] + bytes((_FEE_CONFIG_BUMP,)) + bytes(32)
    data = head + rates + tiers + tiers + rates
    return Account(str(FEE_CONFIG), PUMP_FEES.address, _rent(len(data)), data)


def _put_keys(data: bytearray, offset: int, keys: tuple[str, ...]) -> None:
    joined = b"".join(bytes(Pubkey.from_string(key)) for key in keys)
    data[offset : offset + len(joined)] = joined


def _rent(size: int) -> int:
    return (128 + size) * _RENT_PER_BYTE
