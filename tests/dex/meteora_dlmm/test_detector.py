"""DLMM creations of every form, and what concerns no trading."""

from __future__ import annotations

import struct

import pytest

from sniperforge.dex.anchor_events import EVENT_CALL
from sniperforge.dex.meteora_dlmm.program import MAINNET
from sniperforge.dex.registry import read_transaction
from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.domain.pool import EventKind
from tests.dex.made import address, addresses, only, raw, tag, transaction

MINT = address(40)
CUSTOM = struct.pack("<iHHB?", -500, 100, 10_000, 1, False)


def accounts(shift: int = 0) -> list[str]:
    """Accounts with the mints in their places."""
    found = addresses(18)
    found[2 + shift : 4 + shift] = [MINT, WSOL_MINT]
    return found


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("initialize_lb_pair", struct.pack("<iH", -5, 25), {"active_id": -5, "bin_step": 25}),
        ("initialize_lb_pair2", struct.pack("<i", -5) + bytes(96), {"active_id": -5}),
        (
            "initialize_customizable_permissionless_lb_pair",
            CUSTOM + b"\x01" + struct.pack("<Q", 1_790_000_000) + b"\x01\x02\x03\x04" + bytes(60),
            {"activation_point": 1_790_000_000, "open_time": 1_790_000_000, "collect_fee_mode": 4},
        ),
        (
            "initialize_customizable_permissionless_lb_pair2",
            CUSTOM,
            {"active_id": -500, "base_factor": 10_000, "open_time": 0},
        ),
    ],
)
def test_creations(name: str, data: bytes, expected: dict[str, int]) -> None:
    """Pool, mints, reserves, creator; a pool is created empty."""
    keys = accounts()
    event = only(transaction(MAINNET, keys, tag("global", name) + data))
    assert (event.kind, event.pool, event.base_mint) == (EventKind.POOL_CREATED, keys[0], MINT)
    assert (event.base_vault, event.quote_vault) == (keys[4], keys[5])
    assert (event.facts["oracle"], event.facts["creator"]) == (keys[6], keys[8])
    assert expected.items() <= event.amounts.items()
    assert (event.amounts["base_amount"], event.amounts["quote_amount"]) == (0, 0)
    assert (
        "base_amount" not in only(transaction(MAINNET, keys, tag("global", name) + data, failed=True)).amounts
    )


def test_permissioned_creation_with_its_event() -> None:
    """The operators' form has one more account in front; the event tells the bin step."""
    keys = accounts(1)
    body = raw(keys[1]) + struct.pack("<H", 80) + raw(MINT) + raw(WSOL_MINT)
    data = tag("global", "initialize_permission_lb_pair") + struct.pack("<iHHBB", 7, 1, 9, 0, 1)
    inner = [(MAINNET, [address(2)], EVENT_CALL + tag("event", "LbPairCreate") + body)]
    event = only(transaction(MAINNET, keys, data, inner=inner))
    assert (event.pool, event.base_vault, event.facts["base_key"]) == (keys[1], keys[5], keys[0])
    assert (event.amounts["bin_step"], event.amounts["active_id"]) == (80, 7)


def test_too_short_is_unknown() -> None:
    """Too little data, or too few accounts."""
    name = tag("global", "initialize_lb_pair")
    for keys, data in ((accounts(), b"\x01"), (accounts()[:5], struct.pack("<iH", 1, 2))):
        reading = read_transaction(transaction(MAINNET, keys, name + data))
        assert (reading.events, len(reading.unrecognised)) == ((), 1)


def test_silent_and_unknown() -> None:
    """Fees and positions are known and tell nothing; what has no name is counted."""
    for name in ("claim_fee2", "initialize_bin_array", "close_position", "place_limit_order"):
        reading = read_transaction(transaction(MAINNET, accounts(), tag("global", name)))
        assert (reading.events, reading.unrecognised) == ((), ())
    reading = read_transaction(transaction(MAINNET, accounts(), bytes(range(8))))
    assert [form.dex for form in reading.unrecognised] == ["meteora_dlmm"]
