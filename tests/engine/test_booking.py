"""From a landed transaction to the books."""

from __future__ import annotations

import pytest
from solders.keypair import Keypair

from sniperforge.domain.outcome import OutcomeKind
from sniperforge.domain.trade import IntentKind, PositionState
from sniperforge.engine.booking import fill_of, opened_by, outcome_of
from sniperforge.testing.chain_views import TokenChange, transaction_view
from sniperforge.testing.trades import MINT, make_fill, make_intent, make_settlement

WALLET = str(Keypair.from_seed(b"w" * 32).pubkey())
FACTS = {
    "decimals": 6,
    "token_account": "account",
    "token_program": "program",
    "entry_liquidity": "77",
    "exit_policy": {"max_hold_seconds": "9"},
}
BOUGHT = transaction_view(
    WALLET,
    {WALLET: (1_000_000, 100_000), "account": (0, 20_000)},
    (TokenChange("account", MINT, WALLET, None, 5_000),),
    block_time=1_005,
)
FAILED = transaction_view(WALLET, {WALLET: (1_000_000, 995_000)}, err={"E": 1})


def test_a_landed_buy_opens_a_position_of_its_own_id() -> None:
    """All of it is from deltas; what only the order knew is in the intent's facts."""
    intent = make_intent("i", facts=FACTS)
    fill = fill_of(intent, BOUGHT, WALLET, 1_010.0)
    assert (fill.position_id, fill.token_delta, fill.decimals, fill.commitment) == (
        "i",
        5_000,
        6,
        "confirmed",
    )
    position = opened_by(intent, fill)
    assert position is not None
    assert (position.id, position.state, position.raw) == ("i", PositionState.OPEN, 5_000)
    assert (position.cost, position.fees, position.rent) == (875_000, 5_000, 20_000)
    assert (position.token_account, position.token_program) == ("account", "program")
    assert (position.entry_liquidity, position.exit_policy) == (77, {"max_hold_seconds": "9"})
    assert (position.opened_at, position.closed_at, position.peak_value) == (1_005.0, None, 0)


@pytest.mark.parametrize(
    ("block_time", "opened_at"), [(1_005, 1_005.0), (None, 1_010.0), (900, 1_000.0), (2_000, 1_010.0)]
)
def test_a_position_begins_when_it_landed(block_time: int | None, opened_at: float) -> None:
    """The chain's time counts between signing and booking; its clock may be off by more than that."""
    view = transaction_view(
        WALLET,
        {WALLET: (10, 5)},
        (TokenChange("account", MINT, WALLET, None, 1),),
        block_time=block_time,
    )
    intent = make_intent("i", facts=FACTS, created_at=1_000.0)
    position = opened_by(intent, fill_of(intent, view, WALLET, 1_010.0))
    assert position is not None
    assert position.opened_at == opened_at


def test_a_position_pays_for_all_that_its_buy_cost() -> None:
    """Tips are fees; rent that came back is not locked any more."""
    intent = make_intent("i", facts=FACTS)
    settlement = make_settlement("s", trade=-100, fee=7, tip=3, rent_paid=50, rent_returned=20)
    position = opened_by(intent, make_fill(intent, settlement, tokens=5, position_id="i"))
    assert position is not None
    assert (position.cost, position.fees, position.rent) == (100, 10, 30)
    assert position.realized_pnl == settlement.lamports_delta


def test_what_opens_nothing() -> None:
    """A failed buy, a buy that brought no tokens, and everything that is no buy."""
    nothing = transaction_view(WALLET, {WALLET: (1_000_000, 100_000)})
    for kind, view in [
        (IntentKind.BUY, FAILED),
        (IntentKind.BUY, nothing),
        (IntentKind.SELL, BOUGHT),
        (IntentKind.TRANSFER, BOUGHT),
    ]:
        intent = make_intent("i", kind, facts=FACTS, position_id=None if kind is IntentKind.BUY else "p")
        fill = fill_of(intent, view, WALLET, 1_010.0)
        assert fill.position_id == intent.position_id
        assert opened_by(intent, fill) is None


def test_the_outcome_tells_success_from_landing() -> None:
    """An error on chain is a rejection with the program's words; the fill is there either way."""
    intent = make_intent("i", facts=FACTS)
    good = outcome_of(fill_of(intent, BOUGHT, WALLET, 1.0), 2.0, 3.0)
    assert (good.kind, good.ok, good.signed_at, good.landed_at) == (OutcomeKind.FILLED, True, 2.0, 3.0)
    assert (good.intent_id, good.signature, good.reason) == ("i", "signature", "")
    bad = outcome_of(fill_of(intent, FAILED, WALLET, 1.0))
    assert (bad.kind, bad.ok, bad.signed_at) == (OutcomeKind.REJECTED, False, None)
    assert bad.reason == "the chain refused it: {'E': 1}"
    assert bad.fill is not None
    assert bad.fill.settlement.fee == 5_000
