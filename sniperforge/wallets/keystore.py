"""The encrypted keystore: a JSON envelope, Argon2id for the password, XChaCha20-Poly1305 for the key.

The address is in clear, so that wallets are listed without a password. Everything in clear is bound to the
ciphertext as associated data: a changed address, cost or date makes the file unreadable.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from sniperforge.domain import base58
from sniperforge.errors import ConfigError, UsageError
from sniperforge.wallets.secret import SecretKey

if TYPE_CHECKING:
    from sniperforge.wallets.secret import SecretText

FORMAT: Final = "sniperforge-keystore"
VERSION: Final = 1
KDF: Final = "argon2id"
CIPHER: Final = "xchacha20-poly1305-ietf"
MIB: Final = 1024 * 1024
MAX_PASSES: Final = 64
MIN_MEMORY: Final = 8 * 1024
MAX_MEMORY: Final = 1024 * MIB
_SALT_SIZE: Final = 16
_NONCE_SIZE: Final = 24
_SEALED_SIZE: Final = 64 + 16


@dataclass(frozen=True, slots=True)
class KdfCost:
    """What one guess of the password costs, stored with each keystore.

    Attributes:
        passes: Argon2id passes, 1 to 64.
        memory_bytes: Argon2id memory, 8 KiB to 1 GiB.
    """

    passes: int = 3
    memory_bytes: int = 128 * MIB

    def __post_init__(self) -> None:
        if not 1 <= self.passes <= MAX_PASSES or not MIN_MEMORY <= self.memory_bytes <= MAX_MEMORY:
            raise ConfigError(
                f"Argon2id cost out of range: {self.passes} passes, {self.memory_bytes} bytes",
                hint=f"1 to {MAX_PASSES} passes, {MIN_MEMORY} to {MAX_MEMORY} bytes",
            )


@dataclass(frozen=True, slots=True)
class Keystore:
    """The envelope, as stored; only ``ciphertext`` holds the secret.

    Attributes:
        pubkey: the wallet's address, base58.
        created_at: Unix seconds.
        cost, salt: of the key derivation.
        nonce, ciphertext: of the cipher; the plain text is the 64-byte key.
    """

    pubkey: str
    created_at: int
    cost: KdfCost
    salt: bytes
    nonce: bytes
    ciphertext: bytes

    def to_text(self) -> str:
        """The file's content."""
        cipher = {"name": CIPHER, "nonce": _to_base64(self.nonce), "ciphertext": _to_base64(self.ciphertext)}
        return json.dumps({**self._header(), "cipher": cipher}, indent=2) + "\n"

    def associated_data(self) -> bytes:
        """Everything in clear, in one canonical form."""
        return json.dumps(self._header(), sort_keys=True, separators=(",", ":")).encode()

    def _header(self) -> dict[str, Any]:
        kdf = {
            "name": KDF,
            "salt": _to_base64(self.salt),
            "passes": self.cost.passes,
            "memory_bytes": self.cost.memory_bytes,
        }
        return {
            "format": FORMAT,
            "version": VERSION,
            "pubkey": self.pubkey,
            "created_at": self.created_at,
            "kdf": kdf,
        }

    @classmethod
    def from_json(cls, document: Any, *, where: str) -> Self:
        """Check an envelope's form; whether it is genuine shows when it is opened.

        Raises:
            ConfigError: another format, a newer version, or a member missing, unknown or malformed.
        """
        try:
            return cls._parse(document)
        except (KeyError, TypeError, ValueError, binascii.Error) as error:
            reason = error.args[0] if error.args else "malformed"
            raise ConfigError(f"{where}: not a valid keystore: {reason}") from None
        except ConfigError as error:
            raise ConfigError(f"{where}: {error.message}", hint=error.hint) from None

    @classmethod
    def _parse(cls, document: Any) -> Self:
        fields = _members(
            document, {"format", "version", "pubkey", "created_at", "kdf", "cipher"}, "the envelope"
        )
        if fields["format"] != FORMAT:
            raise ValueError("format is another one")
        if fields["version"] != VERSION:
            raise ConfigError(
                f"keystore version {fields['version']!r} is not known", hint="update sniperforge"
            )
        kdf = _members(fields["kdf"], {"name", "salt", "passes", "memory_bytes"}, "kdf")
        cipher = _members(fields["cipher"], {"name", "nonce", "ciphertext"}, "cipher")
        if kdf["name"] != KDF or cipher["name"] != CIPHER:
            raise ValueError("kdf or cipher is another one")
        if not isinstance(fields["pubkey"], str) or not base58.is_address(fields["pubkey"]):
            raise ValueError("pubkey is not an address")
        return cls(
            pubkey=fields["pubkey"],
            created_at=_integer(fields["created_at"], "created_at"),
            cost=KdfCost(_integer(kdf["passes"], "passes"), _integer(kdf["memory_bytes"], "memory_bytes")),
            salt=_from_base64(kdf["salt"], _SALT_SIZE, "salt"),
            nonce=_from_base64(cipher["nonce"], _NONCE_SIZE, "nonce"),
            ciphertext=_from_base64(cipher["ciphertext"], _SEALED_SIZE, "ciphertext"),
        )


