"""Target, watch and block lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sniperforge.domain.verdict import Outcome
from sniperforge.risk.list_checks import block_list, target_list, watch_list
from sniperforge.risk.policy import RiskPolicy

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.domain.verdict import CheckResult
    from sniperforge.risk.facts import PoolFacts

PASS, FAIL, UNKNOWN = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN
NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(("check", "prefix"), [(block_list, "block"), (watch_list, "watch")])
@pytest.mark.parametrize(
    ("mints", "creators", "creator", "outcome"),
    [
        (NONE, NONE, None, PASS),
        ({"MINT"}, NONE, "CREATOR", FAIL),
        (NONE, {"CREATOR"}, "CREATOR", FAIL),
        ({"OTHER"}, {"OTHER"}, "CREATOR", PASS),
        ({"OTHER"}, NONE, None, PASS),
        (NONE, {"OTHER"}, None, UNKNOWN),
        ({"MINT"}, {"OTHER"}, None, FAIL),
    ],
)
def test_block_and_watch(
    check: Callable[..., CheckResult],
    prefix: str,
    mints: set[str],
    creators: set[str],
    creator: str | None,
    outcome: Outcome,
    spoiled: Callable[..., PoolFacts],
) -> None:
    """A listed mint or creator fails; a creator that is not known might be listed."""
    policy = RiskPolicy(**{f"{prefix}_mints": frozenset(mints), f"{prefix}_creators": frozenset(creators)})
    assert check(spoiled(creator=creator), policy).outcome is outcome


@pytest.mark.parametrize(
    ("mints", "creators", "creator", "outcome"),
    [
        (NONE, NONE, None, PASS),
        ({"MINT"}, NONE, None, PASS),
        (NONE, {"CREATOR"}, "CREATOR", PASS),
        ({"OTHER"}, NONE, "CREATOR", FAIL),
        ({"OTHER"}, {"OTHER"}, "CREATOR", FAIL),
        (NONE, {"OTHER"}, None, UNKNOWN),
    ],
)
def test_target(
    mints: set[str],
    creators: set[str],
    creator: str | None,
    outcome: Outcome,
    spoiled: Callable[..., PoolFacts],
) -> None:
    """With targets set, only they pass; either list is enough."""
    policy = RiskPolicy(target_mints=frozenset(mints), target_creators=frozenset(creators))
    assert target_list(spoiled(creator=creator), policy).outcome is outcome


def test_a_hit_names_what_is_listed(spoiled: Callable[..., PoolFacts]) -> None:
    """The facts say which address was on the list."""
    policy = RiskPolicy(block_creators=frozenset({"CREATOR"}))
    assert block_list(spoiled(), policy).facts == {"listed": "CREATOR"}
