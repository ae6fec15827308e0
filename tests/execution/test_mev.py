"""What a trade pays to block engines, and where its bytes may go."""

from __future__ import annotations

import pytest

from sniperforge.domain.jito import DONT_FRONT, TIP_ACCOUNTS
from sniperforge.execution.mev import NO_TIP, Mev, Tip, TipPolicy, may_go
from sniperforge.execution.plan import compile_message, unsigned_transaction
from sniperforge.tokens.instructions import transfer_lamports

WALLET, FRIEND = (
    "7gfKqWYW1jbxifJKpf1UVpeBGTCLa1NU1QtyCbw625Bz",
    "2HHwwxLUWSixkHJb7QzXmdNba4XHe1Cof5mAuVqmBSza",
)
HASH = "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d"


def signed(tip: Tip, salt: int = 0) -> bytes:
    """A transfer with ``tip``."""
    steps = [transfer_lamports(WALLET, FRIEND, 1), *tip.instructions(WALLET, salt)]
    return unsigned_transaction(compile_message(WALLET, steps, HASH))


@pytest.mark.parametrize("mev", list(Mev))
def test_the_bytes_say_where_they_may_go(mev: Mev) -> None:
    """Whatever made them, and whenever they are read."""
    assert may_go(signed(Tip(mev, 1_000))) is mev


def test_every_tip_account_counts() -> None:
    """The salt picks one of them; each is known again."""
    paid = set()
    for salt in range(16):
        (pay,) = Tip(Mev.TIP, 5).instructions(WALLET, salt)
        assert may_go(signed(Tip(Mev.TIP, 5), salt)) is Mev.TIP
        assert pay.data == b"\2\0\0\0" + (5).to_bytes(8, "little")
        paid.add(str(pay.accounts[1].pubkey))
    assert paid == set(TIP_ACCOUNTS)


def test_a_bundle_forbids_to_be_run_in_front_of() -> None:
    """By an account that is only named: neither signed nor written."""
    (pay,) = Tip(Mev.BUNDLE, 5).instructions(WALLET, 0)
    aside = pay.accounts[-1]
    assert (str(aside.pubkey), aside.is_signer, aside.is_writable) == (DONT_FRONT, False, False)
    assert NO_TIP.instructions(WALLET, 0) == []


def test_attempts_pay_more_up_to_the_cap() -> None:
    """Half as much more each time; the third is for everybody, as an exit must not be held for good."""
    policy = TipPolicy(Mev.BUNDLE, 1_000, 2_500)
    assert [policy.of_attempt(number) for number in (1, 2, 3, 4, 10**6)] == [
        Tip(Mev.BUNDLE, 1_000),
        Tip(Mev.BUNDLE, 1_500),
        Tip(Mev.TIP, 2_250),
        Tip(Mev.TIP, 2_500),
        Tip(Mev.TIP, 2_500),
    ]
    assert TipPolicy(Mev.TIP, 1_000, 2_500).of_attempt(1) == Tip(Mev.TIP, 1_000)
    assert TipPolicy().of_attempt(9) == NO_TIP


@pytest.mark.parametrize("configured", list(Mev))
def test_what_is_chosen_for_one_trade_stands_for_the_policy(configured: Mev) -> None:
    """The amounts and the rule of the third attempt are the same."""
    policy = TipPolicy(configured, 1_000, 2_500)
    private = [policy.of_attempt(number, Mev.BUNDLE) for number in (1, 2, 3)]
    assert private == [Tip(Mev.BUNDLE, 1_000), Tip(Mev.BUNDLE, 1_500), Tip(Mev.TIP, 2_250)]
    assert policy.of_attempt(1, Mev.TIP) == Tip(Mev.TIP, 1_000)
    assert policy.of_attempt(1, Mev.NONE) == NO_TIP
    assert policy.of_attempt(1, None) == policy.of_attempt(1)


def test_a_tip_keeps_within_what_is_left() -> None:
    """Less than block engines take is none at all, and the trade goes the plain way."""
    tip = Tip(Mev.BUNDLE, 5_000)
    assert tip.within(9_000) == tip
    assert tip.within(1_000) == Tip(Mev.BUNDLE, 1_000)
    assert tip.within(999) == tip.within(-1) == NO_TIP
    assert NO_TIP.within(10**9) == NO_TIP
