"""Facts about real pools on the embedded chain: what each kind of launch shows, and what outages leave."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from sniperforge.chain.retries import NO_RETRY
from sniperforge.chain.rpc import RpcClient
from sniperforge.dex.raydium_cpmm.venue import RaydiumCpmm
from sniperforge.domain.addresses import SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, WSOL_MINT
from sniperforge.domain.chain import Account
from sniperforge.domain.events import NewPool
from sniperforge.engine.facts import OPENING_SECONDS, FactGatherer
from sniperforge.errors import UnavailableError
from sniperforge.risk.facts import PoolFacts
from sniperforge.testing.rpc import FakeRpc
from sniperforge.tokens.addresses import seeded_address
from tests.engine.kit import SOL, SPEND, World

if TYPE_CHECKING:
    from pathlib import Path

    from sniperforge.localnet.market.launchpad import LaunchedToken


class Node(FakeRpc):
    """The chain's node; the n-th request may fail, answers may be changed."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.asked: list[str] = []
        self.fails_at: set[int] = set()
        self.changes: dict[str, Any] = {}

    async def post(self, payload: bytes) -> bytes:
        """The chain's answer, unless the test says otherwise."""
        request = msgspec.json.decode(payload)
        self.asked.append(request["method"])
        if len(self.asked) - 1 in self.fails_at:
            raise UnavailableError("down")
        answer = self.world.network.dispatcher.dispatch(payload)
        change = self.changes.get(request["method"])
        if change is None:
            return answer
        reply = msgspec.json.decode(answer)
        change(reply)
        return msgspec.json.encode(reply)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A chain with a funded wallet."""
    return World(tmp_path)


@pytest.fixture
def node(world: World) -> Node:
    """Its node."""
    return Node(world)


def gatherer(world: World, node: Node) -> FactGatherer:
    """A gatherer that asks this node."""
    rpc = RpcClient(node, world.clock, retry=NO_RETRY)
    return FactGatherer(rpc=rpc, wallet=world.wallet, account_rent=world.rent, clock=world.clock)


async def facts_of(world: World, node: Node, token: LaunchedToken, spend: int = SPEND) -> PoolFacts:
    """The facts of a launched token's pool."""
    facts, _ = await gatherer(world, node).gather(world.new_pool(token), spend)
    return facts


async def test_a_plain_launch(world: World, node: Node) -> None:
    """Everything is known, and as the launchpad made it."""
    token = await world.launch("organic", liquidity=30 * SOL)
    facts, opportunity = await gatherer(world, node).gather(world.new_pool(token), SPEND)
    assert facts.missing == {}
    assert (facts.pool, facts.mint, facts.dex) == (str(token.pool.pool), str(token.mint), "raydium_cpmm")
    assert facts.token is not None
    assert (facts.token.mint_authority, facts.token.freeze_authority) == (None, None)
    assert (facts.quote_mint, facts.quote_liquidity, facts.canonical) == (WSOL_MINT, 30 * SOL, True)
    assert facts.creator == str(token.creator)
    assert facts.lp_pool_supply is not None
    assert facts.lp_mint_supply is not None
    assert facts.lp_mint_supply * 100 < facts.lp_pool_supply
    assert facts.holders is not None
    assert {holder.owner_program for holder in facts.holders} >= {SYSTEM_PROGRAM}
    assert facts.base_vault in {holder.account for holder in facts.holders}
    assert facts.created_at is not None
    assert facts.now - facts.created_at <= 2
    assert opportunity is not None
    assert opportunity.facts is facts
    assert opportunity.state.address == facts.pool


@pytest.mark.parametrize("spend", [1_000_000, SPEND, 10 * SOL])
async def test_the_round_trip_is_what_the_pool_says(world: World, node: Node, spend: int) -> None:
    """No token tax: what the simulation brings is the formula's amount, whatever the size."""
    token = await world.launch()
    facts = await facts_of(world, node, token, spend)
    trip = facts.round_trip
    assert trip is not None
    assert (trip.spent, trip.error) == (spend, None)
    assert trip.received == trip.expected
    assert 0.985 < trip.received / spend < 1
    assert 10_000 < trip.units < 200_000


