"""From files, standard input and signatures to events."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sniperforge.app.decoding import events_in, fetch, is_signature, parse_json, read_text
from sniperforge.app.swap_checks import sol_usdc_pool
from sniperforge.chain.clock import SystemClock
from sniperforge.chain.rpc import RpcClient
from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.domain.pool import EventKind
from sniperforge.errors import DecodeError, NotFoundError, StorageError
from tests.app.place import market_network, on, settings_in

SIGNATURE = "5" * 87


async def test_a_landed_transaction_is_fetched_and_decoded(tmp_path: Path) -> None:
    """What the market did is found again by its signature; one that never was is not found."""
    network, market = market_network()
    market.close()
    network.ledger.advance(3)
    rpc = RpcClient(network.transport(), SystemClock())
    creation = (await rpc.signatures_for_address(str(sol_usdc_pool("local-x"))))[-1]
    async with network:
        settings = on(settings_in(tmp_path), network)
        events, warnings = events_in(await fetch(settings, creation.signature))
        with pytest.raises(NotFoundError, match="no transaction"):
            await fetch(settings, SIGNATURE)
    assert [(event.kind, event.quote_mint) for event in events] == [(EventKind.POOL_CREATED, WSOL_MINT)]
    assert warnings == ()


def test_a_recorded_creation(shared_fixtures: Path) -> None:
    """A file of the fixtures, its result alone, and the notification of its logs name the same pool."""
    path = shared_fixtures / "raydium_cpmm" / "create_litesvm_spl.json"
    recorded = parse_json(read_text(path), str(path))
    result = recorded["result"]
    value = {"signature": recorded["signature"], "err": None, "logs": result["meta"]["logMessages"]}
    notice = {
        "method": "logsNotification",
        "params": {"result": {"context": {"slot": result["slot"]}, "value": value}},
    }
    whole, _ = events_in(recorded)
    bare, _ = events_in(result)
    logs, warnings = events_in(notice)
    assert whole == bare
    assert [event.kind for event in whole] == [event.kind for event in logs] == [EventKind.POOL_CREATED]
    assert len(warnings) == 1
    value["logs"] = [*value["logs"], "Log truncated"]
    assert "cut the logs short" in events_in(notice)[1][1]


@pytest.mark.parametrize(
    "text", ["", "{", "[1", '{"a": NaN}', "[" * 200_000, "nope", '{"a": 1' + "0" * 5_000 + "}"]
)
def test_what_is_not_json(text: str) -> None:
    """The place is named; nothing else is needed to mend it."""
    with pytest.raises(DecodeError, match="here"):
        parse_json(text, "here")


@pytest.mark.parametrize(
    "document", [None, 5, [], {}, {"result": None}, {"error": {}}, {"result": {"meta": {}}}]
)
def test_what_is_no_transaction(document: object) -> None:
    """JSON of another kind is malformed input."""
    with pytest.raises(DecodeError):
        events_in(document)


def test_files_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Missing is not found, a folder or bytes are malformed, the rest is storage."""
    with pytest.raises(NotFoundError, match="neither a file nor a signature"):
        read_text(tmp_path / "none")
    with pytest.raises(DecodeError, match="not a text file"):
        read_text(tmp_path)
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    with pytest.raises(DecodeError, match="not a text file"):
        read_text(tmp_path / "bytes")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(StorageError):
        read_text(tmp_path / "loop")
    (tmp_path / "big").write_text(json.dumps({}))
    monkeypatch.setattr("sniperforge.app.decoding.MAX_BYTES", 1)
    with pytest.raises(DecodeError, match="larger than"):
        read_text(tmp_path / "big")


@pytest.mark.parametrize(
    ("text", "is_one"), [(SIGNATURE, True), ("5" * 86, False), ("0" * 87, False), ("abc", False)]
)
def test_what_a_signature_looks_like(text: str, is_one: bool) -> None:
    """Base58 of 64 bytes."""
    assert is_signature(text) is is_one
