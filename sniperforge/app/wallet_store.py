"""Making, importing and listing wallets: what the commands decide before a key file is written."""

from __future__ import annotations

import json
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sniperforge.app.wallet import DEFAULT_NAME, wallet_directory
from sniperforge.domain.amounts import format_sol
from sniperforge.errors import ConfigError, SniperForgeError, UsageError
from sniperforge.store.journal_reader import JournalReader
from sniperforge.wallets.directory import check_name

if TYPE_CHECKING:
    from sniperforge.config.load import Settings
    from sniperforge.wallets.directory import WalletEntry
    from sniperforge.wallets.secret import SecretKey, SecretText

_STDIN = "the key from standard input"


@dataclass(frozen=True, slots=True)
class WalletRow:
    """A wallet as commands show it.

    Attributes:
        default: whether commands use it when no other is named.
    """

    entry: WalletEntry
    default: bool

    def to_json(self) -> dict[str, Any]:
        """The document form; nothing in it is secret."""
        return {
            "name": self.entry.name,
            "pubkey": self.entry.pubkey,
            "path": str(self.entry.path),
            "encrypted": self.entry.encrypted,
            "created_at": self.entry.created_at,
            "default": self.default,
        }


def wallet_rows(settings: Settings) -> tuple[tuple[WalletRow, ...], tuple[str, ...]]:
    """Every wallet, and what is wrong with files that could not be read."""
    scan = wallet_directory(settings).scan()
    chosen = _default_name(settings)
    return tuple(WalletRow(entry, entry.name == chosen) for entry in scan.entries), scan.warnings


def row_of(settings: Settings, entry: WalletEntry) -> WalletRow:
    """One wallet as commands show it."""
    return WalletRow(
        entry, entry.path.parent == settings.wallets_dir and entry.name == _default_name(settings)
    )


def nonces_of(settings: Settings, pubkey: str) -> list[dict[str, Any]]:
    """The wallet's nonce accounts on every chain it traded here, from its journals: nobody is asked."""
    found: list[dict[str, Any]] = []
    for path in sorted(settings.state_dir.glob(f"*/*/wallets/{pubkey}/journal.db")):
        mode = path.parents[2]
        # A journal of an earlier version has no nonces; one that cannot be read is another command's affair.
        with suppress(SniperForgeError), closing(JournalReader(path)) as journal:
            found += [
                {
                    "cluster": mode.parent.name,
                    "mode": mode.name,
                    "account": account,
                    "rent_sol": format_sol(rent),
                }
                for account, rent in journal.nonce_accounts().items()
            ]
    return found


def check_new_name(settings: Settings, name: str) -> None:
    """Refuse a name that cannot be used, before anybody is asked for a password.

    Raises:
        UsageError: malformed or taken, or ``default`` while another wallet is the default.
    """
    check_name(name)
    if name == DEFAULT_NAME and (other := _default_name(settings)) != name and other:
        raise UsageError(f"{name!r} means {other!r} everywhere", hint="choose another name")
    if (settings.wallets_dir / f"{name}.json").exists():
        raise UsageError(f"there is a wallet {name!r} already", hint="choose another name")


def create_wallet(
    settings: Settings, name: str, password: SecretText | None, *, words: int | None = None
) -> tuple[WalletRow, SecretText | None]:
    """A wallet with a fresh key; with ``words`` the key comes from a phrase, which is returned too.

    Args:
        password: encrypts the file; ``None`` leaves it plain.
        words: 12 or 24.

    Raises:
        UsageError: the name is malformed or taken, or another number of words.
        StorageError: the folder cannot be written.
    """
    directory = wallet_directory(settings)
    if words is None:
        return row_of(settings, directory.create(name, password)), None
    from sniperforge.wallets.mnemonic import derive_key, new_phrase

    phrase = new_phrase(words)
    return row_of(settings, directory.add(name, derive_key(phrase), password)), phrase


def import_wallet(settings: Settings, name: str, key: SecretKey, password: SecretText | None) -> WalletRow:
    """Store a key that exists already. Raises like :func:`create_wallet`."""
    return row_of(settings, wallet_directory(settings).add(name, key, password))


def key_from_file(path: Path) -> SecretKey:
    """The key in a Solana CLI keypair file.

    Raises:
        NotFoundError: nothing is there.
        ConfigError: it is no keypair file.
    """
    from sniperforge.wallets.keypair_file import read_keypair_file

    return read_keypair_file(path)


def key_from_phrase(text: str, account: int) -> SecretKey:
    """The key of a BIP-39 phrase, as Solana wallets derive account number ``account``.

    Raises:
        ConfigError: no valid phrase; tells positions, never words.
    """
    from sniperforge.wallets.mnemonic import derive_key, parse_phrase

    return derive_key(parse_phrase(text), account=account)


def key_from_text(text: str) -> SecretKey:
    """The key in base58, as wallets export it, or as the JSON array of a keypair file.

    Raises:
        ConfigError: neither; nothing of the text is repeated.
    """
    from sniperforge.wallets.keypair_file import keypair_bytes
    from sniperforge.wallets.secret import SecretKey

    if not text.lstrip().startswith("["):
        return SecretKey.from_base58(text, where=_STDIN)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise ConfigError(f"{_STDIN}: not valid JSON") from None
    return SecretKey.from_bytes(keypair_bytes(document, Path("standard input")), where=_STDIN)


def _default_name(settings: Settings) -> str:
    try:
        return wallet_directory(settings).default().name
    except SniperForgeError:
        return ""
