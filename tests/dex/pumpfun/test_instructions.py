"""Account lists of every form, against those of the embedded network's program."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest
from solders.pubkey import Pubkey

from sniperforge.dex.pumpfun.instructions import Parties, build, swap
from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAM, USDC_MINT, WSOL_MINT
from sniperforge.errors import RefusedError
from sniperforge.localnet.program.pump_curve import instructions as local
from sniperforge.tokens.addresses import associated_token_address
from tests.dex.pumpfun.conftest import CREATOR, MINT, made_up

USER = made_up(7)
PARTIES = Parties(
    mint=MINT,
    token_program=TOKEN_2022_PROGRAM,
    quote_mint=WSOL_MINT,
    quote_program=TOKEN_PROGRAM,
    creator=CREATOR,
    fee_recipient=str(local.FEE_RECIPIENT),
    buyback_recipient=str(local.BUYBACK_RECIPIENT),
    user=USER,
    user_base=associated_token_address(USER, MINT, TOKEN_2022_PROGRAM),
    user_quote=associated_token_address(USER, WSOL_MINT),
)
IN_USDC = replace(PARTIES, quote_mint=USDC_MINT, user_quote=associated_token_address(USER, USDC_MINT))


@pytest.mark.parametrize("cashback", [False, True], ids=["plain", "cashback"])
def test_forms_are_those_that_the_embedded_program_takes(cashback: bool) -> None:
    """Accounts, flags and data, written down twice apart from each other."""
    coin = local.Coin(Pubkey.from_string(MINT), Pubkey.from_string(CREATOR), cashback=cashback)
    parties, user = replace(PARTIES, cashback=cashback), Pubkey.from_string(USER)
    pairs = (
        ("buy", local.buy(coin, user=user, tokens=5, maximum_sol=6)),
        ("buy_exact_sol_in", local.buy_exact_sol_in(coin, user=user, lamports=5, minimum_tokens=6)),
        ("sell", local.sell(coin, user=user, tokens=5, minimum_sol=6)),
        ("buy_v2", local.buy_v2(coin, user=user, tokens=5, maximum_sol=6)),
        ("buy_exact_quote_in_v2", local.buy_exact_quote_in_v2(coin, user=user, lamports=5, minimum_tokens=6)),
        ("sell_v2", local.sell_v2(coin, user=user, tokens=5, minimum_sol=6)),
    )
    for name, expected in pairs:
        assert build(name, parties, 5, 6) == expected, name


def test_the_third_form_names_seventeen_accounts() -> None:
    """The buyback's part goes to a wallet in SOL, else to its account of the quote."""
    in_sol = build("sell_v3", PARTIES, 5, 6)
    in_usdc = build("buy_v3", IN_USDC, 5, 6)
    assert len(in_sol.accounts) == len(in_usdc.accounts) == 17
    assert str(in_sol.accounts[13].pubkey) == PARTIES.buyback_recipient
    assert str(in_usdc.accounts[13].pubkey) == associated_token_address(PARTIES.buyback_recipient, USDC_MINT)
    assert bytes(in_sol.data)[8:] == struct.pack("<QQ", 5, 6)
    assert [meta.is_signer for meta in in_sol.accounts].index(True) == 8


def name_of(parties: Parties, *, buys: bool) -> tuple[int, int]:
    """How many accounts the trade of today has, and its second argument."""
    made = swap(parties, buys=buys, amount_in=9, minimum_out=0)
    return len(made.accounts), struct.unpack_from("<8xQQ", bytes(made.data))[1]


def test_which_form_a_trade_takes() -> None:
    """The one with fewest accounts that the coin allows; a buy of nothing is never asked for."""
    assert name_of(PARTIES, buys=True) == (18, 1)
    assert name_of(PARTIES, buys=False) == (16, 0)
    assert name_of(replace(PARTIES, cashback=True), buys=False) == (17, 0)
    assert name_of(IN_USDC, buys=True) == (17, 1)
    assert name_of(IN_USDC, buys=False) == (17, 0)
    assert name_of(replace(IN_USDC, cashback=True), buys=True) == (27, 1)
    assert name_of(replace(IN_USDC, cashback=True), buys=False) == (26, 0)


def test_what_cannot_be_asked() -> None:
    """Amounts beyond a u64, the first form in another quote."""
    for amount, limit in ((-1, 0), (2**64, 0), (0, -1), (0, 2**64)):
        with pytest.raises(RefusedError):
            build("buy", PARTIES, amount, limit)
    for name in ("buy", "sell", "buy_exact_sol_in"):
        with pytest.raises(RefusedError, match="SOL"):
            build(name, IN_USDC, 1, 1)
