"""The venue as the engine uses it, and its trades in the embedded network's program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from solders.pubkey import Pubkey

from sniperforge.dex.pumpfun import program
from sniperforge.dex.pumpfun.venue import Pumpfun, parties_of
from sniperforge.dex.registry import events_of, venue_named
from sniperforge.domain.addresses import SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, USDC_MINT, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.errors import RefusedError
from sniperforge.tokens.addresses import associated_token_address
from tests.dex.pumpfun.conftest import CREATOR, MINT, RECIPIENTS, Calls, made_up
from tests.dex.pumpfun.test_detector import CREATE_V2_ROLES, WORDS, accounts_for
from tests.localnet.program.pump_curve.curve_bench import Bench

VENUE = Pumpfun()
USER = made_up(7)
SOL = 1_000_000_000


def loaded(chain: dict[str, Account | None], pool: str, known: dict[str, Account | None]) -> Any:
    """The state by as many rounds of fetching as it takes; two at most."""
    rounds = 0
    while missing := VENUE.required_accounts(pool, known):
        known |= {address: chain.get(address) for address in missing}
        rounds += 1
    assert rounds <= 3
    return VENUE.load(pool, known, epoch=5)


def test_it_is_registered() -> None:
    """By its name."""
    assert isinstance(venue_named("pumpfun"), Pumpfun)


def test_rounds_of_fetching(curve_accounts: Callable[..., Any]) -> None:
    """By the curve with its mint known, and by the mint alone, which takes one more for another quote."""
    made = curve_accounts(quote_mint=USDC_MINT)
    chain = made.pack()
    by_curve = loaded(chain, made.curve, {MINT: chain[MINT]})
    assert by_curve == loaded(chain, MINT, {})
    assert VENUE.required_accounts(made.curve, {}) == (made.curve,)


@pytest.mark.parametrize("quote_mint", [SYSTEM_PROGRAM, USDC_MINT], ids=["SOL", "USDC"])
def test_one_round_suffices_after_a_creation(quote_mint: str, curve_accounts: Callable[..., Any]) -> None:
    """The event names all that loading needs."""
    made = curve_accounts(quote_mint=quote_mint)
    accounts = accounts_for(CREATE_V2_ROLES, mint=MINT, curve=made.curve) + (SYSTEM_PROGRAM,) * 8
    tail = () if quote_mint == SYSTEM_PROGRAM else (quote_mint, made_up(3), TOKEN_2022_PROGRAM)
    (event,) = events_of(Calls().call("create_v2", accounts[:16] + tail, WORDS).view())
    chain = made.pack()
    known = {address: chain[address] for address in VENUE.accounts_of(event)}
    assert VENUE.required_accounts(event.pool, known) == ()
    state = VENUE.load(event.pool, known, epoch=5)
    anatomy = VENUE.anatomy(state, known)
    assert (anatomy.canonical, anatomy.creator, anatomy.lp_mint) == (True, CREATOR, None)
    assert anatomy.base_vault == associated_token_address(made.curve, MINT, TOKEN_2022_PROGRAM)
    vault = made.curve if quote_mint == SYSTEM_PROGRAM else associated_token_address(made.curve, quote_mint)
    assert anatomy.quote_vault == vault


def test_recipients_are_out_of_the_programs_lists(curve_accounts: Callable[..., Any]) -> None:
    """Mayhem coins pay others; without any, nothing is traded."""
    for mayhem, allowed in ((False, RECIPIENTS[:8]), (True, RECIPIENTS[8:16])):
        made = curve_accounts(mayhem=mayhem)
        parties = parties_of(
            loaded(made.pack(), MINT, {}), user=USER, user_base=made_up(8), user_quote=made_up(9)
        )
        assert parties.fee_recipient in allowed
        assert parties.buyback_recipient in RECIPIENTS[16:24]
    state = loaded(curve_accounts(recipients=False).pack(), MINT, {})
    with pytest.raises(RefusedError, match="nobody"):
        swap(state, WSOL_MINT, 5)


def swap(state: Any, input_mint: str, amount: int, **changes: Any) -> Any:
    """A trade of the user."""
    values = {"user": USER, "minimum_out": 1, "user_input": made_up(8), "user_output": made_up(9)} | changes
    return VENUE.swap_instruction(state, input_mint=input_mint, amount_in=amount, **values)


def test_accounts_of_a_trade(curve_accounts: Callable[..., Any]) -> None:
    """The user's account of the coin, and of the quote where it is a token."""
    state = loaded(curve_accounts().pack(), MINT, {})
    names = [str(meta.pubkey) for meta in swap(state, WSOL_MINT, 5).accounts]
    assert made_up(9) in names
    assert made_up(8) not in names
    assert made_up(8) in [str(meta.pubkey) for meta in swap(state, MINT, 5).accounts]
    other = loaded(curve_accounts(quote_mint=USDC_MINT).pack(), MINT, {})
    names = [str(meta.pubkey) for meta in swap(other, USDC_MINT, 5).accounts]
    assert (names.index(made_up(9)), names.index(made_up(8))) == (9, 10)
    with pytest.raises(RefusedError, match="does not trade"):
        swap(state, USDC_MINT, 5)
    cpmm = venue_named("raydium_cpmm")
    assert cpmm is not None
    with pytest.raises(RefusedError, match="not of pumpfun"):
        VENUE.anatomy(type("Other", (), {"address": "x"})(), {})