async def test_a_high_pool_fee_is_no_tax(world: World, node: Node) -> None:
    """The fee is part of what the formula expects; nothing is left that the token took."""
    token = await world.launch()
    config = world.ledger.account(str(token.pool.config))
    assert config is not None
    data = bytearray(config.data)
    data[12:20] = (40_000).to_bytes(8, "little")  # 4 %
    world.ledger.set_account(replace(config, data=bytes(data)))
    facts = await facts_of(world, node, token)
    assert facts.round_trip is not None
    assert facts.round_trip.received == facts.round_trip.expected
    assert facts.round_trip.received < SPEND * 93 // 100


async def test_a_transfer_fee_is_paid_in_the_round_trip(world: World, node: Node) -> None:
    """A fifth of the tokens on each way; the mint's extension tells of it as well."""
    token = await world.launch("transfer_fee_trap")
    facts = await facts_of(world, node, token)
    assert facts.token is not None
    assert facts.token.program == TOKEN_2022_PROGRAM
    trip = facts.round_trip
    assert trip is not None
    assert trip.received < SPEND * 70 // 100 or trip.error is not None


async def test_nothing_is_left_behind_by_a_simulation(world: World, node: Node) -> None:
    """Neither lamports nor accounts move, and nothing was signed or sent."""
    token = await world.launch()
    before, total = world.lamports(), world.ledger.chain.tip.total
    await facts_of(world, node, token)
    assert world.lamports() == before
    assert world.ledger.chain.tip.total == total
    assert "sendTransaction" not in node.asked


async def test_lamports_on_a_simulated_address_spoil_one_pool_only(world: World, node: Node) -> None:
    """The account that a simulation creates has another address for every pool."""
    spoiled, other = await world.launch(), await world.launch()
    address = seeded_address(world.wallet, str(spoiled.pool.pool)[:32])
    world.ledger.set_account(Account(address, SYSTEM_PROGRAM, 1_000_000, b""))
    bad, good = await facts_of(world, node, spoiled), await facts_of(world, node, other)
    assert bad.round_trip is None or bad.round_trip.error is not None
    assert good.round_trip is not None
    assert good.round_trip.error is None


async def test_a_pool_that_is_not_open_yet(world: World, node: Node) -> None:
    """The simulation fails and says nothing about the token; a few seconds later it does."""
    token = world.create()
    early = await facts_of(world, node, token)
    assert early.round_trip is None
    assert "not open yet" in early.missing["round_trip"]
    assert early.token is not None
    await world.clock.sleep(2)
    world.slots()
    assert (await facts_of(world, node, token)).round_trip is not None


async def test_a_chain_whose_clock_is_behind(world: World, node: Node) -> None:
    """Ours says open, the chain's not: unknown for a while, then it is the token's fault."""
    token = world.create()
    await world.clock.sleep(OPENING_SECONDS - 1)  # no slot: the chain's clock stands still
    assert (await facts_of(world, node, token)).round_trip is None
    await world.clock.sleep(3)
    trip = (await facts_of(world, node, token)).round_trip
    assert trip is not None
    assert trip.error is not None
    assert "Error" in trip.error


async def test_an_empty_wallet_is_not_the_tokens_fault(world: World, node: Node) -> None:
    """The simulation cannot be paid for: unknown, with what the wallet holds."""
    token = await world.launch()
    facts = await facts_of(world, node, token, 100 * SOL)
    assert facts.round_trip is None
    assert "too little for a buy of 100" in facts.missing["round_trip"]
    world.ledger.set_account(Account(world.wallet, SYSTEM_PROGRAM, SPEND + world.rent, b""))
    facts = await facts_of(world, node, token)
    assert facts.round_trip is None, "two accounts' rent is needed beside the spend"
    assert "too little" in facts.missing["round_trip"]


async def test_a_venue_that_cannot_be_traded(world: World, node: Node) -> None:
    """Nothing is read; what it is stays in the facts."""
    token = await world.launch()
    pool = world.new_pool(token)
    odd = NewPool(replace(pool.event, dex="elsewhere"), pool.transaction, 0.0, 0.0)
    facts, opportunity = await gatherer(world, node).gather(odd, SPEND)
    assert opportunity is None
    assert facts.missing == {"canonical": "elsewhere cannot be traded yet"}
    assert node.asked == []


