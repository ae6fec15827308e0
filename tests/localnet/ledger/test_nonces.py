"""Durable nonces, by the rules of a validator."""

from __future__ import annotations

import pytest
from solders.hash import Hash
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.system_program import (
    AdvanceNonceAccountParams,
    CreateAccountParams,
    InitializeNonceAccountParams,
    advance_nonce_account,
    create_account,
    initialize_nonce_account,
)

from sniperforge.localnet.ledger.chain import HASH_LIFE
from sniperforge.localnet.ledger.envelope import open_envelope
from sniperforge.localnet.ledger.nonces import (
    NONCE_BYTES,
    durable_nonce,
    is_nonce,
    nonce_account_of,
    stored_nonce,
)
from sniperforge.localnet.ledger.refusals import TransactionRefusedError
from tests.localnet.kit import SOL, Bench, address, keypair, pay

NONCE = keypair(50)


def advance(bench: Bench, authority: Keypair | None = None) -> Instruction:
    signer = (authority or bench.payer).pubkey()
    return advance_nonce_account(
        AdvanceNonceAccountParams(nonce_pubkey=NONCE.pubkey(), authorized_pubkey=signer)
    )


def value(bench: Bench) -> str:
    account = bench.ledger.vm.get(NONCE.pubkey())
    assert is_nonce(account)
    assert account is not None
    return str(Hash.from_bytes(stored_nonce(account)))


@pytest.fixture
def bench() -> Bench:
    """A network with an initialised nonce account, one block later."""
    made = Bench()
    create = create_account(
        CreateAccountParams(
            from_pubkey=made.payer.pubkey(),
            to_pubkey=NONCE.pubkey(),
            lamports=SOL,
            space=NONCE_BYTES,
            owner=Pubkey.default(),
        )
    )
    authority = made.payer.pubkey()
    start = initialize_nonce_account(
        InitializeNonceAccountParams(nonce_pubkey=NONCE.pubkey(), authority=authority)
    )
    assert made.send(create, start, signers=[NONCE]).err is None
    assert value(made) == str(Hash.from_bytes(durable_nonce(made.ledger.chain.tip.hash_bytes)))
    made.ledger.advance()
    return made


def test_it_outlives_every_blockhash(bench: Bench) -> None:
    """A transaction on a nonce lands after far more than 150 blocks, once; then its nonce has moved on."""
    raw = bench.sign([advance(bench), pay(bench.payer, address(2), SOL)], blockhash=value(bench))
    for _ in range(HASH_LIFE + 50):
        bench.ledger.advance()
    assert bench.ledger.hash_alive(open_envelope(raw))
    record = bench.ledger.send(raw)
    assert record.err is None
    assert value(bench) == str(Hash.from_bytes(durable_nonce(bench.ledger.chain.tip.hash_bytes)))
    assert not bench.ledger.hash_alive(open_envelope(raw))
    with pytest.raises(TransactionRefusedError, match="Blockhash not found"):
        bench.ledger.send(raw)


def test_a_failed_transaction_moves_the_nonce_on_too(bench: Bench) -> None:
    """It pays its fee and can never be sent again; its transfer did not happen."""
    before = value(bench)
    raw = bench.sign([advance(bench), pay(bench.payer, address(2), 10**18)], blockhash=before)
    record = bench.ledger.send(raw)
    assert record.err == {"InstructionError": [1, {"Custom": 1}]}
    assert record.pre_lamports[0] - record.post_lamports[0] == record.fee == 5_000
    assert value(bench) != before
    with pytest.raises(TransactionRefusedError):
        bench.ledger.send(raw)


def test_it_cannot_advance_twice_in_one_block(bench: Bench) -> None:
    """The value follows from the block's hash: within a block there is no next one."""
    bench.send(advance(bench), blockhash=value(bench))
    with pytest.raises(TransactionRefusedError, match="Blockhash not found"):
        bench.send(advance(bench), blockhash=value(bench))
    bench.ledger.advance()
    assert bench.send(advance(bench), blockhash=value(bench)).err is None


def test_the_stored_value_must_be_the_blockhash(bench: Bench) -> None:
    """Another value is just an unknown blockhash."""
    with pytest.raises(TransactionRefusedError, match="Blockhash not found"):
        bench.send(advance(bench), blockhash=address(99))


def test_the_authority_must_sign(bench: Bench) -> None:
    """A stranger's signature does not open the nonce."""
    stranger = keypair(60)
    bench.pay(str(stranger.pubkey()))
    raw = bench.sign([advance(bench, stranger)], blockhash=value(bench), payer=stranger)
    with pytest.raises(TransactionRefusedError, match="Blockhash not found"):
        bench.ledger.send(raw)


def test_only_a_first_advance_of_a_writable_account_counts(bench: Bench) -> None:
    """Advance in second place, other first instructions and none at all use no nonce."""
    nonce = advance(bench)

    def found(*instructions: Instruction) -> Pubkey | None:
        return nonce_account_of(open_envelope(bench.sign(instructions)))

    assert found(nonce) == NONCE.pubkey()
    assert found(pay(bench.payer, address(2), 1), nonce) is None
    assert found() is None
    assert found(Instruction(nonce.program_id, nonce.data, [])) is None
    readonly = [type(meta)(meta.pubkey, meta.is_signer, False) for meta in nonce.accounts]
    assert found(Instruction(nonce.program_id, nonce.data, readonly)) is None


def test_an_ordinary_advance_moves_the_value(bench: Bench) -> None:
    """Advancing on a recent blockhash sets the block's value as well."""
    bench.send(advance(bench))
    assert value(bench) == str(Hash.from_bytes(durable_nonce(bench.ledger.chain.tip.hash_bytes)))


def test_an_account_that_is_no_nonce_is_none(bench: Bench) -> None:
    """A wallet named in the instruction's place is an unknown blockhash, not a nonce."""
    other = advance_nonce_account(
        AdvanceNonceAccountParams(nonce_pubkey=keypair(2).pubkey(), authorized_pubkey=bench.payer.pubkey())
    )
    bench.pay(address(2))
    with pytest.raises(TransactionRefusedError, match="Blockhash not found"):
        bench.send(other, blockhash=address(99))
    assert not is_nonce(None)


def test_a_value_set_in_a_closed_block_may_be_simulated_on_it(bench: Bench) -> None:
    """Preflight at confirmed meets the block that set it; in the open block it has to wait."""
    bench.send(advance(bench))
    raw = bench.sign([advance(bench), pay(bench.payer, address(2), SOL)], blockhash=value(bench))
    envelope = open_envelope(raw)
    assert bench.ledger.simulate(envelope).err == "BlockhashNotFound"
    bench.ledger.advance()
    assert bench.ledger.simulate(envelope, commitment="confirmed").err is None
    assert bench.ledger.hash_alive(envelope, "confirmed")
