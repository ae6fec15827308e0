"""Values that hold a secret and do not show it: masked ``repr``, no ``str``, no pickling, no comparison."""

from __future__ import annotations

from typing import Final, NoReturn, Self

from sniperforge.domain import base58
from sniperforge.errors import ConfigError, DecodeError

SEED_SIZE: Final = 32
KEY_SIZE: Final = 64


class _Masked:
    """What both kinds share: nothing that could write the secret somewhere by accident."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(***)"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} is never pickled or copied")


class SecretText(_Masked):
    """A password or mnemonic phrase; ``reveal`` is the only way to the text."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __bool__(self) -> bool:
        return bool(self._text)

    def reveal(self) -> str:
        """The text itself. Never log it, never put it into an error."""
        return self._text


class SecretKey(_Masked):
    """An Ed25519 key as Solana keeps it: 32 bytes of seed, then the 32 bytes of the public key."""

    __slots__ = ("_data", "_pubkey")

    def __init__(self, data: bytes) -> None:
        """Take 64 bytes whose public half is already known to match; the class methods check."""
        self._data = data
        self._pubkey = base58.encode(data[SEED_SIZE:])

    @classmethod
    def from_bytes(cls, data: bytes, *, where: str) -> Self:
        """Check 64 bytes: the public half must belong to the seed.

        Args:
            data: seed and public key.
            where: names the source in errors, for example a path.

        Raises:
            ConfigError: another size, or halves that do not belong together.
        """
        if len(data) != KEY_SIZE:
            raise ConfigError(f"{where}: a secret key has {KEY_SIZE} bytes, this one {len(data)}")
        key = cls.from_seed(data[:SEED_SIZE])
        if key.reveal() != data:
            raise ConfigError(f"{where}: the public half does not belong to the secret half")
        return key

    @classmethod
    def from_base58(cls, text: str, *, where: str) -> Self:
        """Check the base58 form that wallets such as Phantom export. Raises ``ConfigError``."""
        try:
            data = base58.decode(text.strip())
        except DecodeError:
            raise ConfigError(f"{where}: not a base58 secret key") from None
        return cls.from_bytes(data, where=where)

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """The key of a 32-byte seed."""
        from nacl.bindings import crypto_sign_seed_keypair

        _, data = crypto_sign_seed_keypair(seed)
        return cls(data)

    @classmethod
    def generate(cls) -> Self:
        """A fresh key from the operating system's randomness."""
        from nacl.bindings import crypto_sign_keypair

        _, data = crypto_sign_keypair()
        return cls(data)

    @property
    def pubkey(self) -> str:
        """The wallet's address, base58."""
        return self._pubkey

    def reveal(self) -> bytes:
        """The 64 bytes. Only for signing, sealing and the explicit export."""
        return self._data
