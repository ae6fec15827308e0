"""The two accounts of an OpenBook (Serum v3) market that a pool with orders needs.

Source: ``dex/src/state.rs`` of openbook-dex/program.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from solders.pubkey import Pubkey

from sniperforge.dex.derive import key_bytes
from sniperforge.errors import DecodeError

if TYPE_CHECKING:
    from sniperforge.domain.chain import Account

_PADDING: Final = b"serum"
_MARKET_SIZE: Final = 388
_NONCE: Final = struct.Struct("<Q")
_NONCE_AT: Final = 45
_COIN_VAULT_AT, _PC_VAULT_AT = 117, 165
_EVENT_QUEUE_AT, _BIDS_AT, _ASKS_AT = 253, 285, 317

_ORDERS_SIZE: Final = 3_228
_ORDERS_KEYS: Final = struct.Struct("<32s32s")
_ORDERS_KEYS_AT: Final = 13
_TOTALS: Final = struct.Struct("<4Q")
_TOTALS_AT: Final = 77
"""Coin free, coin total, pc free, pc total."""


@dataclass(frozen=True, slots=True)
class Market:
    """What a swap names of a market, base58."""

    address: str
    program_id: str
    bids: str
    asks: str
    event_queue: str
    coin_vault: str
    pc_vault: str
    vault_signer: str


def decode_market(account: Account) -> Market:
    """Read a market.

    Raises:
        DecodeError: it is not one.
    """
    data = account.data
    if len(data) != _MARKET_SIZE or data[:5] != _PADDING:
        raise DecodeError(f"{account.address} is not an order-book market")
    (nonce,) = _NONCE.unpack_from(data, _NONCE_AT)
    return Market(
        address=account.address,
        program_id=account.owner,
        bids=_key(data, _BIDS_AT),
        asks=_key(data, _ASKS_AT),
        event_queue=_key(data, _EVENT_QUEUE_AT),
        coin_vault=_key(data, _COIN_VAULT_AT),
        pc_vault=_key(data, _PC_VAULT_AT),
        vault_signer=_vault_signer(account, nonce),
    )


def decode_totals(account: Account, *, market: str, owner: str) -> tuple[int, int]:
    """What lies in the order book for a pool, free or in orders: raw coin and pc units.

    Raises:
        DecodeError: not an open-orders account of ``owner`` in ``market``.
    """
    data = account.data
    if len(data) != _ORDERS_SIZE or data[:5] != _PADDING:
        raise DecodeError(f"{account.address} is not an open-orders account")
    keys = [str(Pubkey.from_bytes(raw)) for raw in _ORDERS_KEYS.unpack_from(data, _ORDERS_KEYS_AT)]
    if keys != [market, owner]:
        raise DecodeError(f"{account.address} holds the orders of another pool")
    _, coin_total, _, pc_total = _TOTALS.unpack_from(data, _TOTALS_AT)
    return coin_total, pc_total


def _vault_signer(account: Account, nonce: int) -> str:
    """``create_program_address`` of market and nonce, whose own error cannot be imported to be caught."""
    seeds = key_bytes(account.address) + _NONCE.pack(nonce) + key_bytes(account.owner)
    signer = Pubkey.from_bytes(sha256(seeds + b"ProgramDerivedAddress").digest())
    if signer.is_on_curve():
        raise DecodeError(f"market {account.address} has an impossible signer")
    return str(signer)


def _key(data: bytes, at: int) -> str:
    return str(Pubkey.from_bytes(data[at : at + 32]))
