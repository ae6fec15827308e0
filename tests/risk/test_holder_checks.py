"""Who holds the liquidity and who holds the token."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sniperforge.domain.addresses import INCINERATOR, SYSTEM_PROGRAM
from sniperforge.domain.chain import Account
from sniperforge.domain.verdict import Outcome
from sniperforge.risk.facts import Holder
from sniperforge.risk.holder_checks import holder_concentration, lp_locked
from sniperforge.risk.policy import RiskPolicy
from sniperforge.tokens.account import decode_token_account
from sniperforge.tokens.mint import decode_mint

if TYPE_CHECKING:
    from collections.abc import Callable

    from sniperforge.risk.facts import PoolFacts

PASS, FAIL, UNKNOWN = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN
POLICY = RiskPolicy(
    min_lp_locked_percent=Decimal(90),
    max_single_holder_percent=Decimal(20),
    max_top10_percent=Decimal(50),
)
RAYDIUM_LOCK = "LockrWmn6K5twhz3y9w1dQERbmgSaRkfnTeTKbpofwE"
LOCK_AUTHORITY = "3f7GcQFG397GAaEnv51zR6tsTVihYRydnydDD1cXekxH"
FIXTURES = Path(os.environ.get("SNIPERFORGE_FIXTURES", Path(__file__).parents[3] / "shared" / "fixtures"))


@pytest.mark.parametrize(
    ("pool", "minted", "holders", "outcome"),
    [
        (None, 0, (), UNKNOWN),
        (1_000, None, (), UNKNOWN),
        (0, 0, (), UNKNOWN),
        (1_000, 1_001, (), UNKNOWN),
        (1_000, 100, None, PASS),
        (1_000, 101, None, UNKNOWN),
        (1_000, 101, (), FAIL),
        (1_000, 1_000, (Holder("a", INCINERATOR, 900),), PASS),
        (1_000, 1_000, (Holder("a", INCINERATOR, 899),), FAIL),
        (1_000, 1_000, (Holder("a", SYSTEM_PROGRAM, 900),), PASS),
        (1_000, 1_000, (Holder("a", LOCK_AUTHORITY, 900),), PASS),
        (1_000, 1_000, (Holder("a", "ESCROW", 900, RAYDIUM_LOCK),), PASS),
        (1_000, 1_000, (Holder("a", "CREATOR", 1_000, SYSTEM_PROGRAM),), FAIL),
        (1_000, 1_000, (Holder("a", None, 900), Holder("b", "CREATOR", 100)), UNKNOWN),
        (1_000, 1_000, (Holder("a", None, 899), Holder("b", "CREATOR", 101)), FAIL),
        (1_000, 500, (Holder("a", INCINERATOR, 10**9),), PASS),
    ],
)
def test_lp_locked(
    pool: int | None,
    minted: int | None,
    holders: tuple[Holder, ...] | None,
    outcome: Outcome,
    spoiled: Callable[..., PoolFacts],
) -> None:
    """Burned and locked shares count, ordinary wallets do not, and gaps stay unknown."""
    facts = spoiled(lp_pool_supply=pool, lp_mint_supply=minted, lp_holders=holders)
    assert lp_locked(facts, POLICY).outcome is outcome


@pytest.mark.parametrize("name", ["lp_pool_supply", "lp_mint_supply"])
def test_lp_names_the_supply_that_is_missing(name: str, spoiled: Callable[..., PoolFacts]) -> None:
    """The reason says which of the two could not be read."""
    result = lp_locked(spoiled(**{name: None}, missing={name: "timed out"}), POLICY)
    assert result.reason == f"{name} not known (timed out)"


def test_lp_text_and_numbers(spoiled: Callable[..., PoolFacts]) -> None:
    """The reason gives the share and what was wanted."""
    facts = spoiled(lp_pool_supply=1_000, lp_mint_supply=877, lp_holders=())
    result = lp_locked(facts, POLICY)
    assert result.reason == "12.30 % of the LP supply is burned or locked, least is 90 %"
    assert result.facts == {"locked_raw": 123, "pool_supply": 1_000, "locked_bps": 1_230}


def test_locked_holdings_cannot_exceed_what_exists(spoiled: Callable[..., PoolFacts]) -> None:
    """A list read later than the supply does not lock more than all."""
    facts = spoiled(lp_pool_supply=1_000, lp_mint_supply=500, lp_holders=(Holder("a", INCINERATOR, 10**9),))
    assert lp_locked(facts, POLICY).facts["locked_bps"] == 10_000


def test_recorded_burn_is_locked(spoiled: Callable[..., PoolFacts]) -> None:
    """On the recorded pool whose creator burned all, the whole supply is locked."""
    path = FIXTURES / "risk_mints" / "lp_burned_cpmm.json"
    if not path.exists():
        pytest.skip(f"{path} is absent: set SNIPERFORGE_FIXTURES")
    after = json.loads(path.read_text())["accounts_after"]
    accounts = {
        name: Account(found["pubkey"], found["owner"], found["lamports"], base64.b64decode(found["data"][0]))
        for name, found in after.items()
    }
    held = decode_token_account(accounts["creator_lp_ata"])
    facts = spoiled(
        lp_pool_supply=int.from_bytes(accounts["pool"].data[333:341], "little"),
        lp_mint_supply=decode_mint(accounts["lp_mint"]).supply,
        lp_holders=(Holder(held.address, held.owner, held.raw),),
    )
    result = lp_locked(facts, POLICY)
    assert (result.outcome, result.facts["locked_bps"]) == (PASS, 10_000)
    unburned = replace(
        facts, lp_mint_supply=8_944_271_909_899, lp_holders=(Holder("a", held.owner, 8_944_271_909_899),)
    )
    assert lp_locked(unburned, POLICY).outcome is FAIL


@given(st.integers(1, 10**18), st.data())
def test_lp_locked_is_the_exact_share(good: PoolFacts, pool: int, data: st.DataObject) -> None:
    """With all owners known it passes exactly when locked / supply >= 90 %."""
    minted = data.draw(st.integers(0, pool))
    burned = data.draw(st.integers(0, minted))
    holders = (Holder("a", INCINERATOR, burned), Holder("b", "X", minted - burned, SYSTEM_PROGRAM))
    facts = replace(good, lp_pool_supply=pool, lp_mint_supply=minted, lp_holders=holders)
    enough = Fraction(pool - minted + burned, pool) >= Fraction(9, 10)
    assert (lp_locked(facts, POLICY).outcome is PASS) == enough


def ten(raw: int) -> tuple[Holder, ...]:
    """Eleven wallets with ``raw`` each."""
    return tuple(Holder(f"a{index}", f"o{index}", raw, SYSTEM_PROGRAM) for index in range(11))


@pytest.mark.parametrize(
    ("holders", "outcome"),
    [
        ((Holder("VAULT", "AUTH", 1_000_000),), PASS),
        ((Holder("a", "X", 200_000),), PASS),
        ((Holder("a", "X", 200_001),), FAIL),
        ((Holder("a", "X", 150_000), Holder("b", "X", 50_001)), FAIL),
        ((Holder("a", "X", 150_000), Holder("b", "Y", 50_001)), PASS),
        (ten(50_000), PASS),
        (ten(50_001), FAIL),
        ((Holder("a", LOCK_AUTHORITY, 700_000),), PASS),
        ((Holder("a", "ESCROW", 700_000, RAYDIUM_LOCK),), PASS),
        ((Holder("a", "X", 700_000, SYSTEM_PROGRAM),), FAIL),
        ((Holder("a", None, 700_000),), UNKNOWN),
        ((Holder("a", None, 100_000), Holder("b", "X", 300_000)), FAIL),
        ((Holder("a", INCINERATOR, 500_000), Holder("b", "X", 100_000)), PASS),
        ((Holder("a", INCINERATOR, 500_000), Holder("b", "X", 100_001)), FAIL),
        ((Holder("a", INCINERATOR, 1_000_000),), UNKNOWN),
        ((), PASS),
        (None, UNKNOWN),
    ],
)
def test_holder_concentration(
    holders: tuple[Holder, ...] | None, outcome: Outcome, spoiled: Callable[..., PoolFacts]
) -> None:
    """Vault, burn and locks are no holders; accounts of one owner add up; limits hold to the unit."""
    assert holder_concentration(spoiled(holders=holders), POLICY).outcome is outcome


@pytest.mark.parametrize("name", ["token", "holders", "base_vault"])
def test_concentration_needs_all_three(name: str, spoiled: Callable[..., PoolFacts]) -> None:
    """Without supply, holders or the vault to leave out, nothing is known."""
    result = holder_concentration(spoiled(**{name: None}), POLICY)
    assert result.outcome is UNKNOWN
    assert result.reason.startswith(f"{name} not known")


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 100_000)), max_size=20))
def test_splitting_over_accounts_changes_nothing(good: PoolFacts, held: list[tuple[int, int]]) -> None:
    """One owner with many accounts is judged as with one."""
    totals: dict[int, int] = {}
    for owner, raw in held:
        totals[owner] = totals.get(owner, 0) + raw
    split = tuple(Holder(f"a{index}", f"o{owner}", raw) for index, (owner, raw) in enumerate(held))
    joined = tuple(Holder(f"b{owner}", f"o{owner}", raw) for owner, raw in totals.items())
    one = holder_concentration(replace(good, holders=split), POLICY)
    other = holder_concentration(replace(good, holders=joined), POLICY)
    assert one == other
    largest = sorted(totals.values(), reverse=True)[:10]
    fine = sum(largest) * 2 <= 1_000_000 and (not largest or largest[0] * 5 <= 1_000_000)
    assert (one.outcome is PASS) == fine
