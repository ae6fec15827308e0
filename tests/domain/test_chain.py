"""What a node tells about accounts and landed transactions."""

from __future__ import annotations

from sniperforge.domain.chain import Account, LogsNotice
from sniperforge.testing.chain_views import transaction_view


def test_a_change_of_lamports_is_after_less_before() -> None:
    """Gains are positive, losses negative, and an account that is not part of it did not change."""
    view = transaction_view("payer", {"payer": (10, 4), "other": (0, 5)})
    assert view.lamports_delta("payer") == -6
    assert view.lamports_delta("other") == 5
    assert view.lamports_delta("stranger") == 0


def test_an_account_is_found_at_its_place_whatever_the_order() -> None:
    """Balances belong to the key at the same index, looked-up keys included."""
    keys = {f"key {number}": (number, number * number) for number in range(40)}
    view = transaction_view("payer", keys)
    assert [view.lamports_delta(key) for key in keys] == [n * n - n for n in range(40)]


def test_any_error_means_it_failed() -> None:
    """``err`` decides, an empty one included; absence of it is success."""
    assert not transaction_view("payer", {}).failed
    for err in ({"InstructionError": [0, {"Custom": 1}]}, "AccountInUse", {}, ""):
        assert transaction_view("payer", {}, err=err).failed


def test_values_are_equal_by_content() -> None:
    """Two reads of the same thing are the same value, so duplicates can be told."""
    assert Account("a", "o", 1, b"x") == Account("a", "o", 1, b"x", executable=False)
    assert LogsNotice("s", 1, None, ("l",)) == LogsNotice("s", 1, None, ("l",))
    assert transaction_view("payer", {}) == transaction_view("payer", {})
