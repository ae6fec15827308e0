"""What logs alone tell."""

from __future__ import annotations

import base64

from sniperforge.dex.pumpfun import program
from sniperforge.dex.pumpswap import program as pumpswap
from sniperforge.dex.registry import creations_in, events_of_logs
from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import LogsNotice
from sniperforge.domain.pool import EventKind
from sniperforge.tokens.addresses import associated_token_address
from tests.dex.pumpfun.conftest import CREATOR, MINT, made_up
from tests.dex.pumpfun.event_bytes import event

CURVE = program.curve_address(MINT)
USER = made_up(7)
CREATED = {"mint": MINT, "bonding_curve": CURVE, "user": USER, "creator": CREATOR, "name": "A coin"}


def notice(*lines: str, err: object = None, owner: str = program.PROGRAM) -> LogsNotice:
    """One call of a program."""
    return LogsNotice("sig", 5, err, (f"Program {owner} invoke [1]", *lines, f"Program {owner} success"))


def line(payload: bytes) -> str:
    """A line that holds an event."""
    return "Program data: " + base64.b64encode(payload).decode()


def test_a_creation_is_whole() -> None:
    """Curve, mints and vaults, and who made it, all before the transaction is fetched."""
    told = event("CreateEvent", **CREATED, token_program=TOKEN_2022_PROGRAM, token_total_supply=9)
    logs = notice("Program log: Instruction: CreateV2", line(told))
    (found,) = events_of_logs(logs)
    assert (found.kind, found.pool, found.base_mint, found.quote_mint) == (
        EventKind.POOL_CREATED,
        CURVE,
        MINT,
        WSOL_MINT,
    )
    assert found.base_vault == associated_token_address(CURVE, MINT, TOKEN_2022_PROGRAM)
    assert found.quote_vault == CURVE
    assert (found.facts["creator"], found.facts["user"], found.facts["name"]) == (CREATOR, USER, "A coin")
    assert (found.amounts["base_amount"], found.amounts["quote_amount"]) == (9, 0)
    assert [mark.dex for mark in creations_in(logs)] == ["pumpfun"]


def test_the_fee_of_a_holder_reward_coin_is_not_its_creator() -> None:
    """Its user made it; in another quote the vault's token program is not told."""
    told = event("CreateEvent", **CREATED, is_holder_reward=1, quote_mint=USDC_MINT)
    (found,) = events_of_logs(notice(line(told)))
    assert (found.facts["creator"], found.facts["fee_creator"]) == (USER, CREATOR)
    assert (found.quote_mint, found.quote_vault) == (USDC_MINT, "")


def test_an_old_creation_names_neither_program_nor_creator() -> None:
    """They were all of SPL Token, made by the user."""
    values = {name: CREATED[name] for name in ("mint", "bonding_curve", "user")}
    (found,) = events_of_logs(notice(line(event("CreateEvent", until="user", **values))))
    assert found.facts["creator"] == USER
    assert found.base_vault == associated_token_address(CURVE, MINT)


def test_a_creation_whose_event_is_cut_off_is_still_one() -> None:
    """Its line alone tells; the same words of another program do not."""
    (found,) = events_of_logs(notice("Program log: Instruction: Create"))
    assert (found.kind, found.pool, found.base_mint) == (EventKind.POOL_CREATED, "", "")
    other = notice("Program log: Instruction: Create", owner=made_up(9))
    assert events_of_logs(other) == ()
    assert creations_in(other) == ()
    assert creations_in(notice("Program log: Instruction: Create", err="no")) == ()


def test_a_trade() -> None:
    """Both ways, in both kinds of quote."""
    bought = event("TradeEvent", mint=MINT, user=USER, is_buy=1, sol_amount=10, token_amount=5, fee=1)
    sold = event("TradeEvent", mint=MINT, user=USER, quote_amount=10, token_amount=5, quote_mint=USDC_MINT)
    first, second = events_of_logs(notice(line(bought), line(sold)))
    assert (first.pool, first.quote_vault, first.facts["side"]) == (CURVE, CURVE, "buy")
    assert (first.facts["input_mint"], first.amounts["amount_in"]) == (WSOL_MINT, 11)
    assert (second.quote_vault, second.facts["side"], second.facts["output_mint"]) == ("", "sell", USDC_MINT)


def test_a_migration() -> None:
    """From the curve to PumpSwap's pool."""
    pool = made_up(8)
    told = event("CompletePumpAmmMigrationEvent", mint=MINT, bonding_curve=CURVE, pool=pool, sol_amount=3)
    (found,) = events_of_logs(notice(line(told)))
    assert (found.kind, found.pool, found.quote_vault) == (EventKind.MIGRATED, CURVE, CURVE)
    assert (found.facts["new_pool"], found.facts["new_program"]) == (pool, pumpswap.PROGRAM)
    assert found.amounts["sol_amount"] == 3
