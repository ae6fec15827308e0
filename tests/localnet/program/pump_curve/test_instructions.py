"""Instructions of the curve name the accounts that recorded ones name, in their order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from solders.pubkey import Pubkey

from sniperforge.localnet.program.pump_curve import instructions as pump
from sniperforge.localnet.program.pump_curve.genesis import BUYBACK_RECIPIENTS, FEE_RECIPIENTS
from tests.localnet.program.recorded import calls_of
from tests.localnet.program.svm_bench import key

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from solders.instruction import Instruction

    Build = Callable[[pump.Coin, Pubkey], Instruction]


ANY_OF = {
    **{Pubkey.from_string(one): pump.FEE_RECIPIENT for one in FEE_RECIPIENTS},
    **{Pubkey.from_string(one): pump.BUYBACK_RECIPIENT for one in BUYBACK_RECIPIENTS},
}
"""A client may name any recipient of a list; ours names the first."""

RECORDED: dict[str, tuple[str, int, int, int | None, Build]] = {
    "create": (
        "create_3ejAydeP",
        *(0, 7, None),
        lambda coin, user: pump.create(
            pump.Coin(coin.mint, coin.creator, pump.TOKEN), pump.Words("Kinton", "KINTON", ""), user=user
        ),
    ),
    "create_v2": (
        "create_v2_2eVpZNvQ",
        *(0, 5, None),
        lambda coin, user: pump.create_v2(coin, pump.Words("", "", ""), user=user),
    ),
    "buy": (
        "create_v2_blocksubscribe_chainstack",
        *(2, 6, 9),
        lambda coin, user: pump.buy(coin, user=user, tokens=1, maximum_sol=1),
    ),
    "buy_exact_sol_in": (
        "create_alt_1",
        *(2, 6, 9),
        lambda coin, user: pump.buy_exact_sol_in(coin, user=user, lamports=1),
    ),
    "buy_v2": (
        "create_v2_2eVpZNvQ",
        *(1, 13, 16),
        lambda coin, user: pump.buy_v2(coin, user=user, tokens=1, maximum_sol=1),
    ),
    "buy_exact_quote_in_v2": (
        "wrapped_5rY6dXEj",
        *(1, 13, 16),
        lambda coin, user: pump.buy_exact_quote_in_v2(coin, user=user, lamports=1),
    ),
    "sell_v2": (
        "wrapped_2KBsKB7x",
        *(1, 13, 16),
        lambda coin, user: pump.sell_v2(coin, user=user, tokens=1),
    ),
}


@pytest.mark.parametrize("name", RECORDED)
def test_accounts_are_the_recorded_ones(name: str, shared_fixtures: Path) -> None:
    """Role by role; the trader's and the fee payers' accounts of wrapped SOL included."""
    file, mint, user, vault, build = RECORDED[name]
    recording = json.loads((shared_fixtures / "pumpfun" / f"{file}.json").read_text())
    tag = build(pump.Coin(key("mint"), key("creator")), key("user")).data[:8]
    call = next(one for one in calls_of(recording) if one.program == pump.PROGRAM and one.data[:8] == tag)
    creator = Pubkey.from_string(creator_in(recording)) if vault else key("anybody")
    ours = build(pump.Coin(call.accounts[mint], creator), call.accounts[user])
    if vault:
        assert pump.creator_vault(creator) == call.accounts[vault]
    theirs = [ANY_OF.get(account, account) for account in call.accounts]
    told = [meta.pubkey for meta in ours.accounts]
    differing = [place for place, (a, b) in enumerate(zip(told, theirs, strict=True)) if a != b]
    assert set(differing) <= ({7, 9} if len(told) > 18 else set())
    for place in differing:
        assert call.accounts[place] == pump.associated(call.accounts[place - 1], pump.WSOL)
    print("matched 1 of 1")


def creator_in(recording: dict[str, object]) -> str:
    events = [one for one in recording["decoded"] if one.get("event") == "TradeEvent"]  # type: ignore[attr-defined]
    return str(events[0]["data"]["creator"])


def test_fixed_addresses_are_mainnets() -> None:
    """The program addresses of the settings, as every explorer shows them."""
    assert str(pump.GLOBAL) == "4wTV1YmiEkRvAtNtsSGPtUrqRYQMe5SKy2uB4Jjaxnjf"
    assert str(pump.EVENT_AUTHORITY) == "Ce6TQqeHC9p8KetsN6JsjHK7UTZk7nasjjnr7XxXp9F1"
    assert str(pump.MINT_AUTHORITY) == "TSLvdd1pWpHVjahSpsvCXUbgwsL3JAcvokwaKt1eokM"
    assert str(pump.FEE_CONFIG) == "8Wf5TiAheLUqBrKXeYg2JtAFFMWtKdG2BSFgqUcPVwTt"


def test_a_sale_of_a_cashback_coin_names_the_accumulator() -> None:
    """It stands before the two accounts of the tail."""
    coin = pump.Coin(key("mint"), key("creator"), cashback=True)
    accounts = [meta.pubkey for meta in pump.sell(coin, user=key("user"), tokens=1).accounts]
    assert len(accounts) == 17
    assert accounts[14] == pump.user_volume(key("user"))
