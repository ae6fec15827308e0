"""The creator's other wallets."""

from __future__ import annotations

from itertools import islice

import pytest

from sniperforge.localnet.market.archetypes import ARCHETYPES
from sniperforge.localnet.market.crowd import SIZE
from sniperforge.localnet.market.launchpad import CREATOR_FUNDS, LaunchedToken
from sniperforge.localnet.market.schedule import launches
from sniperforge.tokens.instructions import transfer_lamports
from tests.localnet.market.bench import SOL, Chain, kind, launched


def token_of(name: str, chain: Chain, *, seed: int = 1) -> LaunchedToken:
    """The first launch of a kind, not yet on chain."""
    coming = launches(seed, per_minute=60, crowd=SIZE)
    return LaunchedToken(chain.ledger, next(each for each in coming if each.archetype is kind(name)))


@pytest.mark.parametrize("archetype", ARCHETYPES, ids=lambda archetype: archetype.name)
def test_there_are_as_many_as_the_kind_says(archetype: object) -> None:
    """Most kinds have none, and then need no money for them."""
    token = token_of(archetype.name, Chain())  # type: ignore[attr-defined]
    count = token.launch.archetype.insiders
    assert len(token.insiders._wallets) == count
    assert (token.funds > token.launch.liquidity + CREATOR_FUNDS) == (count > 0)


def test_their_keys_follow_from_the_launch() -> None:
    """The same on any chain, others for every launch, none twice."""
    keys = []
    for chain in (Chain(seed=b"a" * 32), Chain(seed=b"b" * 32)):
        coming = islice(launches(7, per_minute=30, crowd=SIZE), 72)
        tokens = [LaunchedToken(chain.ledger, launch) for launch in coming]
        keys.append([wallet.key for token in tokens for wallet in token.insiders._wallets])
    assert keys[0] == keys[1]
    assert len(set(keys[0])) == len(keys[0]) == 2 * (12 + 4)


@pytest.mark.parametrize("name", ["bundled", "wash"])
def test_a_creator_who_cannot_pay_them_all_has_not_launched(name: str) -> None:
    """The pool stands, but the launch is not what it was to be."""
    chain = Chain()
    token, treasury = token_of(name, chain), chain.funded("treasury")
    short = token.launch.liquidity + SOL // 4
    treasury.send([transfer_lamports(str(treasury.key), str(token.creator), short)])
    assert not token.create()


def test_dumping_counts_the_sales_that_landed() -> None:
    """Who cannot pay the fee does not sell."""
    pad = launched("bundled")
    for wallet in pad.token.insiders._wallets[:5]:
        pad.chain.drain(str(wallet.key))
    assert len(pad.token.insiders.dump(pad.token)) == 7


def test_washing_stops_half_way_when_the_sale_fails() -> None:
    """No signature of a sale, so nothing to tell."""
    pad = launched("wash")
    assert pad.token.insiders.wash(pad.token) != ""
    assert pad.token.insiders.wash(pad.token) != ""
