"""Signing with one wallet's key: the hot path's signer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from nacl.bindings import crypto_sign

if TYPE_CHECKING:
    from sniperforge.wallets.secret import SecretKey

SIGNATURE_SIZE = 64


class KeypairSigner:
    """A :class:`sniperforge.ports.Signer` over a key in memory; the key cannot be read back from it."""

    __slots__ = ("__key", "_pubkey")

    def __init__(self, key: SecretKey) -> None:
        self.__key = key.reveal()
        self._pubkey = key.pubkey

    @property
    def pubkey(self) -> str:
        """The wallet's address, base58."""
        return self._pubkey

    def sign(self, message: bytes) -> bytes:
        """The 64-byte Ed25519 signature of ``message``."""
        return crypto_sign(message, self.__key)[:SIGNATURE_SIZE]

    def __repr__(self) -> str:
        return f"KeypairSigner({self._pubkey})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a signer is never pickled or copied")
