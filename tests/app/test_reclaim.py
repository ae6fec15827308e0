"""Closing accounts by command, against a real network: agreed to, journalled, booked to the lamport."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sniperforge.app import reclaim as module
from sniperforge.app.holding import take
from sniperforge.app.node import open_node
from sniperforge.app.reclaim import CHANGED, Closing, Reclaim, _as_known, look, reclaim
from sniperforge.app.reclaim_survey import Wanted
from sniperforge.app.sales import sell_held
from sniperforge.app.wallet import wallet_entry
from sniperforge.config.load import Settings
from sniperforge.domain.addresses import USDC_MINT
from sniperforge.domain.lifecycle import TxEvent, TxState
from sniperforge.domain.outcome import Outcome, OutcomeKind
from sniperforge.domain.trade import IntentKind
from sniperforge.errors import (
    RefusedError,
    RejectedError,
    UnavailableError,
    UnknownOutcomeError,
    WalletBusyError,
)
from sniperforge.localnet.genesis import Genesis
from sniperforge.localnet.ledger.pace import FAST
from sniperforge.localnet.network import LocalNetwork
from sniperforge.store.journal import Journal
from sniperforge.store.journal_reader import JournalReader
from sniperforge.testing.trades import make_attempt, make_fill, make_intent, make_settlement
from tests.app.place import SEED, SOL, on, settings_in
from tests.app.session_kit import bot, place, until
from tests.app.test_transfers import no_password
from tests.localnet.kit import address, holding, mint

RENT = 2_039_280
ALL = Wanted(mints=frozenset({USDC_MINT}))


@pytest.fixture
async def network() -> AsyncIterator[LocalNetwork]:
    """A network with a mint on it."""
    async with LocalNetwork(
        Genesis(SEED, accounts=(mint(USDC_MINT, supply=10**9),)), profile=FAST
    ) as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path, network: LocalNetwork) -> Settings:
    """A project on it with 1 SOL in its own wallet."""
    found = on(settings_in(tmp_path), network)
    network.faucet.drip(wallet_entry(found).pubkey, SOL)
    return found


@pytest.fixture
def give(settings: Settings, network: LocalNetwork) -> Callable[..., str]:
    """Puts a token account into the wallet."""

    def put(number: int, raw: int = 0, **more: Any) -> str:
        wallet = wallet_entry(settings).pubkey
        network.ledger.set_account(holding(address(number), USDC_MINT, wallet, raw, **more))
        return address(number)

    return put


def lamports(network: LocalNetwork, where: str) -> int:
    """Of an account; 0 when it is gone."""
    account = network.ledger.account(where)
    return account.lamports if account else 0


async def record(settings: Settings) -> Path:
    """Where the wallet's journal is."""
    async with open_node(settings) as node:
        return node.journal_path(wallet_entry(settings).pubkey)


async def test_looking_changes_nothing(settings: Settings, network: LocalNetwork, give: Any) -> None:
    """The rent that would come back, also while another process holds the wallet; no journal is made."""
    give(1)
    async with open_node(settings) as node:
        with take(node, wallet_entry(settings).pubkey, bot="lp-sniper", command="start"):
            found = await look(settings, Wanted())
    data = found.to_json()
    assert (data["closable"], data["closable_rent_sol"], data["closed"]) == (1, "0.002039280", 0)
    assert data["transactions"] == []
    assert lamports(network, found.wallet) == SOL
    assert not (await record(settings)).exists()


async def test_the_rent_comes_back_and_is_booked(
    settings: Settings, network: LocalNetwork, give: Any
) -> None:
    """Thirty empty and one burned, in two transactions; chain and journal agree to the lamport."""
    accounts = [give(n) for n in range(1, 31)] + [give(31, 5)]
    found = await look(settings, ALL)
    done = await reclaim(settings, ALL, frozenset(found.disposals), no_password)
    data = done.to_json()
    assert done.error() is None
    assert [each["outcome"] for each in data["transactions"]] == ["filled", "filled"]
    assert (data["closed"], data["burned"], data["rent_returned_sol"]) == (31, 1, f"0.0{31 * RENT}")
    assert not any(lamports(network, each) for each in accounts)
    with closing(JournalReader(await record(settings))) as journal:
        fills = journal.fills()
        assert {fill.kind for fill in fills} == {IntentKind.CLOSE_ACCOUNT}
        assert {fill.origin for fill in fills} == {"wallet reclaim"}
        assert sum(fill.settlement.rent_returned for fill in fills) == 31 * RENT
        moved = sum(fill.settlement.lamports_delta for fill in fills)
        named = [each for fill in fills for each in journal.intent(fill.intent_id).facts["accounts"]]  # type: ignore[union-attr]
    assert lamports(network, done.wallet) == SOL + moved
    assert sorted(named) == sorted(accounts)
    assert (await look(settings, ALL)).candidates == ()


