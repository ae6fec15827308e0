"""What a landed transaction did to a wallet, told from balances alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.domain.jito import TIP_ACCOUNTS
from sniperforge.execution.settlement import settle
from sniperforge.testing.chain_views import TokenChange, transaction_view

if TYPE_CHECKING:
    from sniperforge.domain.trade import Settlement

RENT = 2_039_280
SOL = 10**9
US, ATA, EPHEMERAL, WRAPPED, VAULT, TIP, POOL_VAULT = (
    "us",
    "ata",
    "ephemeral",
    "wrapped",
    "vault",
    "tip",
    "pv",
)
TOKEN = "token"


def parts(done: Settlement) -> dict[str, int]:
    """Everything that is counted, where it is not zero; the identity is checked on the way."""
    moved = done.lamports_delta + done.wsol_delta
    assert moved == done.trade - done.fee - done.tip - done.rent_paid + done.rent_returned
    names = ("lamports_delta", "wsol_delta", "fee", "tip", "rent_paid", "rent_returned", "trade")
    return {name: getattr(done, name) for name in names if getattr(done, name)}


def test_a_buy_into_a_new_account() -> None:
    """The new account's rent is rent, not cost; the ephemeral account leaves no trace."""
    view = transaction_view(
        US,
        {US: (SOL, SOL - 400_000_000 - RENT - 6_000), ATA: (0, RENT), EPHEMERAL: (0, 0)},
        [
            TokenChange(ATA, TOKEN, US, None, 777),
            TokenChange(POOL_VAULT, TOKEN, "pool", 1_000, 223),
            TokenChange(VAULT, WSOL_MINT, "pool", 5 * SOL, 5 * SOL + 400_000_000, decimals=9),
        ],
        fee=6_000,
    )
    done = settle(view, US)
    assert parts(done) == {
        "lamports_delta": -400_000_000 - RENT - 6_000,
        "fee": 6_000,
        "rent_paid": RENT,
        "trade": -400_000_000,
    }
    assert done.token_deltas == {TOKEN: 777}
    assert (done.signature, done.slot, done.block_time, done.err) == ("signature", 1, 1_700_000_000, None)


def test_a_buy_into_an_account_that_was_there() -> None:
    """No rent; what was held before does not count as bought."""
    view = transaction_view(
        US, {US: (SOL, SOL - 5_100)}, [TokenChange(ATA, TOKEN, US, 50, 2**64 - 1)], block_time=None
    )
    done = settle(view, US)
    assert parts(done) == {"lamports_delta": -5_100, "fee": 5_000, "trade": -100}
    assert done.token_deltas == {TOKEN: 2**64 - 51}
    assert done.block_time is None


def test_a_sale_pays_proceeds_net_of_nothing() -> None:
    """Proceeds are what the pool paid; the fee stands apart."""
    view = transaction_view(US, {US: (SOL, SOL + 700 - 5_000)}, [TokenChange(ATA, TOKEN, US, 900, 100)])
    done = settle(view, US)
    assert parts(done) == {"lamports_delta": -4_300, "fee": 5_000, "trade": 700}
    assert done.token_deltas == {TOKEN: -800}


def test_a_sale_that_closes_its_account() -> None:
    """The rent that comes back is not proceeds."""
    view = transaction_view(
        US,
        {US: (SOL, SOL + 700 + RENT - 5_000), ATA: (RENT, 0)},
        [TokenChange(ATA, TOKEN, US, 900, None)],
    )
    done = settle(view, US)
    assert parts(done) == {
        "lamports_delta": 700 + RENT - 5_000,
        "fee": 5_000,
        "rent_returned": RENT,
        "trade": 700,
    }
    assert done.token_deltas == {TOKEN: -900}


def test_a_failed_transaction_costs_its_fee() -> None:
    """It landed with an error: the fee is gone, nothing else is."""
    err = {"InstructionError": [4, {"Custom": 6005}]}
    view = transaction_view(
        US, {US: (SOL, SOL - 9_000)}, [TokenChange(ATA, TOKEN, US, 5, 5)], fee=9_000, err=err
    )
    done = settle(view, US)
    assert parts(done) == {"lamports_delta": -9_000, "fee": 9_000}
    assert (done.err, dict(done.token_deltas)) == (err, {})


def test_closing_an_empty_account_is_no_trade() -> None:
    """Rent comes back, the fee goes, nothing was bought or sold."""
    view = transaction_view(
        US, {US: (SOL, SOL + RENT - 5_000), ATA: (RENT, 0)}, [TokenChange(ATA, TOKEN, US, 0, None)]
    )
    done = settle(view, US)
    assert parts(done) == {"lamports_delta": RENT - 5_000, "fee": 5_000, "rent_returned": RENT}
    assert done.token_deltas == {}


