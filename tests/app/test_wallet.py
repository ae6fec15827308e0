"""Which wallet a command means, and how it is unlocked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sniperforge.app.wallet import (
    named_wallet,
    open_signer,
    resolve_address,
    wallet_directory,
    wallet_entry,
)
from sniperforge.config.load import Settings
from sniperforge.errors import ConfigError, NotFoundError, UsageError
from sniperforge.wallets.keystore import KdfCost
from sniperforge.wallets.secret import SecretKey, SecretText
from tests.app.place import settings_in

CHEAP = KdfCost(1, 8 * 1024)
ONE, TWO = SecretKey.from_seed(b"1" * 32), SecretKey.from_seed(b"2" * 32)


def nobody() -> SecretText:
    raise AssertionError("nobody may be asked")


def with_wallets(settings: Settings) -> Settings:
    """``one`` (the default) and ``two``, both plain."""
    directory = wallet_directory(settings)
    directory.add("one", ONE, None)
    directory.add("two", TWO, None)
    return settings


def test_the_folder_is_the_configured_one(tmp_path: Path) -> None:
    """Relative to the project."""
    settings = settings_in(tmp_path, {"SNIPERFORGE_PATHS__WALLETS": "keys"})
    assert wallet_directory(settings).folder == tmp_path / "keys"


def test_unless_one_is_named_it_is_the_default(tmp_path: Path) -> None:
    """By the configuration, ``--wallet`` or the environment: name or address."""
    settings = with_wallets(settings_in(tmp_path))
    assert wallet_entry(settings).name == "one"
    assert wallet_entry(settings_in(tmp_path, wallet="two")).name == "two"
    assert wallet_entry(settings_in(tmp_path, {"SNIPERFORGE_WALLET": "two"})).name == "two"
    with pytest.raises(NotFoundError, match="three"):
        wallet_entry(settings_in(tmp_path, wallet="three"))


@pytest.mark.parametrize("network", ["localnet", "devnet"])
def test_play_money_gets_a_wallet_by_itself(tmp_path: Path, network: str) -> None:
    """Plain, made once: the next command finds the same."""
    settings = settings_in(tmp_path, network=network)
    made = wallet_entry(settings)
    assert not made.encrypted
    assert wallet_entry(settings) == made
    assert made.path.parent == tmp_path / "wallets"
    assert made.path.stat().st_mode & 0o777 == 0o600


def test_real_money_never_does(tmp_path: Path) -> None:
    """On mainnet a missing wallet is missing, and no file appears."""
    with pytest.raises(NotFoundError, match="no wallet"):
        wallet_entry(settings_in(tmp_path, network="mainnet"))
    assert not (tmp_path / "wallets").exists()


def test_it_can_be_switched_off(tmp_path: Path) -> None:
    """``wallets.auto_generate = false``."""
    with pytest.raises(NotFoundError):
        wallet_entry(settings_in(tmp_path, {"SNIPERFORGE_WALLETS__AUTO_GENERATE": "false"}))
    assert not (tmp_path / "wallets").exists()


def test_several_without_a_default_are_no_reason_to_make_another(tmp_path: Path) -> None:
    """The user is asked to choose."""
    settings = with_wallets(settings_in(tmp_path))
    (tmp_path / "wallets" / ".default").unlink()
    with pytest.raises(UsageError, match="several wallets"):
        wallet_entry(settings)
    assert sorted(path.name for path in (tmp_path / "wallets").iterdir()) == ["one.json", "two.json"]


@pytest.mark.parametrize(
    ("text", "name"),
    [("", "one"), ("default", "one"), ("one", "one"), ("two", "two"), (TWO.pubkey, "two")],
)
def test_a_wallet_is_named_in_several_ways(tmp_path: Path, text: str, name: str) -> None:
    """Name or address; nothing and ``default`` mean the selected one."""
    assert named_wallet(with_wallets(settings_in(tmp_path)), text).name == name


def test_default_means_the_selected_wallet(tmp_path: Path) -> None:
    """Not the folder's default, when ``--wallet`` says otherwise."""
    with_wallets(settings_in(tmp_path))
    assert named_wallet(settings_in(tmp_path, wallet="two"), "default").name == "two"


def test_a_key_file_anywhere_is_a_wallet(tmp_path: Path) -> None:
    """By its path."""
    settings = with_wallets(settings_in(tmp_path))
    copy = tmp_path / "copy.json"
    copy.write_bytes((tmp_path / "wallets" / "two.json").read_bytes())
    copy.chmod(0o600)
    assert named_wallet(settings, str(copy)).pubkey == TWO.pubkey


def test_addresses_and_names_lead_to_addresses(tmp_path: Path) -> None:
    """An address is itself, of whoever; a name is that wallet's; anything else is nobody's."""
    settings = with_wallets(settings_in(tmp_path))
    stranger = SecretKey.from_seed(b"3" * 32).pubkey
    assert resolve_address(settings, stranger) == stranger
    assert resolve_address(settings, "two") == TWO.pubkey
    assert resolve_address(settings, "") == ONE.pubkey
    with pytest.raises(NotFoundError, match="nobody"):
        resolve_address(settings, "nobody")


def test_a_plain_wallet_asks_nobody(tmp_path: Path) -> None:
    """Its signer has its key."""
    signer = open_signer(wallet_entry(with_wallets(settings_in(tmp_path))), nobody)
    assert signer.pubkey == ONE.pubkey


def test_an_encrypted_wallet_asks_once(tmp_path: Path) -> None:
    """The right password opens it; a wrong one is said, without either of them."""
    settings = settings_in(tmp_path)
    entry = wallet_directory(settings).add("safe", TWO, SecretText("right"), cost=CHEAP)
    asked: list[str] = []

    def answer(text: str) -> Callable[[], SecretText]:
        def ask() -> SecretText:
            asked.append(text)
            return SecretText(text)

        return ask

    assert open_signer(entry, answer("right")).pubkey == TWO.pubkey
    with pytest.raises(ConfigError) as caught:
        open_signer(entry, answer("guess"))
    assert asked == ["right", "guess"]
    assert "guess" not in caught.value.message
