"""The market as a whole, on a ledger whose time the test moves."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, takewhile
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from sniperforge.domain.addresses import USDC_MINT
from sniperforge.errors import ConfigError
from sniperforge.localnet.ledger.pace import FAST, INSTANT, MAINNET_PACE, SlotProfile
from sniperforge.localnet.ledger.refusals import BLOCKHASH_NOT_FOUND, TransactionRefusedError
from sniperforge.localnet.market.archetypes import ARCHETYPES, Aftermath, Archetype
from sniperforge.localnet.market.base_pair import OPENING_USD
from sniperforge.localnet.market.crowd import SIZE
from sniperforge.localnet.market.market import Market
from sniperforge.localnet.market.schedule import Launch, launches
from sniperforge.localnet.market.trading import WSOL
from sniperforge.localnet.market.truth import Truth
from sniperforge.localnet.program.cpmm.instructions import associated_token_account
from tests.localnet.market.bench import SOL, Chain, market_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from solders.account import Account as SvmAccount
    from solders.pubkey import Pubkey

    from sniperforge.localnet.ledger.records import TransactionRecord

MINUTE = 150
"""Slots of 400 ms."""


@dataclass(frozen=True, slots=True)
class Trade:
    """What one transaction of the crowd did to its trader's tokens, or that it failed."""

    trader: str
    tokens: int
    failed: bool


@dataclass(frozen=True, slots=True)
class Story:
    """All that a run of the market launched, in order, and what was traded of each launch."""

    launched: list[tuple[int, str, str, str]]
    notes: dict[str, list[str]]
    trades: dict[str, list[Trade]]


def trade_of(record: TransactionRecord, mint: bytes) -> Trade:
    """How a trader's holding of a mint changed."""
    trader = record.envelope.keys[0]

    def held(holdings: Any) -> int:
        return sum(each.amount for each in holdings if each.mint == mint and each.owner == bytes(trader))

    change = held(record.post_tokens) - held(record.pre_tokens)
    return Trade(str(trader), change, record.err is not None)


def story_of(chain: Chain, market: Market) -> Story:
    """Read from what landed; the truth only says which mints to look for."""
    traders = {str(trader.key) for trader in market._crowd._traders}
    by_crowd = [record for record in chain.landed if str(record.envelope.keys[0]) in traders]
    found = list(market.truth.launches.values())
    return Story(
        [(each.number, each.mint, each.pool, each.archetype.name) for each in found],
        {each.mint: [event.what for event in each.events] for each in found},
        {
            each.mint: [
                trade_of(record, bytes_of(each.mint))
                for record in by_crowd
                if each.pool in record.loaded.names
            ]
            for each in found
        },
    )


def bytes_of(address: str) -> bytes:
    """The key behind base58 text."""
    from solders.pubkey import Pubkey

    return bytes(Pubkey.from_string(address))


def run(
    slots: Callable[[Chain], None],
    *,
    seed: int = 7,
    genesis: bytes = b"g" * 32,
    phase: float = 0.0,
    per_minute: int = 60,
    profile: SlotProfile = MAINNET_PACE,
    last_launch_ms: int = 10_000,
) -> Story:
    """Open a market, let slots pass, close it."""
    chain = Chain(seed=genesis, phase=phase, profile=profile)
    market = market_on(chain, seed=seed, per_minute=per_minute, last_launch_ms=last_launch_ms)
    slots(chain)
    market.close()
    return story_of(chain, market)


