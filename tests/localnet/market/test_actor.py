"""One party of the market."""

from __future__ import annotations

import pytest
from solders.keypair import Keypair
from solders.system_program import CreateAccountParams, create_account

from sniperforge.domain.addresses import COMPUTE_BUDGET_PROGRAM, SYSTEM_PROGRAM
from sniperforge.localnet.market.actor import Actor, seed_of
from sniperforge.localnet.program.cpmm.instructions import PROGRAM
from sniperforge.tokens.instructions import transfer_lamports
from tests.localnet.market.bench import SOL, Chain

OTHER = str(Keypair.from_seed(b"o" * 32).pubkey())


def test_a_party_is_its_name_and_the_markets_seed() -> None:
    """The same is the same key on any network; another name or market is another key."""
    keys = {
        Actor(Chain(seed=genesis).ledger, seed_of(name, seed)).key
        for genesis in (b"a" * 32, b"b" * 32)
        for name in ("treasury", "trader 1")
        for seed in (1, 2)
    }
    assert len(keys) == 4
    assert all(len(seed_of(name, 1)) == 32 for name in ("", "treasury"))


def test_equal_transactions_are_told_apart() -> None:
    """Sending the same thing twice in a block does it twice."""
    chain = Chain()
    actor = chain.funded("payer")
    pay = [transfer_lamports(str(actor.key), OTHER, SOL)]
    first, second = actor.send(pay), actor.send(pay)
    assert first is not None
    assert second is not None
    assert first.signature != second.signature
    account = chain.ledger.account(OTHER)
    assert account is not None
    assert account.lamports == 2 * SOL


def test_the_chain_may_fail_it() -> None:
    """A failed transaction landed: the record says how it ended, and the fee is paid."""
    chain = Chain()
    actor = chain.funded("payer", 2 * SOL)
    record = actor.send([transfer_lamports(str(actor.key), OTHER, 3 * SOL)])
    assert record is not None
    assert record.err is not None
    account = chain.ledger.account(str(actor.key))
    assert account is not None
    assert account.lamports == 2 * SOL - record.fee


def test_the_ledger_may_refuse_it() -> None:
    """Nothing landed and nothing is raised: an actor without money just does not act."""
    chain = Chain()
    broke = Actor(chain.ledger, seed_of("broke", 1))
    assert broke.send([transfer_lamports(str(broke.key), OTHER, 1)]) is None
    assert chain.landed == []


def test_others_may_sign_too() -> None:
    """A new account signs its own creation."""
    chain = Chain()
    actor, fresh = chain.funded("payer"), Keypair.from_seed(b"f" * 32)
    make = create_account(
        CreateAccountParams(
            from_pubkey=actor.key, to_pubkey=fresh.pubkey(), lamports=SOL, space=8, owner=PROGRAM
        )
    )
    record = actor.send([make], fresh)
    assert record is not None
    assert record.err is None
    account = chain.ledger.account(str(fresh.pubkey()))
    assert account is not None
    assert account.owner == str(PROGRAM)


@pytest.mark.parametrize("units", [200_000, 400_000])
def test_the_unit_limit_is_asked_for(units: int) -> None:
    """With a price, like any trader's transaction; the limit's low digits are the actor's own."""
    chain = Chain()
    actor = chain.funded("payer")
    record = actor.send([transfer_lamports(str(actor.key), OTHER, SOL)], units=units)
    assert record is not None
    keys = record.envelope.keys
    called = [
        (str(keys[each.program_id_index]), bytes(each.data))
        for each in record.envelope.transaction.message.instructions
    ]
    limits = [
        int.from_bytes(data[1:5], "little")
        for program, data in called
        if program == COMPUTE_BUDGET_PROGRAM and data[0] == 2
    ]
    assert len(limits) == 1
    assert units <= limits[0] < units + 1_000
    assert [program for program, _ in called].count(SYSTEM_PROGRAM) == 1
    assert record.fee > 5_000
