"""Solana CLI keypair files: what is written is read by the SDK, and malformed ones are refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from solders.keypair import Keypair

from sniperforge.errors import ConfigError
from sniperforge.wallets.keypair_file import pubkey_of, read_keypair_file, write_keypair_file
from sniperforge.wallets.secret import SecretKey

if TYPE_CHECKING:
    from pathlib import Path


def test_round_trip_and_the_sdk_reads_it(tmp_path: Path) -> None:
    """The file is 0600, the SDK's form, and gives the same key back."""
    key = SecretKey.generate()
    path = tmp_path / "id.json"
    write_keypair_file(path, key)
    assert path.stat().st_mode & 0o777 == 0o600
    assert str(Keypair.from_json(path.read_text()).pubkey()) == key.pubkey
    assert read_keypair_file(path).reveal() == key.reveal()
    assert pubkey_of(json.loads(path.read_text()), path) == key.pubkey


def test_a_file_of_the_sdk_is_read(tmp_path: Path) -> None:
    """What `solana-keygen` writes is accepted."""
    pair = Keypair()
    path = tmp_path / "id.json"
    path.write_text(pair.to_json())
    assert read_keypair_file(path).pubkey == str(pair.pubkey())


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    """A key that is there stays."""
    path = tmp_path / "id.json"
    write_keypair_file(path, SecretKey.generate())
    before = path.read_text()
    with pytest.raises(FileExistsError):
        write_keypair_file(path, SecretKey.generate())
    assert path.read_text() == before


GOOD = list(SecretKey.generate().reveal())


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (GOOD[:63], "an array of 63"),
        ([*GOOD, 1], "an array of 65"),
        (GOOD[:32], "an array of 32"),
        ([], "an array of 0"),
        ({"key": GOOD}, "not an array"),
        ("text", "not an array"),
        (None, "not an array"),
        ([*GOOD[:-1], 256], "entry 63 is not a number from 0 to 255"),
        ([-1, *GOOD[1:]], "entry 0 "),
        ([True, *GOOD[1:]], "entry 0 "),
        ([*GOOD[:5], 1.0, *GOOD[6:]], "entry 5 "),
        ([*GOOD[:5], "7", *GOOD[6:]], "entry 5 "),
        ([GOOD[0] ^ 1, *GOOD[1:]], "does not belong"),
        ([*GOOD[:63], GOOD[63] ^ 1], "does not belong"),
    ],
)
def test_malformed_files_are_config_errors_without_the_secret(
    tmp_path: Path, document: Any, message: str
) -> None:
    """The message names file and place, never a run of key bytes."""
    path = tmp_path / "id.json"
    path.write_text(json.dumps(document))
    with pytest.raises(ConfigError, match=message) as caught:
        read_keypair_file(path)
    assert str(path) in caught.value.message
    assert json.dumps(GOOD[6:9])[1:-1] not in str(caught.value.message)
