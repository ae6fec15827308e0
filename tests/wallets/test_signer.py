"""The signer signs as Solana does and keeps its key."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.signature import Signature

from sniperforge.wallets.secret import SecretKey
from sniperforge.wallets.signer import KeypairSigner

if TYPE_CHECKING:
    from sniperforge.ports import Signer


def test_signatures_equal_those_of_the_sdk() -> None:
    """Ed25519 is deterministic: the same bytes come from solders, and they verify."""
    key = SecretKey.generate()
    signer: Signer = KeypairSigner(key)
    message = bytes(range(200))
    signature = signer.sign(message)
    assert signature == bytes(Keypair.from_bytes(key.reveal()).sign_message(message))
    assert Signature(signature).verify(Pubkey.from_string(signer.pubkey), message)


def test_the_key_stays_inside() -> None:
    """Repr shows the address only; there is no attribute, dict or pickle to read the key from."""
    key = SecretKey.generate()
    signer = KeypairSigner(key)
    assert repr(signer) == f"KeypairSigner({key.pubkey})"
    public = [getattr(signer, name) for name in dir(signer) if not name.startswith("_")]
    assert key.reveal() not in public
    assert not hasattr(signer, "__dict__")
    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(signer)
