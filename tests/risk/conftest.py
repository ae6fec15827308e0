"""A pool without fault, to be spoiled by each test."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sniperforge.domain.addresses import INCINERATOR, TOKEN_PROGRAM, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.risk.facts import Holder, PoolFacts, RoundTrip
from sniperforge.tokens.mint import Mint, decode_mint

if TYPE_CHECKING:
    from collections.abc import Callable

COMMITTED = Path(__file__).parents[1] / "data" / "risk_mints"
SUPPLY = 1_000_000
GOOD = PoolFacts(
    pool="POOL",
    mint="MINT",
    now=1_000_000,
    dex="raydium_cpmm",
    token=Mint("MINT", TOKEN_PROGRAM, SUPPLY, 6, None, None),
    quote_mint=WSOL_MINT,
    canonical=True,
    quote_liquidity=20_000_000_000,
    base_vault="VAULT",
    lp_pool_supply=1_000,
    lp_mint_supply=900,
    lp_holders=(Holder("lp1", INCINERATOR, 900),),
    holders=(
        Holder("VAULT", "AUTHORITY", 900_000),
        Holder("h1", "ALICE", 50_000),
        Holder("h2", "BOB", 50_000),
    ),
    open_time=999_990,
    created_at=999_990,
    creator="CREATOR",
    epoch=800,
    round_trip=RoundTrip(spent=1_000_000, received=995_000, expected=995_006),
)


@pytest.fixture(scope="session")
def good() -> PoolFacts:
    """Facts that pass every check of the default policy."""
    return GOOD


@pytest.fixture(scope="session")
def spoiled() -> Callable[..., PoolFacts]:
    """The same facts with some fields changed."""

    def change(**fields: Any) -> PoolFacts:
        return replace(GOOD, **fields)

    return change


@pytest.fixture(scope="session")
def recorded_token() -> Callable[[str], Mint]:
    """A committed mint, decoded."""

    def read(name: str) -> Mint:
        document = json.loads((COMMITTED / f"mint_{name}.json").read_text())["account"]
        data = base64.b64decode(document["data"][0])
        return decode_mint(Account(document["pubkey"], document["owner"], document["lamports"], data))

    return read
