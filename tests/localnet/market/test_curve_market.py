"""The stream of coins on the curve: launched, traded and dumped by its seed, slot by slot."""

from __future__ import annotations

from pathlib import Path

import pytest

from sniperforge.dex.registry import events_of_logs
from sniperforge.domain.chain import LogsNotice
from sniperforge.domain.pool import EventKind
from sniperforge.errors import ConfigError
from sniperforge.localnet.ledger.pace import INSTANT
from sniperforge.localnet.market.curve_market import CurveMarket
from sniperforge.localnet.market.truth import Truth
from sniperforge.localnet.program.pump_curve.instructions import PROGRAM
from tests.localnet.market.bench import Chain


def market_on(chain: Chain, truth: Truth, *, seed: int = 7) -> CurveMarket:
    market = CurveMarket(chain.ledger, seed=seed, per_minute=120, truth=truth)
    market.open()
    return market


def story(truth: Truth) -> list[tuple[int, str, str, list[str]]]:
    return [
        (each.number, each.mint, each.archetype.name, [event.what for event in each.events])
        for each in truth.launches.values()
    ]


def test_coins_are_launched_traded_and_dumped() -> None:
    """Every kind comes up; curves hold what buyers paid; each dump is told with its transaction."""
    chain, truth = Chain(), Truth()
    market = market_on(chain, truth)
    chain.slots(70)
    market.close()
    told = list(truth.launches.values())
    assert len(told) > 30
    assert {each.archetype.name for each in told} == {"curve_organic", "curve_fading", "curve_dump"}
    assert all(chain.ledger.account(each.pool).owner == str(PROGRAM) for each in told)  # type: ignore[union-attr]
    dumped = [event for each in told if each.archetype.rug for event in each.events]
    assert dumped
    landed = {record.signature for record in chain.landed if record.err is None}
    assert {event.signature for event in dumped} <= landed
    assert not [each for each in told if not each.archetype.rug and each.events]
    failed = [record for record in chain.landed if record.err is not None]
    assert len(failed) < len(chain.landed) // 20


def test_the_buyers_decoder_reads_it() -> None:
    """Every creation and every trade that landed is an event of the venue; no creation is missed."""
    chain, truth = Chain(), Truth()
    market = market_on(chain, truth)
    chain.slots(30)
    market.close()
    notices = [LogsNotice(it.signature, it.slot, it.err, tuple(it.logs)) for it in chain.landed]
    events = [event for notice in notices for event in events_of_logs(notice)]
    made = {event.pool for event in events if event.kind is EventKind.POOL_CREATED}
    assert made == {each.pool for each in truth.launches.values()}
    trades = [event for event in events if event.kind is EventKind.SWAP]
    assert len(trades) > 2 * len(made)
    assert {event.dex for event in events} == {"pumpfun"}


def test_the_seed_decides() -> None:
    """The same seed launches the same coins on any chain; another seed others; closing twice is closing."""
    stories = []
    for seed, genesis in ((7, b"a" * 32), (7, b"b" * 32), (8, b"a" * 32)):
        chain, truth = Chain(seed=genesis), Truth()
        market = market_on(chain, truth, seed=seed)
        chain.slots(30)
        market.close()
        market.close()
        chain.slots(5)
        stories.append(story(truth))
    assert stories[0] == stories[1]
    assert not {each[1] for each in stories[0]} & {each[1] for each in stories[2]}


def test_a_kept_chain_goes_on(tmp_path: Path) -> None:
    """A market opened again launches what had not been launched, at once, and its truth file can be read."""
    chain, truth = Chain(), Truth(tmp_path / "truth.jsonl")
    truth.open(goes_on=False)
    first = market_on(chain, truth)
    chain.slots(15)
    first.close()
    count = len(truth.launches)
    again = market_on(chain, truth)
    chain.slots(15)
    again.close()
    numbers = [each.number for each in truth.launches.values()]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) > count
    assert story(Truth.read(tmp_path / "truth.jsonl")) == story(truth)


def test_it_needs_slots_that_pass() -> None:
    """A network with a slot per transaction has no time for a market."""
    with pytest.raises(ConfigError, match="slots that pass"):
        CurveMarket(Chain(profile=INSTANT).ledger, seed=7, per_minute=60, truth=Truth())