async def test_a_pool_that_is_not_there(world: World, node: Node) -> None:
    """A creation that was rolled back, or an event that lies."""
    token = await world.launch()
    pool = world.new_pool(token)
    gone = NewPool(replace(pool.event, pool=world.wallet), pool.transaction, 0.0, 0.0)
    facts, opportunity = await gatherer(world, node).gather(gone, SPEND)
    assert opportunity is None
    assert facts.token is None
    assert "token" in facts.missing
    assert (facts.creator, facts.quote_mint) == (str(token.creator), WSOL_MINT), "the event told"


async def test_an_event_that_tells_little(world: World, node: Node) -> None:
    """Accounts that it does not name are found through the pool, but for the LP holders."""
    token = await world.launch()
    pool = world.new_pool(token)
    sparse = replace(pool.event, facts={}, base_vault="", quote_vault="")
    facts, opportunity = await gatherer(world, node).gather(
        NewPool(sparse, pool.transaction, 0.0, 0.0), SPEND
    )
    assert opportunity is not None
    assert facts.creator == str(token.creator)
    assert facts.lp_holders is None
    assert facts.round_trip is not None


async def test_a_base_that_is_not_priced_in_sol(world: World, node: Node) -> None:
    """There is no round trip to simulate."""
    token = await world.launch()
    odd = type("Odd", (), {"quote_mint": "usdc", "base_mint": str(token.mint)})()
    assert await gatherer(world, node)._round_trip(RaydiumCpmm(), odd, SPEND) is None


async def test_each_read_may_fail(world: World, node: Node) -> None:
    """Whichever request fails: the fact it was for is missing with the reason, and nothing is invented."""
    token = await world.launch()
    pool = world.new_pool(token)
    whole = await facts_of(world, node, token)
    count = len(node.asked)
    assert count >= 7
    lost: set[str] = set()
    for number in range(count):
        node.asked, node.fails_at = [], {number}
        facts, opportunity = await gatherer(world, node).gather(pool, SPEND)
        assert facts.missing, number
        assert all(reason for reason in facts.missing.values())
        lost |= set(facts.missing)
        assert (opportunity is None) == (facts.token is None)
        for name in ("holders", "lp_holders", "round_trip", "token", "quote_liquidity", "canonical"):
            assert getattr(facts, name) in (None, getattr(whole, name)), (number, name)
    assert lost >= {"token", "epoch", "holders", "lp_holders", "round_trip"}


async def test_garbled_accounts_are_missing_facts(world: World, node: Node) -> None:
    """A node that shows a holder's account as something else: unknown, not an exception."""
    token = await world.launch()

    def garble(reply: Any) -> None:
        if node.asked.count("getMultipleAccounts") == 2:  # the pool's own accounts came first
            reply["result"]["value"][0]["data"][0] = "AAAA"

    node.changes["getMultipleAccounts"] = garble
    facts = await facts_of(world, node, token)
    assert facts.token is not None
    assert facts.holders is None
    assert facts.missing["holders"]
    assert facts.lp_holders is not None, "what another read brought stays"


async def test_a_simulation_that_hides_the_account(world: World, node: Node) -> None:
    """Nothing came back that could be read: unknown."""
    token = await world.launch()
    node.changes["simulateTransaction"] = lambda reply: reply["result"]["value"].update(accounts=[None])
    facts = await facts_of(world, node, token)
    assert facts.round_trip is None
    assert "did not show" in facts.missing["round_trip"]


async def test_the_epoch_is_asked_once_a_minute(world: World, node: Node) -> None:
    """Not for every pool."""
    token = await world.launch()
    gathering = gatherer(world, node)
    for _ in range(3):
        await gathering.gather(world.new_pool(token), SPEND)
    assert node.asked.count("getEpochInfo") == 1
    await world.clock.sleep(61)
    await gathering.gather(world.new_pool(token), SPEND)
    assert node.asked.count("getEpochInfo") == 2
