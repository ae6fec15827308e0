"""Trades on LaunchLab from instructions."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from sniperforge.dex.raydium_launchlab import program
from sniperforge.dex.raydium_launchlab.trades import FORMS
from sniperforge.dex.registry import read_transaction
from sniperforge.domain.addresses import SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM, WSOL_MINT
from sniperforge.domain.pool import EventKind, PoolEvent
from tests.dex.made import addresses, data_line, only, transaction, transfer
from tests.dex.raydium_launchlab.event_bytes import self_call, trade_event

KEYS = addresses(25)
USER, _, CONFIG, PLATFORM, POOL, USER_BASE, USER_QUOTE, BASE_VAULT, QUOTE_VAULT, TOKEN = KEYS[:10]
PLATFORM_VAULT, CREATOR_VAULT, REFERRER = KEYS[20:23]
FORMS_BY_NAME = dict(zip(("buy", "sell", "buy exact out", "sell exact out"), FORMS, strict=True))


def accounts(base_program: str = TOKEN_PROGRAM) -> list[str]:
    """The accounts of a trade, both fee vaults at the end."""
    programs = [base_program, TOKEN_PROGRAM, program.event_authority(), program.MAINNET]
    return [*KEYS[:10], WSOL_MINT, *programs, SYSTEM_PROGRAM, PLATFORM_VAULT, CREATOR_VAULT]


def trade(name: str = "buy", keys: list[str] | None = None, **more: Any) -> PoolEvent:
    """The event of a trade of 1,000 for at least 400."""
    data = FORMS_BY_NAME[name] + struct.pack("<QQQ", 1_000, 400, 0)
    return only(transaction(program.MAINNET, keys or accounts(), data, **more))


@pytest.mark.parametrize("where", ["self-call", "log"])
def test_a_purchase(where: str) -> None:
    """Sides by role; the curve's amounts by the event, the user's by transfers."""
    inner = [transfer(USER_QUOTE, QUOTE_VAULT, 1_000), transfer(BASE_VAULT, USER_BASE, 500)]
    more: dict[str, Any] = {"inner": inner}
    if where == "log":
        more["lines"] = [data_line(trade_event(POOL))]
    else:
        call = self_call(program.MAINNET, program.event_authority(), trade_event(POOL))
        more["inner"] = [call, *inner]
    event = trade(**more)
    assert (event.kind, event.pool) == (EventKind.SWAP, POOL)
    assert (event.base_mint, event.base_vault) == (TOKEN, BASE_VAULT)
    assert (event.quote_mint, event.quote_vault) == (WSOL_MINT, QUOTE_VAULT)
    assert (event.facts["side"], event.facts["input_mint"], event.facts["user"]) == ("buy", WSOL_MINT, USER)
    assert (event.facts["user_input"], event.facts["user_output"]) == (USER_QUOTE, USER_BASE)
    assert (event.facts["platform_fee_vault"], event.facts["creator_fee_vault"]) == (
        PLATFORM_VAULT,
        CREATOR_VAULT,
    )
    assert event.facts["pool_status"] == "fund"
    names = ("amount_in", "input_amount", "output_amount", "amount_out", "platform_fee", "creator_fee")
    assert [event.amounts[name] for name in names] == [1_000, 1_000, 500, 500, 10, 2]
    assert event.amounts["minimum_amount_out"] == 400


def test_a_sale_of_a_taxed_token() -> None:
    """The user sends more than the curve gets."""
    inner = [
        transfer(USER_BASE, BASE_VAULT, 1_010, TOKEN_2022_PROGRAM),
        transfer(QUOTE_VAULT, USER_QUOTE, 500),
        transfer(QUOTE_VAULT, PLATFORM_VAULT, 10),
    ]
    line = data_line(trade_event(POOL, buying=False))
    event = trade("sell", accounts(TOKEN_2022_PROGRAM), inner=inner, lines=[line])
    assert (event.facts["side"], event.facts["output_mint"]) == ("sell", WSOL_MINT)
    assert (event.amounts["amount_in"], event.amounts["input_amount"]) == (1_010, 1_000)
    assert (event.amounts["output_amount"], event.amounts["amount_out"]) == (500, 500)


def test_what_arrives_of_a_taxed_token_is_told_by_the_balance() -> None:
    """Only where nothing else changed it."""
    keys, line = accounts(TOKEN_2022_PROGRAM), data_line(trade_event(POOL))
    sent = transfer(BASE_VAULT, USER_BASE, 500, TOKEN_2022_PROGRAM)
    event = trade(keys=keys, lines=[line], inner=[sent], mints=[(USER_BASE, TOKEN)])
    assert (event.amounts["output_amount"], event.amounts["amount_out"]) == (500, 5)
    used = trade(keys=keys, lines=[line], inner=[sent, sent], mints=[(USER_BASE, TOKEN)])
    unknown = trade(keys=keys, lines=[line], inner=[sent])
    assert "amount_out" not in used.amounts
    assert "amount_out" not in unknown.amounts


def test_without_the_event_transfers_tell() -> None:
    """The curve's input is not told then: it may have been taxed."""
    inner = [transfer(USER_QUOTE, QUOTE_VAULT, 1_000), transfer(BASE_VAULT, USER_BASE, 500)]
    event = trade(inner=inner, lines=[data_line(trade_event(KEYS[24]))])
    assert (event.amounts["amount_in"], event.amounts["output_amount"], event.amounts["amount_out"]) == (
        1_000,
        500,
        500,
    )
    assert "platform_fee" not in event.amounts


@pytest.mark.parametrize("name", FORMS_BY_NAME)
def test_a_failed_trade_is_what_was_asked(name: str) -> None:
    """Its limits have the instruction's names."""
    event = trade(name, failed=True, lines=[data_line(trade_event(POOL))])
    first, second = (
        ("amount_out", "maximum_amount_in") if "out" in name else ("amount_in", "minimum_amount_out")
    )
    assert event.amounts == {first: 1_000, second: 400, "share_fee_rate": 0}
    assert event.failed


def test_older_and_shared_accounts() -> None:
    """Without fee vaults, with a referrer before them, and with nothing but the mints."""
    assert "platform_fee_vault" not in trade(keys=accounts()[:15]).facts
    shared = [*accounts()[:15], REFERRER, *accounts()[15:]]
    assert trade(keys=shared).facts["creator_fee_vault"] == CREATOR_VAULT
    assert trade(keys=accounts()[:11]).pool == POOL


def test_short_instructions_are_unrecognised() -> None:
    """Counted, not dropped."""
    for keys, data in (
        (accounts()[:10], FORMS_BY_NAME["buy"] + bytes(24)),
        (accounts(), FORMS_BY_NAME["buy"] + bytes(15)),
    ):
        reading = read_transaction(transaction(program.MAINNET, keys, data))
        assert (reading.events, len(reading.unrecognised)) == ((), 1)