def regular(chain: Chain) -> None:
    """Eighty seconds of slots, one after the other: the last trade of a launch of the first ten is over."""
    chain.slots(200 * 400 // chain.ledger.profile.slot_ms)


def skipping(chain: Chain) -> None:
    """The same time, in which every so often up to three slots have no block."""
    rng = Random(5)
    last = chain.ledger.chain.tip.slot + 200
    while chain.ledger.chain.tip.slot < last:
        chain.slots(skipped=rng.choice((0, 0, 0, 0, 1, 3)))


def jittering(chain: Chain) -> None:
    """The same slots, each up to 90 ms early or late."""
    rng = Random(6)
    start = chain.now
    for number in range(1, 201):
        chain.now = start + number * 0.4 + rng.uniform(-0.09, 0.09)
        chain.ledger.advance()


@pytest.fixture(scope="module")
def told() -> Story:
    """A market on regular slots."""
    return run(regular)


# -- the seed ------------------------------------------------------------------------------------------------


def test_the_same_seed_launches_the_same_in_any_network(told: Story) -> None:
    """Another genesis, another moment of the second: the same mints, kinds, order, trades and strikes."""
    assert len(told.launched) == 8
    assert sum(len(trades) for trades in told.trades.values()) > 150
    assert run(regular, genesis=b"h" * 32, phase=0.7) == told


@pytest.mark.parametrize("passing", [skipping, jittering])
def test_skipped_and_jittered_slots_change_nothing(told: Story, passing: Callable[[Chain], None]) -> None:
    """Every launch, each with the same trades to the raw unit, whatever the machine did to the slots."""
    assert run(passing) == told


def test_the_pace_of_slots_changes_nothing(told: Story) -> None:
    """Eight times as many slots a second are the same market."""
    assert run(regular, profile=FAST) == told


@pytest.mark.parametrize("phase", [0.0, 0.2, 0.6, 0.9])
def test_every_pool_is_open_when_the_crowd_comes(phase: float) -> None:
    """No first trade fails for the moment in a second at which a launch falls."""
    story = run(lambda chain: chain.slots(60), phase=phase, per_minute=120, last_launch_ms=20_000)
    closed = {mint for _, mint, _, kind in story.launched if kind == "default_frozen"}
    first = [each[0] for mint, each in story.trades.items() if each and mint not in closed]
    assert len(first) > 20
    assert not any(trade.failed for trade in first)


def test_another_seed_launches_others(told: Story) -> None:
    """No mint or pool in common, and another order of kinds."""
    other = run(regular, seed=8)
    assert not {mint for _, mint, _, _ in told.launched} & {mint for _, mint, _, _ in other.launched}
    assert [kind for *_, kind in told.launched] != [kind for *_, kind in other.launched]


def test_strangers_change_prices_not_launches(told: Story) -> None:
    """Somebody who trades too leaves mints, kinds and order as they are."""

    def visited(chain: Chain) -> None:
        chain.slots(20)
        from sniperforge.localnet.market.crowd import Crowd
        from sniperforge.localnet.market.launchpad import LaunchedToken
        from sniperforge.localnet.market.schedule import Step

        guests = Crowd(chain.ledger, chain.funded("guests"), 99)
        guests.open()
        first = next(launches(7, per_minute=60, crowd=SIZE))
        guests.trade(LaunchedToken(chain.ledger, first), Step(0, 0, lamports=5 * SOL))
        assert chain.landed[-1].err is None
        chain.slots(180)

    seen = run(visited)
    assert seen.launched == told.launched
    assert seen.trades != told.trades


# -- when ----------------------------------------------------------------------------------------------------


def due(last_ms: int | None, *, seed: int = 7, per_minute: int) -> list[Launch]:
    """What the schedule has until then."""
    coming = launches(seed, per_minute=per_minute, crowd=SIZE)
    return list(takewhile(lambda launch: last_ms is None or launch.at_ms <= last_ms, coming))


@pytest.mark.parametrize("last_ms", [1_999, 2_250, 9_999, 15_000])
@pytest.mark.parametrize("skipped", [0, 4])
def test_no_launch_is_due_after_the_last(last_ms: int, skipped: int) -> None:
    """All of the schedule until then and none after, each in the first block at or after its time."""
    chain = Chain()
    market = market_on(chain, per_minute=240, last_launch_ms=last_ms)
    opened = chain.ledger.chain.tip.slot
    chain.slots(last_ms // 400 // (1 + skipped) + 10, skipped=skipped)
    found = list(market.truth.launches.values())
    wanted = due(last_ms, per_minute=240)
    assert [each.number for each in found] == [launch.number for launch in wanted]
    for each, launch in zip(found, wanted, strict=True):
        assert 0 <= (each.at_slot - opened) * 400 - launch.at_ms < 400 * (1 + skipped)


def test_without_a_last_launch_it_goes_on() -> None:
    """Deck after deck."""
    chain = Chain()
    market = market_on(chain, per_minute=240)
    for slots in (30, 60):
        chain.slots(30)
        assert len(market.truth.launches) == len(due(slots * 400, per_minute=240)) > slots // 2


def test_a_market_of_no_launches_is_the_base_pair() -> None:
    """Zero a minute."""
    chain = Chain()
    market = market_on(chain, per_minute=0)
    before = len(chain.landed)
    chain.slots(MINUTE)
    assert market.truth.launches == {}
    assert len(chain.landed) > before
    assert all(str(market._base_pair._pool.pool) in record.loaded.names for record in chain.landed[before:])


def test_sol_opens_at_150_dollars() -> None:
    """The price for reports is the outside one, and walks with the slots."""
    chain = Chain()
    market = market_on(chain, per_minute=0)
    assert market.sol_usd == OPENING_USD
    chain.slots(10)
    assert market.sol_usd != OPENING_USD
    assert abs(market.sol_usd / OPENING_USD - 1) < 0.02


# -- how -----------------------------------------------------------------------------------------------------


def closed_doors(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on accounts change by transactions only."""
    keep = chain.ledger.vm.put

    def refuse(*_arguments: object) -> None:
        raise AssertionError("an account was changed outside a transaction")

    def put(key: Pubkey, account: SvmAccount) -> None:
        assert str(account.owner).startswith("Sysvar"), "an account was changed outside a transaction"
        keep(key, account)

    for owner, name in (
        (chain.ledger, "set_account"),
        (chain.ledger, "add_program"),
        (chain.ledger.vm, "add_program"),
    ):
        monkeypatch.setattr(owner, name, refuse)
    monkeypatch.setattr(chain.ledger.vm, "put", put)


def test_after_opening_everything_happens_by_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Launches of every kind, their strikes, trades, arbitrage: the ledger refuses anything else."""
    chain = Chain()
    market = market_on(chain, per_minute=120, last_launch_ms=20_000, hour_ms=4_000)
    closed_doors(chain, monkeypatch)
    chain.slots(120)
    launched = market.truth.launches.values()
    assert {launch.archetype.name for launch in launched} == {archetype.name for archetype in ARCHETYPES}
    assert {launch.archetype.aftermath for launch in launched if launch.events} == set(Aftermath) - {
        Aftermath.GROW,
        Aftermath.FADE,
    }


def test_opening_puts_down_two_accounts_and_no_more() -> None:
    """The treasury and USDC's mint; pool and crowd come by transactions that landed."""
    chain = Chain()
    put: list[str] = []
    keep = chain.ledger.set_account

    def note(account: Any) -> None:
        put.append(account.address)
        keep(account)

    chain.ledger.set_account = note  # type: ignore[method-assign]
    market = market_on(chain, per_minute=60)
    assert put == [str(market._treasury.key), USDC_MINT]
    assert len(chain.landed) > 2 * SIZE
    assert [record.err for record in chain.landed if record.err is not None] == []


def test_closing_stops_it() -> None:
    """No transaction any more, however many slots pass, though much was planned; twice is once."""
    chain = Chain()
    market = market_on(chain, per_minute=120)
    chain.slots(20)
    assert market._agenda
    market.close()
    landed, launched = len(chain.landed), len(market.truth.launches)
    chain.slots(MINUTE)
    market.close()
    assert (len(chain.landed), len(market.truth.launches)) == (landed, launched)
    assert chain.ledger.on_block == []


def test_before_opening_it_does_nothing() -> None:
    """Making one touches no account."""
    chain = Chain()
    Market(chain.ledger, seed=7, per_minute=60)
    chain.slots(10)
    assert chain.landed == []
    assert chain.ledger.account(USDC_MINT) is None


def test_a_launch_that_cannot_be_made_is_not_in_the_truth() -> None:
    """The market goes on: what could not be funded is left out, and the next one comes."""
    chain = Chain()
    market = market_on(chain, per_minute=60)
    treasury = chain.ledger.account(str(market._treasury.key))
    assert treasury is not None
    chain.drain(treasury.address)
    chain.slots(12)
    assert market.truth.launches == {}
    chain.ledger.set_account(treasury)
    chain.slots(8)
    assert min(launch.number for launch in market.truth.launches.values()) > 0


def test_slots_by_transaction_are_refused() -> None:
    """There the market's own transactions would move it on, without end."""
    with pytest.raises(ConfigError, match="slots that pass by time"):
        Market(Chain(profile=INSTANT).ledger, seed=7, per_minute=60)


# -- what it tells -------------------------------------------------------------------------------------------


def test_the_truth_notes_every_strike() -> None:
    """As many as the kind has, at its time after the launch, each with a transaction that landed."""
    chain = Chain()
    market = market_on(chain, seed=3, per_minute=120, last_launch_ms=20_000, hour_ms=6_000)
    chain.slots(2 * MINUTE)
    assert len(market.truth.launches) >= 36
    landed = {record.signature: record for record in chain.landed}
    for launch in market.truth.launches.values():
        kind, events = launch.archetype, launch.events
        quiet = kind.aftermath in (Aftermath.GROW, Aftermath.FADE)
        assert len(events) == (0 if quiet else kind.strikes), kind.name
        earliest, latest = first_strike(kind)
        assert not events or earliest <= (events[0].slot - launch.at_slot) * 400 <= latest + 400
        every = 4 if kind.slow else 5
        assert {later.slot - event.slot for event, later in pairwise(events)} <= {every, every - 1}
        assert all(landed[event.signature].err is None for event in events)


def first_strike(kind: Archetype) -> tuple[int, int]:
    """Between how many milliseconds after the launch a kind strikes first, an hour being six seconds."""
    if kind.slow:
        return 6_000, 24_000
    return (1_100, 2_000) if kind.aftermath is Aftermath.WASH else (8_000, 16_000)


def test_the_truth_names_what_is_on_chain() -> None:
    """Mint and pool of each launch exist, in the slot that it says."""
    chain = Chain()
    market = market_on(chain, per_minute=60, last_launch_ms=10_000)
    chain.slots(40)
    for launch in market.truth.launches.values():
        if launch.archetype.name == "non_transferable":
            assert launch.pool == ""
            continue
        assert chain.pool(launch.pool).base_mint == launch.mint
        born = min(record.slot for record in chain.landed if launch.pool in record.loaded.names)
        assert (launch.at_slot, launch.at_time) == (born, chain.ledger.chain.in_slot(born).time)


def test_a_minute_costs_little() -> None:
    """Transactions are what a market costs: about 34 for a launch and less than one a slot for the pair."""
    chain = Chain()
    market = market_on(chain, per_minute=12)
    before = len(chain.landed)
    chain.slots(MINUTE)
    assert len(market.truth.launches) >= 11
    assert len(chain.landed) - before < 12 * 45 + MINUTE


# -- what stands in its way ----------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.02, 0.3, 1.0])
def test_it_survives_refusals(share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the ledger refuses, launches end or go on, and every deed that is told has landed."""
    chain, rng = Chain(), Random(11)
    keep = chain.ledger.send

    def refuse(raw: bytes) -> TransactionRecord:
        if rng.random() < share:
            raise TransactionRefusedError(BLOCKHASH_NOT_FOUND)
        return keep(raw)

    market = Market(chain.ledger, seed=7, per_minute=240, last_launch_ms=12_000, hour_ms=4_000)
    monkeypatch.setattr(chain.ledger, "send", refuse)
    market.open()
    chain.slots(150)
    launched = market.truth.launches.values()
    assert (len(launched) > 5) == (share < 1)
    assert len(launched) < 40
    landed = {record.signature for record in chain.landed if record.err is None}
    assert {event.signature for launch in launched for event in launch.events} <= landed


def test_it_survives_failures_on_chain() -> None:
    """Everybody's money is gone in the midst of it: transactions fail, the market moves on, and recovers."""
    chain = Chain()
    market = market_on(chain, per_minute=240)
    chain.slots(20)
    for actor in (market._treasury, *market._crowd._traders):
        wrapped = associated_token_account(actor.key, WSOL)
        chain.drain(str(wrapped))
    before = len(market.truth.launches)
    chain.slots(40)
    assert len(market.truth.launches) > before + 20


def test_opened_again_on_the_same_chain_it_goes_on(tmp_path: Path) -> None:
    """A network that kept its state: what stands is left as it is, and launches come after the last one."""
    chain, file = Chain(), tmp_path / "truth.jsonl"
    market = market_on(chain, per_minute=120, truth_file=file)
    chain.slots(40)
    market.close()
    before = {launch.number for launch in market.truth.launches.values()}
    treasury = chain.ledger.account(str(market._treasury.key))
    again = market_on(chain, per_minute=120, truth_file=file)
    now = chain.ledger.account(str(market._treasury.key))
    assert treasury is not None
    assert now is not None
    assert now.lamports < treasury.lamports
    chain.slots(40)
    numbers = [launch.number for launch in again.truth.launches.values()]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) > len(before) + 20
    assert Truth.read(file).launches == again.truth.launches


@pytest.mark.parametrize("per_minute", [1, 50])
def test_from_quiet_to_busy(per_minute: int) -> None:
    """Two minutes at each pace: every launch that is due comes, and what is planned does not pile up."""
    chain = Chain()
    market = market_on(chain, per_minute=per_minute, hour_ms=5_000)
    chain.slots(MINUTE)
    planned = len(market._agenda)
    chain.slots(MINUTE)
    launched = [launch.number for launch in market.truth.launches.values()]
    assert launched == list(range(len(launched)))
    assert abs(len(launched) - 2 * per_minute) <= 3
    assert len(market._agenda) <= 1.5 * planned + 50
