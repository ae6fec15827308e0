"""A folder of wallets, one ``NAME.json`` each: an encrypted keystore or a plain Solana CLI keypair file.

Listing and finding read addresses only and need neither a password nor a compiled package.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sniperforge.domain import base58
from sniperforge.errors import ConfigError, NotFoundError, SniperForgeError, UsageError
from sniperforge.files import PRIVATE, create_exclusive, make_folder, storage_errors, write_atomic
from sniperforge.wallets import keystore
from sniperforge.wallets.keypair_file import parse_keypair, pubkey_of, write_keypair_file
from sniperforge.wallets.keystore import KdfCost, Keystore
from sniperforge.wallets.private_file import PrivateFile, read_private
from sniperforge.wallets.secret import SecretKey

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.wallets.secret import SecretText
    from sniperforge.wallets.signer import KeypairSigner

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
DEFAULT_FILE: Final = ".default"
AUTO_NAME: Final = "auto"
_NO_PASSWORD: Final = "a password is needed"  # noqa: S105  (a message)


@dataclass(frozen=True, slots=True)
class WalletEntry:
    """One wallet as listed.

    Attributes:
        name: the file's stem.
        pubkey: address, base58; as the file claims, checked when the key is loaded.
        path: the key file.
        encrypted: whether a password is needed.
        created_at: Unix seconds; the file's time for plain keypair files.
        warning: what is wrong with the file's mode; empty when nothing is.
    """

    name: str
    pubkey: str
    path: Path
    encrypted: bool
    created_at: float
    warning: str = ""


@dataclass(frozen=True, slots=True)
class WalletScan:
    """All wallets of a folder, by name, and what could not be read or should be mended."""

    entries: tuple[WalletEntry, ...]
    warnings: tuple[str, ...]


class WalletDirectory:
    """The wallets in one folder.

    Args:
        folder: created with the first wallet.
        now: Unix seconds, for ``created_at``.
    """

    def __init__(self, folder: Path, *, now: Callable[[], float]) -> None:
        self.folder = folder
        self._now = now

    def scan(self) -> WalletScan:
        """Every wallet; a file that is broken becomes a warning, so that it cannot hide the others."""
        entries: list[WalletEntry] = []
        warnings: list[str] = []
        for path in self._files():
            try:
                entry = entry_of(path)
            except SniperForgeError as error:
                warnings.append(error.message)
                continue
            entries.append(entry)
            warnings.extend([entry.warning] if entry.warning else [])
        return WalletScan(tuple(entries), tuple(warnings))

    def find(self, text: str) -> WalletEntry:
        """The wallet of that name or address, or the key file at that path (a text with ``/`` or ``.json``).

        Raises:
            NotFoundError: no such wallet.
            ConfigError: its file is malformed.
        """
        if "/" in text or text.endswith(".json"):
            return entry_of(_expanded(text))
        if NAME.fullmatch(text) and (path := self._path(text)).exists():
            return entry_of(path)
        for entry in self.scan().entries:
            if entry.pubkey == text:
                return entry
        raise NotFoundError(
            f"no wallet named {text!r} in {self.folder}", hint="`sniperforge wallet list` shows what there is"
        )

    def default(self) -> WalletEntry:
        """The chosen default, else the only wallet there is.

        Raises:
            NotFoundError: there is no wallet, or the chosen one is gone.
            UsageError: several, and none chosen.
        """
        if name := self._default_name():
            return self.find(name)
        entries = self.scan().entries
        if len(entries) == 1:
            return entries[0]
        if not entries:
            raise NotFoundError(
                f"no wallet in {self.folder}", hint="create one: sniperforge wallet create NAME"
            )
        raise UsageError("several wallets and no default", hint="name one: --wallet NAME")

    def set_default(self, name: str) -> None:
        """Choose the default wallet. Raises ``NotFoundError`` when there is no such wallet."""
        write_atomic(self.folder / DEFAULT_FILE, self.find(name).name + "\n", mode=PRIVATE)

    def create(self, name: str, password: SecretText | None, *, cost: KdfCost | None = None) -> WalletEntry:
        """A wallet with a fresh key. Arguments and errors are those of :meth:`add`."""
        return self.add(name, SecretKey.generate(), password, cost=cost)

    def add(
        self, name: str, key: SecretKey, password: SecretText | None, *, cost: KdfCost | None = None
    ) -> WalletEntry:
        """Store ``key`` under a new name; the first wallet of a folder becomes its default.

        Args:
            name: letters, digits, ``-`` and ``_``; not an address.
            key: to be stored.
            password: encrypts the file; ``None`` stores a plain keypair file of mode 0600.
            cost: of the encryption; the default of :class:`KdfCost` when ``None``.

        Raises:
            UsageError: the name is malformed or taken, or the key is here already under another name.
            StorageError: the folder cannot be written.
        """
        check_name(name)
        scan = self.scan()
        if taken := [entry.name for entry in scan.entries if entry.pubkey == key.pubkey]:
            raise UsageError(f"{key.pubkey} is here already, as {taken[0]!r}")
        make_folder(self.folder)
        path = self._path(name)
        try:
            self._store(path, key, password, cost or KdfCost())
        except FileExistsError:
            raise UsageError(f"there is a wallet {name!r} already", hint="choose another name") from None
        if not scan.entries and not self._default_name():
            self.set_default(name)
        return entry_of(path)

    def auto_generate(self, name: str = AUTO_NAME) -> WalletEntry:
        """The plain wallet ``name``, made now unless it exists.

        Whether a plain wallet is allowed is the caller's decision. Of several processes at once one makes it
        and all get the same.
        """
        check_name(name)
        if not self._path(name).exists():
            make_folder(self.folder)
            try:
                write_keypair_file(self._path(name), SecretKey.generate())
            except FileExistsError:
                pass
            else:
                if not self._default_name():
                    self.set_default(name)
        return entry_of(self._path(name))

    def _store(self, path: Path, key: SecretKey, password: SecretText | None, cost: KdfCost) -> None:
        if password is None:
            write_keypair_file(path, key)
            return
        if path.exists():  # before the second that the derivation takes; the creation itself is exclusive
            raise FileExistsError(path)
        sealed = keystore.seal(key, password, cost=cost, created_at=int(self._now()))
        create_exclusive(path, sealed.to_text(), mode=PRIVATE)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def _files(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        with storage_errors("read", self.folder):
            found = sorted(self.folder.iterdir())
        return [path for path in found if path.suffix == ".json" and NAME.fullmatch(path.stem)]

    def _default_name(self) -> str:
        try:
            return read_private(self.folder / DEFAULT_FILE).text.strip()
        except NotFoundError:
            return ""


def check_name(name: str) -> None:
    """Refuse a name that is no safe file name or could be an address. Raises ``UsageError``."""
    if not NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} is not a wallet name",
            hint="letters, digits, - and _, at most 64, a letter or digit first",
        )
    if base58.is_address(name):
        raise UsageError("a wallet name must not be an address")


def entry_of(path: Path) -> WalletEntry:
    """What a key file says about itself, without its key.

    Raises:
        NotFoundError: nothing is there.
        ConfigError: neither a keystore nor a keypair file.
    """
    file = read_private(path)
    document = file.json()
    if not isinstance(document, dict):
        return WalletEntry(
            path.stem,
            pubkey_of(document, path),
            path,
            encrypted=False,
            created_at=file.modified_at,
            warning=file.warning,
        )
    stored = Keystore.from_json(document, where=str(path))
    return WalletEntry(
        path.stem, stored.pubkey, path, encrypted=True, created_at=stored.created_at, warning=file.warning
    )


def unlock(entry: WalletEntry, password: Callable[[], SecretText] | None = None) -> KeypairSigner:
    """The signer of a wallet; ``password`` is asked only when the file is encrypted.

    Raises:
        ConfigError: wrong password, malformed or changed file, or another key than was listed.
        UsageError: encrypted, and no ``password`` to ask.
    """
    from sniperforge.wallets.signer import KeypairSigner

    return KeypairSigner(_load(entry, password))


def export(entry: WalletEntry, target: Path, password: Callable[[], SecretText] | None = None) -> None:
    """Write the wallet's key to ``target``, a new Solana CLI keypair file of mode 0600.

    Raises:
        UsageError: something is at ``target``; it is never overwritten.
        ConfigError: as :func:`unlock`.
        StorageError: it cannot be written.
    """
    if os.path.lexists(target):
        raise _target_exists(target)
    key = _load(entry, password)
    try:
        write_keypair_file(target, key)
    except FileExistsError:
        raise _target_exists(target) from None


def _expanded(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise NotFoundError(f"no home folder for {text}") from None


def _target_exists(target: Path) -> UsageError:
    return UsageError(f"{target} exists; an export never overwrites", hint="choose another file")


def _load(entry: WalletEntry, password: Callable[[], SecretText] | None) -> SecretKey:
    key = _key_in(read_private(entry.path), password)
    if key.pubkey != entry.pubkey:
        raise ConfigError(f"{entry.path} now holds another key than {entry.pubkey}")
    return key


def _key_in(file: PrivateFile, password: Callable[[], SecretText] | None) -> SecretKey:
    document = file.json()
    if not isinstance(document, dict):
        return parse_keypair(file)
    stored = Keystore.from_json(document, where=str(file.path))
    if password is None:
        raise UsageError(f"{file.path} is encrypted: {_NO_PASSWORD}")
    return keystore.unseal(stored, password(), where=str(file.path))
