"""Which wallet a command means."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sniperforge.app.wallet import named_wallet, open_signer, resolve_address, wallet_entry
from sniperforge.config.load import Settings, load
from sniperforge.errors import NotFoundError
from sniperforge.wallets.directory import WalletDirectory
from sniperforge.wallets.keystore import KdfCost
from sniperforge.wallets.secret import SecretText

ADDRESS = "7gfKqWYW1jbxifJKpf1UVpeBGTCLa1NU1QtyCbw625Bz"


def settings(folder: Path, **env: str) -> Settings:
    """The defaults, with what the environment says."""
    return load(env={"SNIPERFORGE_HOME": str(folder), **env}, cwd=folder)


def wallets(folder: Path) -> WalletDirectory:
    """The folder's wallets."""
    return WalletDirectory(folder / "wallets", now=time.time)


def test_one_is_made_for_play_money_only(tmp_path: Path) -> None:
    """On localnet and devnet, once; on mainnet, or when switched off, there is none."""
    for changes in ({"SNIPERFORGE_NETWORK": "mainnet"}, {"SNIPERFORGE_WALLETS__AUTO_GENERATE": "false"}):
        with pytest.raises(NotFoundError):
            wallet_entry(settings(tmp_path, **changes))
    made = wallet_entry(settings(tmp_path))
    assert (made.name, made.encrypted) == ("auto", False)
    assert wallet_entry(settings(tmp_path, SNIPERFORGE_NETWORK="devnet")).pubkey == made.pubkey
    assert wallet_entry(settings(tmp_path, SNIPERFORGE_NETWORK="mainnet")).pubkey == made.pubkey


def test_by_name(tmp_path: Path) -> None:
    """The selected one, the named one, or an address that is no wallet of ours."""
    first = wallets(tmp_path).create("first", None)
    second = wallets(tmp_path).create("second", None)
    assert wallet_entry(settings(tmp_path)).pubkey == first.pubkey, "the first is the default"
    selected = settings(tmp_path, SNIPERFORGE_WALLET="second")
    assert wallet_entry(selected).pubkey == second.pubkey
    assert named_wallet(selected, "").pubkey == second.pubkey
    assert named_wallet(selected, "first").pubkey == first.pubkey
    assert resolve_address(selected, "default") == second.pubkey
    assert resolve_address(selected, ADDRESS) == ADDRESS
    for name in ("nobody", "x" * 50):
        with pytest.raises(NotFoundError):
            resolve_address(selected, name)


def test_a_password_is_asked_for_only_when_it_is_needed(tmp_path: Path) -> None:
    """A plain file needs none."""

    def nobody() -> SecretText:
        raise AssertionError("a password was asked for")

    plain = wallets(tmp_path).create("plain", None)
    assert open_signer(plain, nobody).pubkey == plain.pubkey
    sealed = wallets(tmp_path).create("sealed", SecretText("long enough"), cost=KdfCost(1, 8_192))
    assert open_signer(sealed, lambda: SecretText("long enough")).pubkey == sealed.pubkey
    with pytest.raises(AssertionError):
        open_signer(sealed, nobody)