@pytest.mark.timeout(60)
def test_trades_in_the_svm_are_what_was_quoted() -> None:
    """Bought, sold and bought out: each to the unit, and loaded from the chain's own accounts."""
    bench = Bench()
    coin = bench.created()
    mint, user = str(coin.mint), str(bench.user)
    own = str(coin.account_of(bench.user))

    def state() -> Any:
        known: dict[str, Account | None] = {}
        while missing := VENUE.required_accounts(mint, known):
            known |= {address: chain_account(bench, address) for address in missing}
        return VENUE.load(mint, known, epoch=0)

    def trade(input_mint: str, amount: int) -> tuple[int, int]:
        """Tokens and lamports that the curve gained."""
        before = bench.amount(coin.account_of(bench.user)), bench.lamports(bench.user)
        instruction = VENUE.swap_instruction(
            state(),
            user=user,
            input_mint=input_mint,
            amount_in=amount,
            minimum_out=1,
            user_input=own,
            user_output=own,
        )
        outcome = bench.send(instruction)
        assert outcome.error is None, outcome.logs
        after = bench.amount(coin.account_of(bench.user)), bench.lamports(bench.user)
        return after[0] - before[0], after[1] - before[1]

    trade(WSOL_MINT, SOL // 100)  # opens the trader's accumulator, whose rent is no price
    for amount in (SOL, 7 * SOL + 13, 12_345):
        quote, expected = state().quote(WSOL_MINT, amount), state().after_swap(WSOL_MINT, amount)
        tokens, lamports = trade(WSOL_MINT, amount)
        assert tokens == quote.amount_out
        assert -lamports - quote.amount_in == 5_000
        assert state().math == expected.math
    for amount in (10**12, 34_567_890_123_456):
        quote = state().quote(mint, amount)
        tokens, lamports = trade(mint, amount)
        assert (-tokens, lamports + 5_000) == (quote.amount_in, quote.amount_out)
    assert state().quote_liquidity > 0


def chain_account(bench: Bench, address: str) -> Account | None:
    """An account of the SVM."""
    found = bench.svm.get_account(Pubkey.from_string(address))
    return None if found is None else Account(address, str(found.owner), found.lamports, found.data)


def test_derived_curve_is_canonical() -> None:
    """Each coin has exactly one."""
    assert program.curve_address(MINT) != program.curve_address(USDC_MINT)
