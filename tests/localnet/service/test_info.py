"""What a network tells about itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sniperforge.errors import ConfigError, StorageError
from sniperforge.localnet.service.info import NetworkInfo, Urls, read_info, write_info

INFO = NetworkInfo(
    rpc_url="http://127.0.0.1:1",
    ws_url="ws://127.0.0.1:2",
    jupiter_url="http://127.0.0.1:3",
    genesis_hash="g",
    pid=7,
    process="boot:1:2",
    started_at="2026-01-01T00:00:00Z",
    payer="p",
    keypair_file="/k",
    further=(Urls("http://127.0.0.1:4", "ws://127.0.0.1:5"),),
)


def test_it_survives_the_file(tmp_path: Path) -> None:
    """Written and read, the same; the file is private."""
    path = tmp_path / "info.json"
    assert read_info(path) is None
    write_info(path, INFO)
    assert read_info(path) == INFO
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_document_is_the_promised_one() -> None:
    """As ``localnet up --json`` shows it."""
    document = INFO.to_json()
    assert document["payer"] == {"pubkey": "p", "keypair_file": "/k"}
    assert NetworkInfo.from_json({**document, "jupiter_url": None}).jupiter_url is None
    assert document["endpoints"] == [
        {"rpc_url": "http://127.0.0.1:1", "ws_url": "ws://127.0.0.1:2"},
        {"rpc_url": "http://127.0.0.1:4", "ws_url": "ws://127.0.0.1:5"},
    ]
    assert document["jito_url"] == document["jupiter_url"]
    assert {"rpc_url", "ws_url", "jupiter_url", "genesis_hash", "pid", "started_at"} <= document.keys()


@pytest.mark.parametrize(
    "change",
    [
        *({"pid": "7"}, {"pid": True}, {"pid": 0}, {"payer": None}, {"rpc_url": 5}, {"genesis_hash": None}),
        *({"endpoints": None}, {"endpoints": [{}, {"rpc_url": "http://127.0.0.1:1"}]}),
    ],
)
def test_other_documents_are_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    """A configuration error that names the file and says what to do."""
    path = tmp_path / "info.json"
    path.write_text(json.dumps({**INFO.to_json(), **change}))
    with pytest.raises(ConfigError, match=r"info\.json") as error:
        read_info(path)
    assert "delete it" in error.value.hint


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "7"])
def test_other_texts_are_refused(tmp_path: Path, text: str) -> None:
    """Likewise."""
    path = tmp_path / "info.json"
    path.write_text(text)
    with pytest.raises(ConfigError):
        read_info(path)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """A storage error."""
    with pytest.raises(StorageError):
        read_info(tmp_path)
