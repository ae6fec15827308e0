"""State as of older blocks, against a model that copies everything."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from sniperforge.localnet.ledger.pace import COMMITMENTS, SlotProfile
from tests.localnet.kit import SOL, Bench, address, keypair

STEPS = st.lists(st.sampled_from(["block", "rollback", 1, 2, 3]), max_size=40)


def balances(bench: Bench) -> dict[str, int]:
    return {
        name: bench.ledger.vm.balance(Pubkey.from_string(name)) for name in bench.ledger.vm.index.addresses()
    }


@given(steps=STEPS)
def test_every_commitment_sees_what_was_then(steps: list[str | int]) -> None:
    """Whatever is paid, closed and rolled back, each view equals a copy taken when its block closed."""
    bench = Bench(SlotProfile(confirm_slots=1, finalize_slots=4))
    ledger, closed = bench.ledger, {}
    closed[ledger.chain.at("finalized").slot] = balances(bench)
    for amount, step in enumerate(steps, SOL):
        if step == "block":
            closed[ledger.chain.tip.slot] = balances(bench)
            ledger.advance()
        elif step == "rollback":
            ledger.rollback()
        else:
            bench.pay(address(step), amount)
        closed[ledger.chain.tip.slot] = balances(bench)
        for level in COMMITMENTS:
            view = ledger.view(level)
            then = closed[view.slot]
            for number in (1, 2, 3):
                key = keypair(number).pubkey()
                assert view.balance(key) == then.get(str(key), 0)
            payer = bench.payer.pubkey()
            assert view.balance(payer) == then[str(payer)]


def test_all_balances_of_then() -> None:
    """An account that came later is not among them, one that is gone is."""
    bench = Bench()
    bench.pay(address(2))
    names = dict(bench.ledger.view("confirmed").balances())
    assert address(2) not in names
    assert names[str(bench.payer.pubkey())] == 1_000_000 * SOL
    assert address(2) in dict(bench.ledger.view("processed").balances())


def test_what_is_set_directly_is_so_at_every_commitment() -> None:
    """It was never otherwise, as at genesis."""
    bench = Bench()
    bench.pay(address(2))
    account = bench.ledger.account(address(2))
    assert account is not None
    bench.ledger.set_account(account)
    assert [bench.ledger.view(level).balance(keypair(2).pubkey()) for level in COMMITMENTS] == [SOL] * 3
    assert bench.ledger.chain.tip.set_directly >= {address(2)}


def test_a_view_says_what_was_written_since() -> None:
    """So that a simulation need not exchange what is the same."""
    bench = Bench()
    view = bench.ledger.view("processed")
    assert not view.changed
    bench.pay(address(2))
    older = bench.ledger.view("confirmed")
    assert older.changed
    assert (older.replaced(address(2)), older.replaced(address(3))) == (True, False)
