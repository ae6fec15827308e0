"""Which wallet a command means, and how it is unlocked."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sniperforge.domain.base58 import is_address
from sniperforge.errors import NotFoundError
from sniperforge.wallets.directory import WalletDirectory, unlock

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.config.load import Settings
    from sniperforge.wallets.directory import WalletEntry
    from sniperforge.wallets.secret import SecretText
    from sniperforge.wallets.signer import KeypairSigner


DEFAULT_NAME = "default"
"""In the configuration: whatever wallet the folder of wallets calls its default."""


def wallet_directory(settings: Settings) -> WalletDirectory:
    """The configured folder of wallets."""
    return WalletDirectory(settings.wallets_dir, now=time.time)


def wallet_entry(settings: Settings) -> WalletEntry:
    """The wallet selected by ``--wallet``, the environment or the configuration.

    On localnet and devnet the default wallet is made when it is missing, unless
    ``wallets.auto_generate`` is off: its key is plain, for play money only.

    Raises:
        NotFoundError: no such wallet.
        ConfigError: its file is malformed.
    """
    directory, name = wallet_directory(settings), settings.config.wallet
    if name != DEFAULT_NAME:
        return directory.find(name)
    try:
        return directory.default()
    except NotFoundError:
        if settings.config.wallets.auto_generate and settings.network.chain in ("localnet", "devnet"):
            return directory.auto_generate()
        raise


def named_wallet(settings: Settings, text: str) -> WalletEntry:
    """The wallet of that name, address or key file; nothing, or ``default``, means the selected one.

    Raises:
        NotFoundError: no such wallet.
        ConfigError: its file is malformed.
    """
    if text in ("", DEFAULT_NAME):
        return wallet_entry(settings)
    return wallet_directory(settings).find(text)


def resolve_address(settings: Settings, text: str) -> str:
    """The address that ``text`` is, or that the wallet of that name has.

    Raises:
        NotFoundError: neither an address nor a wallet.
    """
    return text if is_address(text) else named_wallet(settings, text).pubkey


def open_signer(entry: WalletEntry, password: Callable[[], SecretText]) -> KeypairSigner:
    """Unlock; asks for a password only when the file is encrypted.

    Raises:
        ConfigError: wrong password or malformed file.
        UsageError: a password is needed and nobody can be asked.
    """
    return unlock(entry, password)
