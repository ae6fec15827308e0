"""The fee schedules of Pump.fun's curves and PumpSwap's pools: FeeConfig accounts of the pump-fees program.

Source: ``fees.ts`` of @pump-fun/pump-sdk 2.0.0 and pump-swap-sdk 1.20.0; the ``idl`` of pump-public-docs.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from sniperforge.dex.anchor import account_discriminator
from sniperforge.dex.byte_reader import ByteReader
from sniperforge.dex.derive import derived, key_bytes
from sniperforge.domain.addresses import SYSTEM_PROGRAM, USDC_MINT, WSOL_MINT
from sniperforge.errors import DecodeError

if TYPE_CHECKING:
    from sniperforge.domain.chain import Account

PROGRAM: Final = "pfeeUxB6jkeY1Hxd7CsFCAjcbHA9rWtchMGdZ6VojVZ"
SOL_LIKE: Final = frozenset({SYSTEM_PROGRAM, WSOL_MINT, "9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXejP"})
"""Quote mints that pay ``tiers``: the zero key of SOL curves, wrapped SOL, the native mint of Token-2022."""
STABLE: Final = frozenset({USDC_MINT})
"""Quote mints that pay ``stable_tiers``: fixed in the program."""
TOTAL_SUPPLY: Final = 10**15
"""Raw units of every coin at its creation."""
BASIS_POINTS: Final = 10_000

_DISCRIMINATOR: Final = account_discriminator("FeeConfig")
_FEES: Final = struct.Struct("<3Q")
_TIER_SIZE: Final = 16 + _FEES.size


class Fees(NamedTuple):
    """Rates in basis points."""

    lp: int
    protocol: int
    creator: int


NO_FEES: Final = Fees(0, 0, 0)


class Tier(NamedTuple):
    """Rates from a market cap on, in raw units of the quote."""

    threshold: int
    fees: Fees


@dataclass(frozen=True, slots=True)
class FeeConfig:
    """One program's schedules.

    Attributes:
        flat: of pools that Pump.fun's migration did not create.
        tiers: of SOL pairs, by market cap, rising.
        stable_tiers: of USDC pairs; empty in older accounts, which then use ``tiers``.
        exotic: of other pairs; all zero where it is not set, then ``flat``.
    """

    address: str
    flat: Fees
    tiers: tuple[Tier, ...]
    stable_tiers: tuple[Tier, ...] = ()
    exotic: Fees = NO_FEES

    def fees(self, quote_mint: str, market_cap: int, *, canonical: bool = True) -> Fees:
        """What a trade pays; ``canonical`` is false for pools that no migration created."""
        if not canonical:
            return self.flat
        if quote_mint in SOL_LIKE:
            return _fees_at(self.tiers, market_cap)
        if quote_mint in STABLE:
            return _fees_at(self.stable_tiers or self.tiers, market_cap)
        return self.exotic if any(self.exotic) else self.flat


def is_custom_pair(quote_mint: str) -> bool:
    """Whether a coin in this quote may have a creator rate of its own instead of the schedule's."""
    return quote_mint not in SOL_LIKE and quote_mint not in STABLE


def fee_config_address(program_id: str) -> str:
    """The schedules of ``program_id``."""
    return derived(PROGRAM, b"fee_config", key_bytes(program_id))


def decode_fee_config(account: Account) -> FeeConfig:
    """Read a FeeConfig account; lists that older versions lack are empty.

    Raises:
        DecodeError: not such an account of the pump-fees program, no tiers, or rates of 100 % and more.
    """
    where = f"fee configuration {account.address}"
    if account.owner != PROGRAM or account.data[:8] != _DISCRIMINATOR:
        raise DecodeError(f"{where} is not one of the pump-fees program")
    reader = ByteReader(account.data, at=41, what=where)
    flat, tiers = _read_fees(reader), _read_tiers(reader)
    stable = _read_tiers(reader) if reader.left >= 4 else ()
    exotic = _read_fees(reader) if reader.left >= _FEES.size else NO_FEES
    if not tiers:
        raise DecodeError(f"{where} has no tiers")
    if any(sum(fees) >= BASIS_POINTS for fees in (flat, exotic, *(tier.fees for tier in tiers + stable))):
        raise DecodeError(f"{where} has impossible rates")
    return FeeConfig(account.address, flat, tiers, stable, exotic)


def fee_on(amount: int, bps: int) -> int:
    """A fee of ``bps`` basis points, rounded up."""
    return -(-amount * bps // BASIS_POINTS)


def gross_for(net: int, fees: tuple[int, ...]) -> int:
    """The smallest amount that leaves ``net`` after each of ``fees`` (basis points) is taken of it."""
    gross = -(-net * BASIS_POINTS // (BASIS_POINTS - sum(fees)))
    while gross - sum(fee_on(gross, bps) for bps in fees) < net:
        gross += 1
    return gross


def _fees_at(tiers: tuple[Tier, ...], market_cap: int) -> Fees:
    """The last tier that ``market_cap`` reaches; below the first, the first."""
    for tier in reversed(tiers):
        if market_cap >= tier.threshold:
            return tier.fees
    return tiers[0].fees


def _read_fees(reader: ByteReader) -> Fees:
    return Fees(*_FEES.unpack(reader.take(_FEES.size)))


def _read_tiers(reader: ByteReader) -> tuple[Tier, ...]:
    count = reader.u32()
    if count * _TIER_SIZE > reader.left:
        raise DecodeError(f"{reader.what} ends within its {count} tiers")
    return tuple(Tier(reader.u128(), _read_fees(reader)) for _ in range(count))
