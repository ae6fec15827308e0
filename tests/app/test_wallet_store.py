"""What is decided before a key file is written, and how wallets are shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sniperforge.app.wallet import wallet_directory
from sniperforge.app.wallet_store import (
    check_new_name,
    create_wallet,
    import_wallet,
    key_from_file,
    key_from_phrase,
    key_from_text,
    nonces_of,
    row_of,
    wallet_rows,
)
from sniperforge.domain.lifecycle import TxEvent
from sniperforge.domain.trade import IntentKind
from sniperforge.errors import ConfigError, NotFoundError, UsageError
from sniperforge.store.journal import Journal
from sniperforge.testing.trades import make_attempt, make_fill, make_intent, make_settlement
from sniperforge.wallets.secret import SecretKey, SecretText
from tests.app.place import settings_in

PHRASE = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
PHRASE_ADDRESS = "HAgk14JpMQLgt6rVgv7cBQFJWFto5Dqxi472uT3DKpqk"
"""Account 0 of that phrase in every Solana wallet."""

PASSWORD = SecretText("correct horse")


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A password check that takes no second."""
    from sniperforge.wallets import directory
    from sniperforge.wallets.keystore import KdfCost

    monkeypatch.setattr(directory, "KdfCost", lambda: KdfCost(1, 8 * 1024))


def test_the_first_wallet_is_the_default(tmp_path: Path) -> None:
    """The second is not; both are shown without anything secret."""
    settings = settings_in(tmp_path)
    first, _ = create_wallet(settings, "one", None)
    second, _ = create_wallet(settings, "two", PASSWORD)
    assert (first.default, second.default) == (True, False)
    rows, warnings = wallet_rows(settings)
    assert warnings == ()
    shown = [row.to_json() for row in rows]
    assert [(row["name"], row["encrypted"], row["default"]) for row in shown] == [
        ("one", False, True),
        ("two", True, False),
    ]
    assert set(shown[0]) == {"name", "pubkey", "path", "encrypted", "created_at", "default"}


def test_several_without_a_default(tmp_path: Path) -> None:
    """None is marked; a file that cannot be read is a warning."""
    settings = settings_in(tmp_path)
    for name in ("one", "two"):
        create_wallet(settings, name, None)
    (tmp_path / "wallets" / ".default").unlink()
    (tmp_path / "wallets" / "bad.json").write_text("{}")
    rows, warnings = wallet_rows(settings)
    assert [row.default for row in rows] == [False, False]
    assert len(warnings) == 1


def test_a_file_elsewhere_is_not_the_default(tmp_path: Path) -> None:
    """Even with the same name."""
    settings = settings_in(tmp_path)
    create_wallet(settings, "one", None)
    copy = tmp_path / "one.json"
    copy.write_bytes((tmp_path / "wallets" / "one.json").read_bytes())
    copy.chmod(0o600)
    assert not row_of(settings, wallet_directory(settings).find(str(copy))).default


@pytest.mark.parametrize("words", [12, 24])
def test_a_phrase_gives_the_same_key_again(tmp_path: Path, words: int) -> None:
    """What was written down is enough to get the wallet back."""
    row, phrase = create_wallet(settings_in(tmp_path), "one", None, words=words)
    assert phrase is not None
    assert len(phrase.reveal().split()) == words
    assert key_from_phrase(phrase.reveal(), 0).pubkey == row.entry.pubkey


def test_the_phrase_of_other_wallets(tmp_path: Path) -> None:
    """The derivation is theirs, so the address is; another account is another address."""
    key = key_from_phrase(PHRASE, 0)
    assert key.pubkey == PHRASE_ADDRESS
    assert key_from_phrase(PHRASE, 1).pubkey != PHRASE_ADDRESS
    row = import_wallet(settings_in(tmp_path), "mine", key, PASSWORD)
    assert (row.entry.pubkey, row.entry.encrypted) == (PHRASE_ADDRESS, True)


def test_names_are_checked_before_passwords_are_asked(tmp_path: Path) -> None:
    """Taken and malformed names, at once."""
    settings = settings_in(tmp_path)
    create_wallet(settings, "one", None)
    check_new_name(settings, "two")
    with pytest.raises(UsageError, match="already"):
        check_new_name(settings, "one")
    with pytest.raises(UsageError, match="'default' means 'one' everywhere"):
        check_new_name(settings, "default")
    with pytest.raises(UsageError, match="not a wallet name"):
        check_new_name(settings, "../one")


def test_the_first_wallet_may_be_called_default(tmp_path: Path) -> None:
    """It is the default then, so the name says what it means."""
    settings = settings_in(tmp_path)
    check_new_name(settings, "default")
    row, _ = create_wallet(settings, "default", None)
    assert row.default
    check_new_name(settings, "other")


def test_keys_as_others_write_them(tmp_path: Path) -> None:
    """Base58, the JSON array as text, and as a file: one key."""
    from sniperforge.domain import base58

    key = SecretKey.generate()
    array = json.dumps(list(key.reveal()))
    file = tmp_path / "id.json"
    file.write_text(array)
    for found in (key_from_text(base58.encode(key.reveal())), key_from_text(array), key_from_file(file)):
        assert found.pubkey == key.pubkey


@pytest.mark.parametrize("text", ["", "xyz", "[1,2,3]", "[1,", "[" * 100_000, "0OIl"])
def test_what_is_no_key(text: str) -> None:
    """The reason, and nothing of the text."""
    with pytest.raises(ConfigError) as caught:
        key_from_text(text)
    assert not text or text not in caught.value.message


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """Not found, not malformed."""
    with pytest.raises(NotFoundError):
        key_from_file(tmp_path / "none.json")


def test_nonce_accounts_are_read_from_the_journals(tmp_path: Path) -> None:
    """Of every chain and mode; a file that is no journal is passed over."""
    settings = settings_in(tmp_path)
    folder = settings.state_dir / "devnet" / "live" / "wallets" / "wallet"
    journal = Journal(folder / "journal.db")
    intent = make_intent("n", IntentKind.NONCE, facts={"accounts": ["n1", "n2"]})
    journal.record_intent(intent, make_attempt(intent))
    settlement = make_settlement("signature of n", rent_paid=2 * 1_447_680)
    journal.book(make_fill(intent, settlement), TxEvent.LANDED)
    journal.close()
    other = settings.state_dir / "mainnet" / "live" / "wallets" / "wallet"
    other.mkdir(parents=True)
    (other / "journal.db").write_text("no database")
    row = {"cluster": "devnet", "mode": "live", "rent_sol": "0.001447680"}
    assert nonces_of(settings, "wallet") == [{**row, "account": "n1"}, {**row, "account": "n2"}]
    assert nonces_of(settings, "another") == []
