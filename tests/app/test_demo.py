"""One demo in this process, watched from outside by an independent client (solana-py over HTTP)."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from solana.rpc.async_api import AsyncClient
from solana.rpc.models import TokenAccountOpts
from solders.pubkey import Pubkey
from solders.signature import Signature

from sniperforge.app.demo import FUNDS, DemoReport, Stage, open_stage, percentiles_ms, play, report
from sniperforge.domain.trade import Fill, Position, PositionState
from sniperforge.engine.events import BuyEnded, SessionEvent
from sniperforge.localnet.genesis import Genesis
from sniperforge.localnet.ledger.pace import MAINNET_PACE
from sniperforge.localnet.market.market import Market
from sniperforge.localnet.network import LocalNetwork

SEED, SECONDS, PER_MINUTE = 302, 5.5, 240
TOKEN_PROGRAMS = (
    "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
    "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb",
)
WSOL = "So11111111111111111111111111111111111111112"


@dataclass(slots=True)
class Outside:
    """What a client of the network sees of the wallet."""

    lamports: int = 0
    wsol: int = 0
    token_accounts: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return self.lamports + self.wsol


@dataclass(slots=True)
class Performance:
    """One demo, and everything that was seen of it."""

    folder: Path
    wallet: str
    before: Outside
    after: Outside
    report: DemoReport
    fills: list[Fill]
    positions: list[Position]
    known: set[str]
    foreign: int
    listed: list[str]
    landed: dict[str, Any]
    events: list[SessionEvent]


async def look(client: AsyncClient, wallet: Pubkey) -> Outside:
    """The wallet's balance and token accounts, asked for like anyone would."""
    seen = Outside((await client.get_balance(wallet, "processed")).value)
    for program in TOKEN_PROGRAMS:
        opts = TokenAccountOpts(program_id=Pubkey.from_string(program))
        for each in (await client.get_token_accounts_by_owner_json_parsed(wallet, opts, "processed")).value:
            info = each.account.data.parsed["info"]
            if info["mint"] == WSOL:
                seen.wsol += each.account.lamports
            else:
                seen.token_accounts[info["mint"]] = int(info["tokenAmount"]["amount"])
    return seen