async def test_what_changed_since_is_left(settings: Settings, network: LocalNetwork, give: Any) -> None:
    """Tokens that came meanwhile are not burned, and what was not shown is not closed."""
    give(1, 5)
    kept, gone = give(2), give(3)
    found = await look(settings, ALL)
    give(1, 6)
    agreed = frozenset(each for each in found.disposals if each.account != kept)
    done = await reclaim(settings, ALL, agreed, no_password)
    assert done.to_json()["closed"] == 1
    assert lamports(network, gone) == 0
    assert {each.account for each in done.candidates if each.keep == CHANGED} == {address(1), kept}


async def test_what_the_chain_would_refuse_is_named(
    settings: Settings, network: LocalNetwork, give: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An obstacle that the bytes do not show: the simulation finds the account, the others are closed."""
    monkeypatch.setattr("sniperforge.app.reclaim_survey.obstacle", lambda *_: "")
    bad, good = give(1, 5, state=2), give(2)
    found = await look(settings, ALL)
    assert [(each.account, each.action) for each in found.candidates] == [(good, "close"), (bad, "keep")] or {
        each.account: each.action for each in found.candidates
    } == {good: "close", bad: "keep"}
    assert any("the chain would refuse it" in each.keep for each in found.candidates)
    done = await reclaim(settings, ALL, frozenset(found.disposals), no_password)
    assert (done.error(), lamports(network, good)) == (None, 0)
    assert lamports(network, bad) == RENT


async def test_no_lamport_for_the_fee(settings: Settings, network: LocalNetwork, give: Any) -> None:
    """Nothing could be sent at all: refused with what the node says."""
    give(1)
    wallet = wallet_entry(settings).pubkey
    network.ledger.set_account(replace(network.ledger.account(wallet), lamports=1))  # type: ignore[type-var]
    with pytest.raises(RefusedError, match="the simulation of the closing says"):
        await look(settings, Wanted())


async def test_a_held_wallet_is_left_alone(settings: Settings, give: Any) -> None:
    """Exit 5 names the holder."""
    give(1)
    found = await look(settings, Wanted())
    async with open_node(settings) as node:
        lock = take(node, found.wallet, bot="lp-sniper", command="start")
        with lock:
            with pytest.raises(WalletBusyError, match="bot lp-sniper"):
                await look(settings, Wanted(), to_close=True)
            with pytest.raises(WalletBusyError, match="bot lp-sniper"):
                await reclaim(settings, Wanted(), frozenset(found.disposals), no_password)


async def test_on_paper_nothing_is_sent(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mainnet needs both switches."""
    monkeypatch.setattr(type(settings), "trading_mode", lambda *_, **__: "paper")
    with pytest.raises(RefusedError, match="mainnet is on paper"):
        await reclaim(settings, Wanted(), frozenset(), no_password)


async def test_a_refused_one_ends_it(settings: Settings, give: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The door says no to the first; the others are not tried."""
    for number in range(1, 31):
        give(number)
    found = await look(settings, Wanted())

    def closed(_door: Any, _spend: int) -> None:
        raise RefusedError("no")

    monkeypatch.setattr("sniperforge.engine.door.Door.admit_closing", closed)
    done = await reclaim(settings, Wanted(), frozenset(found.disposals), no_password)
    assert [each.outcome.kind for each in done.closings] == [OutcomeKind.REFUSED]
    assert isinstance(done.error(), RefusedError)


async def test_an_outcome_that_comes_late(
    settings: Settings, give: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not known when the wait ends is settled by the drain, and told."""
    monkeypatch.setattr(module, "WAIT_SECONDS", 0.0)
    give(1)
    found = await look(settings, Wanted())
    done = await reclaim(settings, Wanted(), frozenset(found.disposals), no_password)
    assert [each.outcome.kind for each in done.closings] == [OutcomeKind.FILLED]


@pytest.mark.parametrize("end", ["open", "dead", "landed"])
def test_how_one_ended(tmp_path: Path, end: str) -> None:
    """As the journal has it; without proof it stays unknown."""
    intent = make_intent("c", IntentKind.CLOSE_ACCOUNT, mint="")
    attempt = make_attempt(intent, state=TxState.SUBMITTED)
    outcome = Outcome(OutcomeKind.UNKNOWN, "c", attempt.signature, "no news")
    with closing(Journal(tmp_path / "journal.db")) as journal:
        journal.record_intent(intent, attempt)
        if end == "dead":
            journal.mark_dead(attempt.signature, 1.0)
        elif end == "landed":
            journal.book(make_fill(intent, make_settlement(attempt.signature)), TxEvent.LANDED)
        found = _as_known(journal, outcome)
    kinds = {"open": OutcomeKind.UNKNOWN, "dead": OutcomeKind.DEAD, "landed": OutcomeKind.FILLED}
    assert found.kind is kinds[end]


@pytest.mark.parametrize(
    ("kinds", "error"),
    [
        ((OutcomeKind.FILLED,), None),
        ((OutcomeKind.FILLED, OutcomeKind.DEAD), UnavailableError),
        ((OutcomeKind.DEAD, OutcomeKind.REJECTED), RejectedError),
        ((OutcomeKind.REJECTED, OutcomeKind.REFUSED), RefusedError),
        ((OutcomeKind.REFUSED, OutcomeKind.UNKNOWN), UnknownOutcomeError),
    ],
    ids=str,
)
def test_the_worst_outcome_gives_the_exit_code(
    kinds: tuple[OutcomeKind, ...], error: type[Exception] | None
) -> None:
    """Unknown before all others."""
    closings = tuple(Closing((), Outcome(kind, "i", f"signature {kind}", "why")) for kind in kinds)
    found = Reclaim("w", "live", (), closings).error()
    assert (found is None) if error is None else (type(found) is error)


async def test_what_is_left_of_a_sale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real pool says that a few units are worth nothing and that many are worth selling; then they burn."""
    async with place(tmp_path, monkeypatch, per_minute=480) as (network, project):
        async with bot(project) as trader:
            (held, *_) = await until(trader.journal.positions)
            trader.session.halt("the test counts")
            await sell_held(project.settings, None, {"percent": 100}, no_password)
        wanted = Wanted(worthless=True)
        found = {}
        for raw in (5, held.raw):
            dust = holding(held.token_account, held.mint, project.wallet, raw)
            network.ledger.set_account(replace(dust, owner=held.token_program))
            candidates = (await look(project.settings, wanted)).candidates
            found[raw] = next(each for each in candidates if each.account == held.token_account)
        assert "in its pool: sell it" in found[held.raw].keep
        assert (found[5].action, found[5].keep) == ("burn", "")


async def test_nonce_accounts_are_closed_when_asked_for(settings: Settings, network: LocalNetwork) -> None:
    """Their rent comes back and is booked as such; without the option they stay."""
    from sniperforge.app.trader import open_trader
    from sniperforge.app.wallet import open_signer

    entry = wallet_entry(settings)
    async with open_node(settings, patient=True) as node:
        signer = open_signer(entry, no_password)
        async with open_trader(node, signer, bot="", command="test", tell=lambda _event: None) as trader:

            async def make() -> None:
                for indexes in (range(4), range(4, 5)):
                    assert (await trader.executor.open_nonces(indexes)).ok

            await trader.session.run(make())
    made = network.ledger.chain.tip.blockhash
    # A value of this block cannot be given up in it.
    await until(lambda: network.ledger.chain.tip.blockhash != made)
    assert (await look(settings, Wanted())).nonces == {}
    wanted = Wanted(nonces=True)
    found = await look(settings, wanted)
    assert sorted(found.nonces.values()) == [1_447_680] * 5
    done = await reclaim(settings, wanted, frozenset(), no_password)
    assert done.error() is None
    assert done.nonces == found.nonces
    assert done.returned == 5 * 1_447_680
    assert (await look(settings, wanted)).nonces == {}
    with closing(JournalReader(await record(settings))) as journal:
        assert journal.nonce_accounts() == {}
        fills = journal.fills()
        assert sum(fill.settlement.trade for fill in fills) == 0
        spent = sum(fill.settlement.fee for fill in fills)
    assert lamports(network, found.wallet) == SOL - spent
