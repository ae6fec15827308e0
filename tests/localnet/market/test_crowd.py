"""The traders of launched tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.localnet.market.crowd import SIZE, Crowd
from sniperforge.localnet.market.schedule import Step
from sniperforge.localnet.program.cpmm.instructions import associated_token_account
from tests.localnet.market.bench import SOL, Chain, Launchpad, launched

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from sniperforge.tokens.account import TokenAccount

WRAPPED = 1_900 * SOL


def traders(crowd: Crowd) -> list[Pubkey]:
    """Their keys, in order."""
    return [trader.key for trader in crowd._traders]


def wsol(chain: Chain, trader: Pubkey) -> int:
    """Wrapped lamports of a trader."""
    from solders.pubkey import Pubkey

    return chain.token_account(associated_token_account(trader, Pubkey.from_string(WSOL_MINT))).raw


def tokens(pad: Launchpad, trader: int) -> TokenAccount:
    """A trader's account of the launched token."""
    owner = traders(pad.crowd)[trader]
    return pad.chain.token_account(associated_token_account(owner, pad.token.mint, pad.token.program))


def test_everyone_starts_with_the_same() -> None:
    """2,000 SOL, of which 1,900 are wrapped; the rest pays fees and rents."""
    chain = Chain()
    crowd = Crowd(chain.ledger, chain.funded("treasury"), 3)
    crowd.open()
    assert len(set(traders(crowd))) == SIZE
    assert all(record.err is None for record in chain.landed)
    for trader in traders(crowd):
        account = chain.ledger.account(str(trader))
        assert account is not None
        assert wsol(chain, trader) == WRAPPED
        assert 99 * SOL < account.lamports < 100 * SOL


def test_the_crowd_is_its_markets() -> None:
    """Another seed is other people."""
    chain = Chain()
    treasury = chain.funded("treasury")
    one, same, other = (Crowd(chain.ledger, treasury, seed) for seed in (1, 1, 2))
    assert traders(one) == traders(same)
    assert not set(traders(one)) & set(traders(other))


def test_a_buy_spends_what_the_step_says() -> None:
    """To the lamport; what comes is what the pool quoted."""
    pad = launched("organic")
    quote = pad.chain.pool(pad.token.pool.pool).quote(WSOL_MINT, 3 * SOL)
    pad.crowd.trade(pad.token, Step(0, 5, lamports=3 * SOL))
    assert wsol(pad.chain, traders(pad.crowd)[5]) == WRAPPED - 3 * SOL
    assert tokens(pad, 5).raw == quote.amount_out


def test_a_sale_gives_its_share() -> None:
    """So many percent of what is held, rounded down; the lamports come back wrapped."""
    pad = launched("organic")
    pad.crowd.trade(pad.token, Step(0, 5, lamports=3 * SOL))
    held = tokens(pad, 5).raw
    pad.crowd.trade(pad.token, Step(0, 5, sell_percent=30))
    assert tokens(pad, 5).raw == held - held * 30 // 100
    assert wsol(pad.chain, traders(pad.crowd)[5]) > WRAPPED - 3 * SOL
    pad.crowd.trade(pad.token, Step(0, 5, sell_percent=100))
    assert tokens(pad, 5).raw == 0


def test_tokens_with_a_transfer_fee_are_traded_too() -> None:
    """The buyer gets less than left the pool, as the mint says."""
    pad = launched("transfer_fee_trap")
    pad.crowd.trade(pad.token, Step(0, 0, lamports=SOL))
    account = tokens(pad, 0)
    assert account.withheld_raw > 0
    assert account.raw == (account.raw + account.withheld_raw) * 8 // 10
    pad.crowd.trade(pad.token, Step(0, 0, sell_percent=100))
    assert tokens(pad, 0).raw == 0


def test_who_has_nothing_sells_nothing() -> None:
    """No transaction at all."""
    pad = launched("organic")
    before = len(pad.chain.landed)
    pad.crowd.trade(pad.token, Step(0, 1, sell_percent=90))
    assert len(pad.chain.landed) == before


def test_a_trade_may_fail_on_chain() -> None:
    """It lands and moves nothing: here the seller was frozen."""
    pad = launched("freeze_trap")
    pad.crowd.trade(pad.token, Step(0, 2, lamports=SOL))
    pad.strike()
    held = tokens(pad, 2)
    pad.crowd.trade(pad.token, Step(0, 2, sell_percent=50))
    assert pad.chain.landed[-1].err is not None
    assert tokens(pad, 2) == held


def test_who_runs_out_is_funded_again() -> None:
    """Money in dead pools does not come back; the market goes on for as long as its network."""
    pad = launched("organic")
    for _ in range(4):
        pad.crowd.trade(pad.token, Step(0, 7, lamports=500 * SOL))
    assert all(record.err is None for record in pad.chain.landed)
    assert wsol(pad.chain, traders(pad.crowd)[7]) == 2 * WRAPPED - 4 * 500 * SOL