async def sell_some(stage: Stage, bought: asyncio.Event) -> None:
    """A whole position and half of another by hand, so that sales and closed accounts are in the books."""
    await bought.wait()
    first, second = stage.trader.journal.positions()[:2]
    await stage.trader.guard.sell(first.id, None, origin="test", reason="by hand")
    await stage.trader.guard.sell(second.id, second.raw // 2, origin="test", reason="by hand")


async def perform() -> Performance:
    """The demo with a market twelve times as busy, for a few seconds."""
    events: list[SessionEvent] = []
    bought = asyncio.Event()

    def hear(event: SessionEvent) -> None:
        events.append(event)
        if sum(isinstance(each, BuyEnded) and each.outcome.ok for each in events) >= 2:
            bought.set()

    async with open_stage(seed=SEED, duration=SECONDS + 6, tell=hear, per_minute=PER_MINUTE) as stage:
        wallet = Pubkey.from_string(stage.trader.wallet)
        async with AsyncClient(stage.rpc_url) as client:
            before = await look(client, wallet)
            async with asyncio.TaskGroup() as group:
                group.create_task(sell_some(stage, bought))
                playing = group.create_task(play(stage, SECONDS))
            await settled(stage)
            after = await look(client, wallet)
            history = (await client.get_signatures_for_address(wallet, commitment="confirmed")).value
            listed = [str(each.signature) for each in history]
            landed = {text: await transaction(client, text) for text in listed}
        journal = stage.trader.journal
        return Performance(
            folder=stage.trader.node.settings.root.path,
            wallet=stage.trader.wallet,
            before=before,
            after=after,
            report=playing.result(),
            fills=journal.fills(),
            positions=journal.positions(tuple(PositionState)),
            known=journal.known_signatures(),
            foreign=journal.foreign_delta(),
            listed=listed,
            landed=landed,
            events=events,
        )


async def settled(stage: Stage) -> None:
    """Two more slots, so that the last transaction is confirmed for everyone."""
    await asyncio.sleep(2 * stage.network.ledger.profile.slot_ms / 1_000)
    assert stage.trader.journal.unresolved() == []


async def transaction(client: AsyncClient, signature: str) -> Any:
    """A transaction as the network tells it."""
    found = await client.get_transaction(
        Signature.from_string(signature), commitment="confirmed", max_supported_transaction_version=0
    )
    assert found.value is not None, signature
    return found.value.transaction


@pytest.fixture(scope="module")
def performance() -> Performance:
    """The demo, once for all tests of this file."""
    return asyncio.run(perform())


def test_the_chain_and_the_journal_tell_the_same_to_the_lamport(performance: Performance) -> None:
    """Seen from outside, the wallet changed by exactly what the books explain."""
    books = performance.report.books
    change = performance.after.total - performance.before.total
    assert performance.before.total == FUNDS
    assert change == performance.report.wallet_delta == books.wallet_delta
    assert performance.report.unexplained == 0
    moved = sum(each.settlement.lamports_delta + each.settlement.wsol_delta for each in performance.fills)
    assert change == moved + performance.foreign


def test_tokens_on_chain_are_the_positions(performance: Performance) -> None:
    """Every held position's tokens are in the wallet; dust that strangers sent aside, nothing else is."""
    on_chain = performance.after.token_accounts
    for position in performance.positions:
        held = on_chain.get(position.mint, 0)
        assert held >= position.raw
        assert position.raw > 0 or held < 10**6, "what was sold is gone"
    assert on_chain.keys() <= {position.mint for position in performance.positions}


def test_every_transaction_of_the_wallet_is_in_the_journal(performance: Performance) -> None:
    """The faucet's funding aside, the chain's history and the journal name the same signatures."""
    funding = performance.listed[-1]
    signers = [str(key) for key in performance.landed[funding].transaction.message.account_keys]
    assert signers[0] != performance.wallet
    signed = {
        text
        for text, found in performance.landed.items()
        if str(found.transaction.message.account_keys[0]) == performance.wallet
    }
    assert signed == performance.known
    assert funding not in performance.known


def test_every_fee_is_what_the_chain_took(performance: Performance) -> None:
    """Fill by fill, with what the transaction's own meta says; failed ones paid theirs too."""
    assert len(performance.fills) == len(performance.known)
    for fill in performance.fills:
        meta = performance.landed[fill.settlement.signature].meta
        assert fill.settlement.fee == meta.fee
        assert (fill.settlement.err is None) == (meta.err is None)
        assert fill.settlement.lamports_delta == meta.post_balances[0] - meta.pre_balances[0]


def test_it_bought_sold_and_closed(performance: Performance) -> None:
    """Every kind of trade is in the books that were checked."""
    kinds = {fill.kind.value for fill in performance.fills if fill.settlement.err is None}
    assert {"buy", "sell", "close_account"} <= kinds
    states = [position.state for position in performance.positions]
    assert PositionState.CLOSED in states
    assert PositionState.OPEN in states


def test_nothing_readable_was_bought(performance: Performance) -> None:
    """No launch whose trap stands on chain at its creation; what was bought is what the truth calls bought."""
    bought = performance.report.tally.bought
    launches = {launch["mint"]: launch for launch in performance.report.launches}
    assert len(bought) >= 2
    assert [launches[mint]["archetype"] for mint in bought if launches[mint]["readable"]] == []
    readable = [launch for launch in launches.values() if launch["readable"]]
    assert len(readable) >= 3, "the market offered traps"
    scored = performance.report.truth
    assert scored["organic"]["bought"] + scored["rug"]["bought"] == len(bought)
    assert scored["rug"]["bought"] == 0


def test_every_decision_is_counted(performance: Performance) -> None:
    """Each pool that was seen was bought, refused, or came too late to be judged to its end."""
    tally = performance.report.tally
    assert tally.seen >= len(performance.report.launches) - 2
    assert tally.refused + len(tally.bought) <= tally.seen
    assert tally.refused >= 3
    positions = performance.positions
    assert {position.mint for position in positions} == tally.bought
    held = [each for each in positions if each.closed_at is None]
    assert performance.report.open_positions == len(held)
    assert performance.report.unresolved == 0


def test_the_document(performance: Performance) -> None:
    """The names that scripts rely on; money is text with nine places."""
    data = json.loads(json.dumps(performance.report.to_json()))
    assert data.keys() >= {
        *("pools_seen", "bought", "refused", "exits", "open_positions", "unresolved"),
        *("realized_pnl_sol", "unrealized_pnl_sol", "fees_sol", "wallet_delta_sol"),
        *("refusals_by_check", "truth", "latency_ms"),
    }
    assert all(len(value.partition(".")[2]) == 9 for key, value in data.items() if key.endswith("_sol"))
    assert data["truth"]["organic"].keys() >= {"seen", "bought"}
    for name in ("detect_to_signed", "detect_to_landed"):
        assert data["latency_ms"][name]["p50"] > 0
    assert data["bought"] == len(performance.report.tally.bought)


def test_the_temporary_folder_is_gone(performance: Performance) -> None:
    """Nothing of a demo stays on disk."""
    assert performance.folder.name.startswith("sniperforge-demo-")
    assert not performance.folder.exists()


def test_the_same_seed_sees_the_same_launches(performance: Performance) -> None:
    """Another network of another genesis, moved by hand, launches the same tokens in the same order."""
    network = LocalNetwork(Genesis(bytes(32)), profile=MAINNET_PACE)
    market = Market(network.ledger, seed=SEED, per_minute=PER_MINUTE, last_launch_ms=4_000)
    market.open()
    for _ in range(14):
        network.ledger.advance(1)
    market.close()
    again = [
        (each.number, each.mint, each.pool, each.archetype.name) for each in market.truth.launches.values()
    ]
    names = ("number", "mint", "pool", "archetype")
    seen = [tuple(launch[name] for name in names) for launch in performance.report.launches]
    assert len(again) >= 7
    assert seen[: len(again)] == again[: len(seen)]


async def test_a_report_of_nothing() -> None:
    """Before anything happened every number is zero, and latencies are absent instead of zero."""
    async with open_stage(seed=1, duration=30, tell=lambda _event: None, per_minute=1) as stage:
        data = (await report(stage, 0)).to_json()
    assert (data["pools_seen"], data["bought"], data["wallet_delta_sol"]) == (0, 0, "0.000000000")
    assert data["latency_ms"]["detect_to_signed"] == {"p50": None, "p99": None}


def test_percentiles() -> None:
    """The median and the sample that 99 of 100 stay under, in milliseconds."""
    assert percentiles_ms([]) == {"p50": None, "p99": None}
    assert percentiles_ms([0.001]) == {"p50": 1.0, "p99": 1.0}
    assert percentiles_ms([number / 1_000 for number in range(200, 0, -1)]) == {"p50": 101.0, "p99": 198.0}
