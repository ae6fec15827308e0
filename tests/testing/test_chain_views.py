"""Transactions made by hand look like those that a node tells of."""

from __future__ import annotations

from sniperforge.testing.chain_views import TokenChange, transaction_view


def test_accounts_and_balances_stand_side_by_side() -> None:
    """The payer comes first; token accounts are among the accounts, unchanged unless named."""
    view = transaction_view("payer", {"a": (1, 2)}, [TokenChange("t", "m", "a", 5, 6)], fee=9)
    assert view.accounts == ("payer", "t", "a")
    assert len(view.pre_balances) == len(view.post_balances) == 3
    assert (view.lamports_delta("t"), view.lamports_delta("a"), view.fee) == (0, 1, 9)


def test_an_account_that_is_not_there_has_no_balance() -> None:
    """Made in the transaction: no balance before; closed in it: none after; handed over: its new owner after."""
    view = transaction_view(
        "payer",
        {},
        [
            TokenChange("made", "m", "a", None, 6),
            TokenChange("closed", "m", "a", 5, None),
            TokenChange("given", "m", "a", 1, 2, new_owner="b"),
        ],
    )
    assert [(found.account, found.raw) for found in view.pre_tokens] == [("closed", 5), ("given", 1)]
    assert [(found.account, found.raw) for found in view.post_tokens] == [("made", 6), ("given", 2)]
    assert [found.owner for found in (view.pre_tokens[1], view.post_tokens[1])] == ["a", "b"]