def test_wrapping_into_an_account_that_stays() -> None:
    """SOL that becomes wrapped SOL, rent of that account included, is still the wallet's SOL."""
    view = transaction_view(
        US,
        {US: (SOL, SOL - 300 - RENT - 5_000), WRAPPED: (0, RENT + 300)},
        [TokenChange(WRAPPED, WSOL_MINT, US, None, 300, decimals=9)],
    )
    assert parts(settle(view, US)) == {
        "lamports_delta": -300 - RENT - 5_000,
        "wsol_delta": RENT + 300,
        "fee": 5_000,
    }


def test_a_trade_through_an_account_that_stays() -> None:
    """A buy paid from wrapped SOL costs what left that account."""
    view = transaction_view(
        US,
        {US: (SOL, SOL - 5_000), WRAPPED: (RENT + SOL, RENT + SOL - 250)},
        [
            TokenChange(WRAPPED, WSOL_MINT, US, SOL, SOL - 250, decimals=9),
            TokenChange(ATA, TOKEN, US, 0, 10),
        ],
    )
    done = settle(view, US)
    assert parts(done) == {"lamports_delta": -5_000, "wsol_delta": -250, "fee": 5_000, "trade": -250}
    assert done.token_deltas == {TOKEN: 10}


def test_a_wrapped_account_that_changes_hands_is_lost_or_won() -> None:
    """Handing over the account moves its SOL, though its lamports stand still."""
    lost = TokenChange(WRAPPED, WSOL_MINT, US, SOL, SOL, decimals=9, new_owner="thief")
    won = TokenChange(WRAPPED, WSOL_MINT, "friend", SOL, SOL, decimals=9, new_owner=US)
    for change, moved in ((lost, -SOL - RENT), (won, SOL + RENT)):
        view = transaction_view(US, {US: (SOL, SOL - 5_000), WRAPPED: (SOL + RENT, SOL + RENT)}, [change])
        done = settle(view, US)
        assert parts(done) == {"lamports_delta": -5_000, "wsol_delta": moved, "fee": 5_000, "trade": moved}


def test_a_token_account_that_changes_hands_takes_its_tokens() -> None:
    """Tokens are the wallet's only while it owns the account."""
    change = TokenChange(ATA, TOKEN, US, 40, 30, new_owner="thief")
    done = settle(transaction_view(US, {US: (SOL, SOL - 5_000)}, [change]), US)
    assert done.token_deltas == {TOKEN: -40}


def test_the_rent_of_somebody_elses_account_is_cost() -> None:
    """Paying for a stranger's token account locks nothing of the wallet's, and theirs closing frees nothing."""
    view = transaction_view(
        US,
        {US: (SOL, SOL - RENT - 5_000), "theirs": (0, RENT), "gone": (RENT, 0)},
        [TokenChange("theirs", TOKEN, "friend", None, 5), TokenChange("gone", TOKEN, "friend", 5, None)],
    )
    assert parts(settle(view, US)) == {"lamports_delta": -RENT - 5_000, "fee": 5_000, "trade": -RENT}


def test_another_pays_the_fee() -> None:
    """A fee that somebody else paid is not the wallet's, nor is their tip."""
    view = transaction_view(
        "friend",
        {"friend": (SOL, SOL - 5_500), US: (7, 7 + 300), TIP: (0, 200)},
        [TokenChange(ATA, TOKEN, US, 5, 2)],
    )
    done = settle(view, US, [TIP])
    assert parts(done) == {"lamports_delta": 300, "trade": 300}
    assert done.token_deltas == {TOKEN: -3}


def test_a_tip_is_no_cost_of_the_trade() -> None:
    """Lamports to known tip accounts are counted apart, to others they are cost; a tip account's loss is not ours."""
    view = transaction_view(
        US,
        {
            US: (SOL, SOL - 5_000 - 100 - 30 - 1),
            TIP: (9, 109),
            "tip 2": (0, 30),
            "tip 3": (5, 0),
            "x": (0, 1),
        },
    )
    tips = [TIP, "tip 2", "tip 3", "tip 4"]
    assert parts(settle(view, US, tips)) == {
        "lamports_delta": -5_131,
        "fee": 5_000,
        "tip": 130,
        "trade": -1,
    }
    assert parts(settle(view, US)) == {"lamports_delta": -5_131, "fee": 5_000, "trade": -131}


def test_a_deposit_from_elsewhere() -> None:
    """Somebody sends SOL: all of it is what remains, no fee is ours."""
    view = transaction_view("friend", {"friend": (SOL, 0), US: (0, SOL - 5_000)})
    assert parts(settle(view, US)) == {"lamports_delta": SOL - 5_000, "trade": SOL - 5_000}


def test_a_deposit_of_wrapped_sol_that_does_not_name_the_wallet() -> None:
    """A transfer into an existing wrapped account counts though the wallet is not among the accounts."""
    view = transaction_view(
        "friend",
        {"friend": (SOL, SOL - 5_000), WRAPPED: (RENT, RENT + 42)},
        [TokenChange(WRAPPED, WSOL_MINT, US, 0, 42, decimals=9)],
    )
    assert parts(settle(view, US)) == {"wsol_delta": 42, "trade": 42}


