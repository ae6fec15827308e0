"""What the engine takes, and what it says to the rest."""

from __future__ import annotations

import pytest
from solders.address_lookup_table_account import AddressLookupTableAccount
from solders.hash import Hash
from solders.instruction import Instruction
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from sniperforge.domain.addresses import SYSTEM_PROGRAM
from sniperforge.domain.jito import DONT_FRONT, MIN_TIP_LAMPORTS, TIP_ACCOUNTS, bundle_id
from sniperforge.errors import RpcError
from sniperforge.localnet.block_engine.bundle import make_bundle
from sniperforge.localnet.ledger.envelope import open_envelope
from tests.localnet.block_engine.scene import TIP, Scene
from tests.localnet.kit import SOL, address, keypair, pay


def refusal(scene: Scene, *envelopes: object) -> str:
    with pytest.raises(RpcError) as caught:
        make_bundle(scene.ledger, envelopes)  # type: ignore[arg-type]
    assert caught.value.rpc_code == -32602
    return caught.value.message


def test_up_to_five_transactions_with_a_tip() -> None:
    """The tip is what all of them pay to any of the tip accounts; the id follows from the signatures."""
    scene = Scene()
    sent = [scene.transaction(amount=1 + n, tip=TIP * n, tip_account=TIP_ACCOUNTS[n]) for n in range(5)]
    bundle = make_bundle(scene.ledger, sent)
    assert (bundle.tip, bundle.id) == (TIP * 10, bundle_id(bundle.signatures))
    assert "maximum of 5" in refusal(scene, *sent, scene.transaction(amount=9))
    assert "at least one" in refusal(scene)


def test_the_tip() -> None:
    """None, one to somebody else, one that is only mentioned, and one below the minimum are refused."""
    scene = Scene()
    lock = "Bundles must write lock at least one tip account to be eligible for the auction."
    assert refusal(scene, scene.transaction(tip=0)) == lock
    assert refusal(scene, scene.transaction(tip_account=address(5))) == lock
    assert "below the minimum of 1000" in refusal(scene, scene.transaction(tip=MIN_TIP_LAMPORTS - 1))
    assert make_bundle(scene.ledger, [scene.transaction(tip=MIN_TIP_LAMPORTS)]).tip == MIN_TIP_LAMPORTS
    odd = Instruction(Pubkey.from_string(SYSTEM_PROGRAM), b"\2\0\0\0", [])
    foreign = pay(keypair(1), TIP_ACCOUNTS[1], 5_000)
    foreign = Instruction(keypair(8).pubkey(), foreign.data, foreign.accounts)
    assert make_bundle(scene.ledger, [scene.transaction(odd, foreign)]).tip == TIP


def test_what_cannot_land_is_not_taken() -> None:
    """Duplicates, missing signatures, processed transactions and dead blockhashes."""
    scene = Scene()
    one = scene.transaction()
    signed = "every transaction must be signed"
    assert signed in refusal(scene, one, one)
    assert signed in refusal(scene, open_envelope(one.raw[:1] + bytes(64) + one.raw[65:]))
    scene.ledger.submit(one)
    assert refusal(scene, one) == "bundle contains an already processed transaction"
    late = scene.transaction(amount=3)
    for _ in range(152):
        scene.ledger.advance()
    assert refusal(scene, late) == "bundle contains an expired blockhash"


def test_who_must_not_be_run_in_front_of_is_first() -> None:
    """One such transaction is the first; several are together and share a signer."""
    scene = Scene()
    shy, more = scene.transaction(shy=True), scene.transaction(shy=True, amount=2)
    plain, other = scene.transaction(amount=3), scene.transaction(shy=True, by=keypair(2))
    assert DONT_FRONT in shy.names
    for allowed in ([shy], [shy, plain], [shy, more, plain]):
        assert make_bundle(scene.ledger, allowed).tip
    for refused in ([plain, shy], [shy, plain, more], [shy, other]):
        assert "must be the first" in refusal(scene, *refused)


def test_a_missing_lookup_table_is_found_out_when_it_lands() -> None:
    """Then the bundle fails; until then only its own accounts count."""
    scene = Scene()
    table = AddressLookupTableAccount(keypair(70).pubkey(), [Pubkey.from_string(address(9))])
    steps = [pay(keypair(1), address(9), SOL), pay(keypair(1), TIP_ACCOUNTS[0], TIP)]
    recent = Hash.from_string(scene.ledger.chain.tip.blockhash)
    message = MessageV0.try_compile(keypair(1).pubkey(), steps, [table], recent)
    envelope = open_envelope(bytes(VersionedTransaction(message, [keypair(1)])))
    assert make_bundle(scene.ledger, [envelope]).tip == TIP
