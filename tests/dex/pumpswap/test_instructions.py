"""Account lists of every form; recorded ones are compared in ``recorded.py``."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest

from sniperforge.dex.pumpswap import program
from sniperforge.dex.pumpswap.accounts import decode_pool
from sniperforge.dex.pumpswap.instructions import Parties, build, swap
from sniperforge.domain.addresses import SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM, WSOL_MINT
from sniperforge.errors import RefusedError
from sniperforge.tokens.addresses import associated_token_address
from tests.dex.pumpfun.conftest import MINT, made_up
from tests.dex.pumpswap.conftest import PoolAccounts

POOL = decode_pool(PoolAccounts().pool_account())
PARTIES = Parties(
    pool=POOL,
    base_program=TOKEN_2022_PROGRAM,
    quote_program=TOKEN_PROGRAM,
    fee_recipient=made_up(1),
    buyback_recipient=made_up(2),
    user=made_up(7),
    user_base=made_up(8),
    user_quote=made_up(9),
)
CASHBACK = replace(PARTIES, pool=replace(POOL, cashback=True))
OTHERS_POOL = replace(PARTIES, pool=replace(POOL, coin_creator=SYSTEM_PROGRAM))


def names(parties: Parties, name: str) -> list[str]:
    """The addresses that an instruction names."""
    return [str(meta.pubkey) for meta in build(name, parties, 5, 6).accounts]


@pytest.mark.parametrize(
    ("parties", "buys", "sells"),
    [(PARTIES, 26, 24), (CASHBACK, 27, 26), (OTHERS_POOL, 25, 23)],
    ids=["coin", "cashback coin", "no creator"],
)
def test_the_tail_of_the_first_form(parties: Parties, buys: int, sells: int) -> None:
    """Cashback names the trader's accumulator, a creator an account of the coin; the buyback ends all."""
    for name, count in (("buy", buys), ("buy_exact_quote_in", buys), ("sell", sells)):
        found = names(parties, name)
        assert len(found) == count
        assert found[-2:] == [made_up(2), associated_token_address(made_up(2), WSOL_MINT)]
        assert (program.pool_v2_address(MINT) in found) == (parties is not OTHERS_POOL)
    accumulator = program.user_volume_accumulator(made_up(7))
    saved = associated_token_address(accumulator, WSOL_MINT)
    assert (saved in names(parties, "sell")) == (parties is CASHBACK)
    assert (accumulator in names(parties, "sell")) == (parties is CASHBACK)


def test_the_second_form_is_the_same_for_all() -> None:
    """Seventeen accounts; the user signs and pays."""
    made = build("sell_v2", PARTIES, 5, 6)
    assert len(made.accounts) == 17
    assert bytes(made.data)[8:] == struct.pack("<QQ", 5, 6)
    assert [meta.is_signer for meta in made.accounts] == [at == 1 for at in range(17)]
    assert names(PARTIES, "buy_v2") == names(CASHBACK, "sell_v2")


def test_which_form_a_trade_takes() -> None:
    """The second, but for cashback coins; a buy of nothing is never asked for."""
    for parties, buys, count, limit in (
        (PARTIES, True, 17, 1),
        (PARTIES, False, 17, 0),
        (CASHBACK, True, 27, 1),
        (CASHBACK, False, 26, 0),
    ):
        made = swap(parties, buys=buys, amount_in=9, minimum_out=0)
        assert len(made.accounts) == count
        assert struct.unpack_from("<8xQQ", bytes(made.data)) == (9, limit)


def test_amounts_beyond_a_u64_are_refused() -> None:
    """Both of them."""
    for amount, limit in ((-1, 0), (2**64, 0), (0, -1), (0, 2**64)):
        with pytest.raises(RefusedError):
            build("buy", PARTIES, amount, limit)
