"""Mint and freeze authority."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sniperforge.domain.verdict import Outcome
from sniperforge.risk.authority_checks import freeze_authority, mint_authority
from sniperforge.risk.policy import RiskPolicy

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.risk.facts import PoolFacts
    from sniperforge.tokens.mint import Mint

PAYER = "6WGKsouY4EJte5dCuBx4UTbmM8FQF7p78DTDUbZspkff"


@pytest.mark.parametrize(
    ("name", "mints", "freezes"),
    [
        ("spl_clean", Outcome.PASS, Outcome.PASS),
        ("spl_mint_authority", Outcome.FAIL, Outcome.PASS),
        ("spl_freeze_authority", Outcome.PASS, Outcome.FAIL),
        ("t22_default_frozen", Outcome.FAIL, Outcome.FAIL),
        ("t22_transfer_fee_5pct", Outcome.FAIL, Outcome.PASS),
    ],
)
def test_recorded_mints(
    name: str,
    mints: Outcome,
    freezes: Outcome,
    spoiled: Callable[..., PoolFacts],
    recorded_token: Callable[[str], Mint],
) -> None:
    """Each authority that the mint still has fails its own check."""
    facts = spoiled(token=recorded_token(name))
    assert mint_authority(facts, RiskPolicy()).outcome is mints
    assert freeze_authority(facts, RiskPolicy()).outcome is freezes


def test_failure_names_the_authority(
    spoiled: Callable[..., PoolFacts], recorded_token: Callable[[str], Mint]
) -> None:
    """The facts say who could create tokens."""
    result = mint_authority(spoiled(token=recorded_token("spl_mint_authority")), RiskPolicy())
    assert result.facts == {"authority": PAYER}
    assert result.reason == f"{PAYER} can create tokens"


def test_a_trusted_launchpad_may_keep_its_authority(
    spoiled: Callable[..., PoolFacts], recorded_token: Callable[[str], Mint]
) -> None:
    """An authority on the list of trusted ones passes and is still named."""
    policy = RiskPolicy(trusted_authorities=frozenset({PAYER}))
    result = freeze_authority(spoiled(token=recorded_token("spl_freeze_authority")), policy)
    assert result.outcome is Outcome.PASS
    assert result.facts == {"authority": PAYER}


@pytest.mark.parametrize("check", [mint_authority, freeze_authority])
def test_without_the_mint_nothing_is_known(
    check: Callable[..., object], spoiled: Callable[..., PoolFacts]
) -> None:
    """A mint that could not be read is unknown, with the reason."""
    result = check(spoiled(token=None, missing={"token": "no such account"}), RiskPolicy())
    assert result.outcome is Outcome.UNKNOWN
    assert result.reason == "mint account not known (no such account)"