def test_tokens_of_one_mint_in_two_accounts_add_up() -> None:
    """Moving tokens between the wallet's own accounts is no change."""
    view = transaction_view(
        US,
        {US: (SOL, SOL - 5_000)},
        [TokenChange(ATA, TOKEN, US, 10, 3), TokenChange("ata 2", TOKEN, US, 1, 8)],
    )
    assert settle(view, US).token_deltas == {}


def test_a_stranger_is_not_touched() -> None:
    """A transaction without the wallet did nothing to it."""
    view = transaction_view("friend", {"friend": (SOL, 0)}, [TokenChange(ATA, TOKEN, "friend", 1, 2)])
    done = settle(view, US)
    assert parts(done) == {}
    assert done.token_deltas == {}


amounts = st.integers(0, 2**53)
small = st.integers(0, 10**8)


@given(
    start=st.integers(2**56, 2**60),
    trade=st.integers(-(2**53), 2**53),
    fee=small,
    tip=small,
    opened=small,
    closed=small,
    wrapped=st.tuples(amounts, amounts),
    tokens=st.tuples(amounts, amounts),
)
def test_every_part_is_found_again(
    start: int,
    trade: int,
    fee: int,
    tip: int,
    opened: int,
    closed: int,
    wrapped: tuple[int, int],
    tokens: tuple[int, int],
) -> None:
    """Balances made from a trade, fee, tip, rents and wrapped SOL settle into exactly these parts."""
    end = start + trade - fee - tip - opened + closed - (wrapped[1] - wrapped[0])
    view = transaction_view(
        US,
        {US: (start, end), ATA: (0, opened), "old": (closed, 0), WRAPPED: wrapped, TIP: (3, 3 + tip)},
        [
            TokenChange(ATA, TOKEN, US, None, tokens[1]),
            TokenChange("old", TOKEN, US, tokens[0], None),
            TokenChange(WRAPPED, WSOL_MINT, US, wrapped[0], wrapped[1], decimals=9),
        ],
        fee=fee,
    )
    expected = {
        "lamports_delta": end - start,
        "wsol_delta": wrapped[1] - wrapped[0],
        "fee": fee,
        "tip": tip,
        "rent_paid": opened,
        "rent_returned": closed,
        "trade": trade,
    }
    done = settle(view, US, [TIP])
    assert parts(done) == {name: value for name, value in expected.items() if value}
    change = tokens[1] - tokens[0]
    assert done.token_deltas == ({TOKEN: change} if change else {})


@st.composite
def anything(draw: st.DrawFn) -> tuple[object, list[str]]:
    """A transaction between a few wallets with accounts of any kind, balances as wild as integers go."""
    wallets = ["a", "b", "c"]
    balance = st.integers(0, 2**64 - 1)
    lamports = {name: draw(st.tuples(balance, balance)) for name in (*wallets, TIP)}
    tokens = []
    for number in range(draw(st.integers(0, 5))):
        account = f"account {number}"
        lamports[account] = draw(st.tuples(balance, balance))
        tokens.append(
            TokenChange(
                account,
                draw(st.sampled_from([WSOL_MINT, "m", "n"])),
                draw(st.sampled_from(wallets)),
                draw(st.none() | balance),
                draw(st.none() | balance),
                new_owner=draw(st.none() | st.sampled_from(wallets)),
            )
        )
    payer = draw(st.sampled_from(wallets))
    return transaction_view(payer, lamports, tokens, fee=draw(balance)), wallets


@given(anything())
def test_the_identity_holds_for_any_balances(drawn: tuple[object, list[str]]) -> None:
    """Whatever happened, the parts add up; tokens and wrapped SOL of all owners add up to the accounts'."""
    view, wallets = drawn
    settled = [settle(view, wallet, [TIP]) for wallet in wallets]  # type: ignore[arg-type]
    for done in settled:
        parts(done)
        assert min(done.fee, done.tip, done.rent_paid, done.rent_returned) >= 0
    assert sum(done.fee > 0 for done in settled) <= 1
    for mint in ("m", "n"):
        after = sum(balance.raw for balance in view.post_tokens if balance.mint == mint)  # type: ignore[attr-defined]
        before = sum(balance.raw for balance in view.pre_tokens if balance.mint == mint)  # type: ignore[attr-defined]
        assert sum(done.token_deltas.get(mint, 0) for done in settled) == after - before


def test_jitos_tip_accounts_are_known() -> None:
    """Lamports to them are a tip without anybody saying so."""
    account = TIP_ACCOUNTS[6]
    view = transaction_view(US, {US: (SOL, SOL - 105_000), account: (890_880, 990_880)}, [], fee=5_000)
    assert parts(settle(view, US)) == {"lamports_delta": -105_000, "fee": 5_000, "tip": 100_000}
