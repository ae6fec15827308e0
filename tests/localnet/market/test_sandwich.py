"""A trader around other people's swaps."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from sniperforge.dex.raydium_cpmm.state import CpmmState
from sniperforge.domain.addresses import WSOL_MINT
from sniperforge.localnet.faults.plan import FaultPlan
from sniperforge.localnet.jupiter_api.pools import Pools
from sniperforge.localnet.ledger.envelope import open_envelope
from sniperforge.localnet.market.sandwich import LEAST_PROFIT, Sandwich, Swap, plan_around
from sniperforge.localnet.program.cpmm.instructions import (
    associated_token_account,
    initialize,
    pool_addresses,
    swap_base_input,
    swap_base_output,
)
from sniperforge.tokens.instructions import compute_unit_limit
from tests.localnet.kit import SOL, Bench, address, base64_of, holding, keypair, mint, pay

WSOL = Pubkey.from_string(WSOL_MINT)
TOKEN = keypair(77).pubkey()
IN_POOL, SUPPLY = 50 * SOL, 10**15
SEND = {"encoding": "base64", "skipPreflight": True}


@dataclass
class Scene:
    """A pool of 50 SOL, a client with SOL and some tokens, and the trader who watches."""

    bench: Bench = field(default_factory=lambda: Bench(amm=True))

    def __post_init__(self) -> None:
        bench, me = self.bench, self.bench.payer.pubkey()
        self.addresses = pool_addresses(TOKEN, WSOL)
        self.wsol, self.tokens = (associated_token_account(me, name) for name in (WSOL, TOKEN))
        bench.ledger.set_account(mint(str(TOKEN), supply=2 * SUPPLY))
        bench.ledger.set_account(holding(str(self.tokens), str(TOKEN), str(me), 2 * SUPPLY))
        wrapped = holding(str(self.wsol), WSOL_MINT, str(me), 500 * SOL)
        data = wrapped.data[:109] + (1).to_bytes(4, "little") + (2_039_280).to_bytes(8, "little") + bytes(44)
        bench.ledger.set_account(
            type(wrapped)(wrapped.address, wrapped.owner, 500 * SOL + 2_039_280, data[:165])
        )
        mine = {WSOL: (self.wsol, IN_POOL), TOKEN: (self.tokens, SUPPLY)}
        (account_0, amount_0), (account_1, amount_1) = (
            mine[name] for name in (self.addresses.mint_0, self.addresses.mint_1)
        )
        made = bench.send(
            compute_unit_limit(400_000),
            initialize(
                self.addresses,
                creator=me,
                creator_token_0=account_0,
                creator_token_1=account_1,
                amount_0=amount_0,
                amount_1=amount_1,
            ),
        )
        assert made.err is None, made.logs
        bench.now += 2
        bench.ledger.advance()
        self.pools = Pools(bench.ledger)
        self.trader = Sandwich(bench.ledger, bench.node.faucet, keypair(50))
        bench.node.faults.trader = self.trader

    @property
    def state(self) -> CpmmState:
        found = self.pools.state(str(self.addresses.pool))
        assert found is not None
        return found

    def buy(self, lamports: int, slippage: float) -> Instruction:
        """A purchase whose minimum is ``slippage`` (a fraction) below its quote."""
        least = int(self.state.quote(WSOL_MINT, lamports).amount_out * (1 - slippage))
        return swap_base_input(
            self.addresses,
            payer=self.bench.payer.pubkey(),
            source=self.wsol,
            destination=self.tokens,
            mint_in=WSOL,
            amount_in=lamports,
            minimum_out=least,
        )

    def submit(self, *instructions: Instruction) -> str:
        """Send it as a client does; the signature."""
        raw = self.bench.sign([compute_unit_limit(300_000), *instructions])
        signature: str = self.bench.ask("sendTransaction", base64_of(raw), SEND)
        return signature

    def landed(self) -> list[str]:
        """Signatures of the newest block, in order."""
        slot = self.bench.ledger.chain.tip.slot
        return [record.signature for record in self.bench.ledger.history.in_slot(slot)]

    def attacked(self, *instructions: Instruction) -> bool:
        """Whether the trader takes this transaction."""
        return self.trader.attack(open_envelope(self.bench.sign(list(instructions))))

    @property
    def wealth(self) -> int:
        """Wrapped lamports of the trader."""
        return self.pools.held(str(associated_token_account(keypair(50).pubkey(), WSOL)))


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_loose_swap_gets_its_minimum_and_no_more(scene: Scene) -> None:
    """Bought before, sold behind, in one block; the trader gains what the client loses."""
    scene.bench.node.faults.set(FaultPlan(sandwich=1))
    before = scene.state
    buy = scene.buy(5 * SOL, 0.10)
    least = int.from_bytes(buy.data[16:], "little")
    held = scene.pools.held(str(scene.tokens))
    signature = scene.submit(buy)
    front, victim, behind = scene.landed()[-3:]
    assert victim == signature
    records = [scene.bench.ledger.history.record(name) for name in (front, victim, behind)]
    assert [record.err for record in records if record] == [None, None, None]
    got = scene.pools.held(str(scene.tokens)) - held
    assert least <= got < least * 1.000_001
    assert scene.wealth > 1_000 * SOL + LEAST_PROFIT
    assert scene.state.spot_price > before.spot_price


@pytest.mark.parametrize("slippage", [0.0, 0.003])
def test_a_tight_swap_is_left_alone(scene: Scene, slippage: float) -> None:
    """Without room nothing is bought; with little the pool's fee eats the gain."""
    scene.bench.node.faults.set(FaultPlan(sandwich=1))
    quote = scene.state.quote(WSOL_MINT, SOL // 10).amount_out
    held = scene.pools.held(str(scene.tokens))
    signature = scene.submit(scene.buy(SOL // 10, slippage))
    assert scene.landed()[-1] == signature
    assert scene.pools.held(str(scene.tokens)) - held == quote
    assert scene.wealth in {0, 1_000 * SOL}


@pytest.mark.parametrize("exact_out", [False, True])
def test_the_purchase_is_the_largest_that_lets_the_swap_pass(scene: Scene, exact_out: bool) -> None:
    """One lamport more and the client's swap would fail; a budget bounds it."""
    state = scene.state
    quote = state.quote(WSOL_MINT, 5 * SOL).amount_out
    swap = (
        Swap(state.address, quote, 6 * SOL, exact_out=True)
        if exact_out
        else Swap(state.address, 5 * SOL, quote * 9 // 10, exact_out=False)
    )
    plan = plan_around(state, swap, 1_000 * SOL)
    assert plan is not None
    assert swap.sends(state.after_swap(WSOL_MINT, plan.spend)) is not None
    assert swap.sends(state.after_swap(WSOL_MINT, plan.spend + 1)) is None
    assert plan.profit > LEAST_PROFIT
    smaller = plan_around(state, swap, plan.spend // 2)
    assert smaller is not None
    assert (smaller.spend, smaller.profit < plan.profit) == (plan.spend // 2, True)


def test_there_is_no_plan_without_room(scene: Scene) -> None:
    """Neither at the quote itself, beyond what the pool has, nor for a lamport, which is all fee."""
    state = scene.state
    quote = state.quote(WSOL_MINT, 5 * SOL).amount_out
    assert plan_around(state, Swap(state.address, 5 * SOL, quote, exact_out=False), SOL) is None
    assert plan_around(state, Swap(state.address, 5 * SOL, quote + 1, exact_out=False), SOL) is None
    assert plan_around(state, Swap(state.address, 2 * SUPPLY, 10**18, exact_out=True), SOL) is None
    assert plan_around(state, Swap(state.address, 5 * SOL, quote // 2, exact_out=False), 1) is None


def test_a_swap_for_an_exact_amount_is_attacked_too(scene: Scene) -> None:
    """The client pays its maximum."""
    scene.bench.node.faults.set(FaultPlan(sandwich=1))
    wanted = scene.state.quote(WSOL_MINT, 5 * SOL).amount_out
    held = scene.pools.held(str(scene.wsol))
    scene.submit(
        swap_base_output(
            scene.addresses,
            payer=scene.bench.payer.pubkey(),
            source=scene.wsol,
            destination=scene.tokens,
            mint_in=WSOL,
            maximum_in=6 * SOL,
            amount_out=wanted,
        )
    )
    paid = held - scene.pools.held(str(scene.wsol))
    assert 6 * SOL * 0.999_99 < paid <= 6 * SOL
    assert scene.wealth > 1_000 * SOL + LEAST_PROFIT


def test_only_single_purchases_for_sol_are_attacked(scene: Scene) -> None:
    """No sale, no pair of swaps, no transfer, no other pool, no other instruction of the program."""
    buy = scene.buy(5 * SOL, 0.2)
    sale = swap_base_input(
        scene.addresses,
        payer=scene.bench.payer.pubkey(),
        source=scene.tokens,
        destination=scene.wsol,
        mint_in=TOKEN,
        amount_in=SUPPLY // 10,
    )
    elsewhere = Instruction(
        buy.program_id, buy.data, [*buy.accounts[:3], AccountMeta(TOKEN, False, True), *buy.accounts[4:]]
    )
    other = Instruction(buy.program_id, bytes(24), buy.accounts)
    short = Instruction(buy.program_id, buy.data[:20], buy.accounts)
    for instructions in (
        [sale],
        [buy, buy],
        [elsewhere],
        [other],
        [short],
        [pay(scene.bench.payer, address(9), 1)],
    ):
        assert not scene.attacked(*instructions)
    assert scene.attacked(buy)


def test_a_swap_that_would_fail_is_left_to_fail(scene: Scene) -> None:
    """A client without the lamports: the bundle is refused, nothing of it has happened."""
    scene.bench.node.faults.set(FaultPlan(sandwich=1))
    before = scene.state
    signature = scene.submit(scene.buy(600 * SOL, 0.3))
    record = scene.bench.ledger.history.record(signature)
    assert record is not None
    assert record.err is not None
    assert (scene.wealth, scene.state) == (1_000 * SOL, before)


def test_a_pool_that_has_not_opened_is_left_alone(scene: Scene) -> None:
    """The program would refuse all three."""
    buy = scene.buy(5 * SOL, 0.2)
    scene.bench.ledger.chain.tip.time = scene.state.open_time - 1
    assert not scene.attacked(buy)


def test_an_unreadable_lookup_is_left_alone(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever refuses it, it is not the trader."""
    from sniperforge.localnet.ledger.refusals import TransactionRefusedError
    from sniperforge.localnet.market import sandwich

    def refuse(*_: object) -> None:
        raise TransactionRefusedError("AddressLookupTableNotFound")

    buy = scene.buy(5 * SOL, 0.2)
    monkeypatch.setattr(sandwich, "load_keys", refuse)
    assert not scene.attacked(buy)


def test_an_empty_faucet_leaves_it_idle(scene: Scene) -> None:
    """Without funds nothing is bought."""
    faucet = scene.bench.ledger.account(scene.bench.node.faucet.address)
    assert faucet is not None
    scene.bench.ledger.set_account(type(faucet)(faucet.address, faucet.owner, 0, b""))
    assert not scene.attacked(scene.buy(5 * SOL, 0.2))
    assert scene.wealth == 0


def test_a_held_submission_is_attacked_when_it_lands(scene: Scene) -> None:
    """In the block of its landing."""
    scene.bench.node.faults.set(FaultPlan(sandwich=1, delay=1, delay_slots=1))
    signature = scene.submit(scene.buy(5 * SOL, 0.2))
    scene.bench.ledger.advance()
    assert scene.landed()[-2] == signature


def test_an_attacked_run_repeats() -> None:
    """The same seed attacks the same swaps, to the signature."""

    def run(seed: int) -> list[str]:
        scene = Scene()
        scene.bench.node.faults.set(FaultPlan(sandwich=0.5, drop=0.2, seed=seed))
        for number in range(12):
            scene.submit(scene.buy(SOL + number, 0.2))
            scene.bench.ledger.advance()
        trader = str(keypair(50).pubkey())
        return [record.signature for record in scene.bench.ledger.history.of_address(trader)]

    first = run(3)
    assert 6 < len(first) < 26
    assert first == run(3) != run(4)