def seal(key: SecretKey, password: SecretText, *, cost: KdfCost, created_at: int) -> Keystore:
    """Encrypt ``key`` under ``password`` with fresh salt and nonce.

    Raises:
        UsageError: the password is empty.
        ConfigError: there is not the memory that ``cost`` asks for.
    """
    from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as encrypt

    if not password:
        raise UsageError("the password is empty", hint="an encrypted wallet needs a password")
    salt, nonce = os.urandom(_SALT_SIZE), os.urandom(_NONCE_SIZE)
    header = Keystore(key.pubkey, created_at, cost, salt, nonce, b"")
    derived = _derive(password, header, where="keystore")
    ciphertext = encrypt(key.reveal(), header.associated_data(), nonce, derived)
    return Keystore(key.pubkey, created_at, cost, salt, nonce, ciphertext)


def unseal(keystore: Keystore, password: SecretText, *, where: str) -> SecretKey:
    """Decrypt the key.

    Args:
        keystore: a checked envelope.
        password: as typed; Unicode forms are made equal (NFKC).
        where: names the file in errors.

    Raises:
        ConfigError: wrong password, or the file was changed: authentication cannot tell the two apart.
    """
    from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as decrypt
    from nacl.exceptions import CryptoError

    derived = _derive(password, keystore, where=where)
    try:
        data = decrypt(keystore.ciphertext, keystore.associated_data(), keystore.nonce, derived)
    except CryptoError:
        raise ConfigError(
            f"{where}: wrong password, or the file was changed",
            hint="try again, or restore the file from a backup",
        ) from None
    key = SecretKey.from_bytes(data, where=where)
    if key.pubkey != keystore.pubkey:
        raise ConfigError(f"{where}: the key inside belongs to another address")
    return key


def _derive(password: SecretText, keystore: Keystore, *, where: str) -> bytes:
    from nacl import exceptions, pwhash

    text = unicodedata.normalize("NFKC", password.reveal()).encode("utf-8", "surrogatepass")
    try:
        return pwhash.argon2id.kdf(
            32, text, keystore.salt, opslimit=keystore.cost.passes, memlimit=keystore.cost.memory_bytes
        )
    except (exceptions.RuntimeError, MemoryError):
        needed = keystore.cost.memory_bytes // MIB
        raise ConfigError(f"{where}: unlocking needs {needed} MiB of free memory") from None


def _members(value: Any, names: set[str], what: str) -> dict[str, Any]:
    if not isinstance(value, dict) or set(value) != names:
        raise ValueError(f"{what} must have exactly {', '.join(sorted(names))}")
    return value


def _integer(value: Any, what: str) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{what} is not a whole number")
    return value


def _to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _from_base64(text: Any, size: int, what: str) -> bytes:
    data = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    if len(data) != size:
        raise ValueError(f"{what} does not have {size} bytes")
    return data
