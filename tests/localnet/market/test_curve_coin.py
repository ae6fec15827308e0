"""One coin on the curve: made with its creator's first buy, traded, sold out."""

from __future__ import annotations

import pytest

from sniperforge.localnet.market.archetypes import CURVE_ARCHETYPES
from sniperforge.localnet.market.curve_coin import CurveCoin
from sniperforge.localnet.market.schedule import launches
from sniperforge.tokens.instructions import transfer_lamports
from tests.localnet.market.bench import SOL, Chain


def coin_on(chain: Chain, archetype: str) -> CurveCoin:
    """A funded launch of this kind, not yet made."""
    coming = launches(3, per_minute=60, crowd=4, kinds=CURVE_ARCHETYPES)
    coin = CurveCoin(chain.ledger, next(each for each in coming if each.archetype.name == archetype))
    treasury = chain.funded("treasury")
    treasury.send([transfer_lamports(str(treasury.key), str(coin.actor.key), coin.funds)])
    return coin


@pytest.mark.parametrize("archetype", [each.name for each in CURVE_ARCHETYPES])
def test_a_coin_comes_with_its_creators_buy(archetype: str) -> None:
    """One transaction makes the coin and spends the stake: far more of it where the creator means to dump."""
    chain = Chain()
    coin = coin_on(chain, archetype)
    assert coin.create()
    mint = chain.mint(coin.coin.mint)
    assert (mint.mint_authority, mint.freeze_authority) == (None, None)
    held = chain.token_account(coin.coin.account_of(coin.actor.key)).raw
    assert (held > mint.supply // 20) == coin.launch.archetype.rug
    assert sum(each.raw for each in chain.holders(coin.coin.mint)) == mint.supply


def test_a_coin_is_traded() -> None:
    """Buyers get tokens for lamports and sell a share of them; who holds nothing sells nothing."""
    chain = Chain()
    coin = coin_on(chain, "curve_organic")
    assert coin.create()
    trader = chain.funded("trader")
    assert coin.sell(trader, 50) == ""
    assert coin.buy(trader, SOL)
    held = chain.token_account(coin.coin.account_of(trader.key)).raw
    assert coin.sell(trader, 50)
    assert chain.token_account(coin.coin.account_of(trader.key)).raw == held - held // 2
    assert coin.sell(coin.actor, 100)
    assert chain.token_account(coin.coin.account_of(coin.actor.key)).raw == 0


def test_a_creator_without_funds_makes_nothing() -> None:
    """The launch fails as a whole."""
    chain = Chain()
    coin = coin_on(chain, "curve_organic")
    chain.drain(str(coin.actor.key))
    assert not coin.create()
    assert chain.ledger.account(str(coin.coin.mint)) is None
