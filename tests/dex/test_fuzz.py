"""Mutated recordings: whatever a file or an account holds, nothing but DecodeError is raised."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniperforge.app.decoding import events_in
from sniperforge.domain.chain import Account
from sniperforge.errors import DecodeError
from tests.dex.conftest import mutate
from tests.dex.recorded import DERIVED, HOLDS_SOMETHING, RecordedVenue, documents, recorded_venues
from tests.dex.recorded_accounts import accounts_in

SHORT, LONG = 2_000, 1_000_000


def logs_notification(result: Any) -> dict[str, Any] | None:
    """What a node would have told about a transaction's logs."""
    if not result or not result["meta"].get("logMessages"):
        return None
    meta = result["meta"]
    value = {"signature": "s", "err": meta["err"], "logs": meta["logMessages"]}
    params = {"result": {"context": {"slot": 1}, "value": value}}
    return {"jsonrpc": "2.0", "method": "logsNotification", "params": params}


RAW = {
    name: {key: value for key, value in document.items() if key not in DERIVED}
    for name, document in documents().items()
    if HOLDS_SOMETHING & document.keys()
}
RAW |= {
    f"{name}:notice": notice
    for name, document in RAW.items()
    if (notice := logs_notification(document.get("result"))) is not None
}
ACCOUNTS = [
    account
    for document in documents().values()
    for account in accounts_in(
        {key: document[key] for key in ("account", "accounts", "accounts_after") if key in document}
    )
]


def survives(count: int, seed: int) -> tuple[int, int]:
    """How many of ``count`` mutated documents could be read, and how many were refused in the right way."""
    chance = random.Random(seed)
    names = sorted(RAW)
    read = refused = 0
    for number in range(count):
        try:
            events_in(mutate(RAW[names[number % len(names)]], chance))
            read += 1
        except DecodeError:
            refused += 1
    return read, refused


def changed(data: bytes, chance: random.Random) -> bytes:
    """Bytes with some changed, or cut, or more of them."""
    raw = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        if raw:
            raw[chance.randrange(len(raw))] = chance.choice((0, 1, 2, 127, 128, 255, chance.randrange(256)))
    action = chance.randrange(4)
    return bytes(
        raw[: chance.randrange(len(raw) + 1)] if action == 0 else raw + bytes(8) if action == 1 else raw
    )


def decodes(venue: RecordedVenue, count: int, seed: int) -> None:
    """Mutates accounts of the venue's program, or of any where none is recorded."""
    chance = random.Random(seed)
    own = [account for account in ACCOUNTS if account.owner == venue.program_id] or ACCOUNTS
    for number in range(count):
        account = own[number % len(own)]
        mutated = Account(account.address, venue.program_id, 1, changed(account.data, chance))
        for decode in venue.decoders:
            try:
                decode(mutated)
            except DecodeError:
                continue


def test_mutated_recordings(capsys: pytest.CaptureFixture[str]) -> None:
    """Every recorded file, some mutations each."""
    read, refused = survives(SHORT, 20_261_120)
    with capsys.disabled():
        print(f"\nmutated recordings: {read} read, {refused} refused, {len(RAW)} files")
    assert read + refused == SHORT
    assert read
    assert refused


@pytest.mark.soak
@pytest.mark.timeout(7_200)
def test_a_million_mutated_recordings(capsys: pytest.CaptureFixture[str]) -> None:
    """The same, long."""
    read, refused = survives(LONG, 5)
    with capsys.disabled():
        print(f"\nmutated recordings: {read} read, {refused} refused, {len(RAW)} files")
    assert read + refused == LONG


@pytest.mark.parametrize("venue", recorded_venues(), ids=lambda venue: venue.dex)
def test_mutated_accounts(venue: RecordedVenue) -> None:
    """Every decoder of a venue, on changed accounts of its program."""
    decodes(venue, 500, 7)


@pytest.mark.soak
@pytest.mark.parametrize("venue", recorded_venues(), ids=lambda venue: venue.dex)
def test_many_mutated_accounts(venue: RecordedVenue) -> None:
    """The same, long."""
    decodes(venue, 50_000, 8)


@pytest.mark.parametrize("venue", recorded_venues(), ids=lambda venue: venue.dex)
@given(data=st.binary(max_size=2_000))
def test_any_bytes(venue: RecordedVenue, data: bytes) -> None:
    """Decoders take anything."""
    for decode in venue.decoders:
        try:
            decode(Account("11111111111111111111111111111111", venue.program_id, 1, data))
        except DecodeError:
            continue
