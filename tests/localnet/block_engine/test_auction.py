"""How bundles land: whole, in order, the best tip first."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from solders.keypair import Keypair

from sniperforge.localnet.block_engine import auction as module
from sniperforge.localnet.block_engine.auction import Auction, BundleState
from sniperforge.localnet.block_engine.bundle import make_bundle
from sniperforge.localnet.faults.plan import FaultPlan
from sniperforge.localnet.ledger.block_work import BLOCK_UNITS
from sniperforge.localnet.ledger.envelope import Envelope
from sniperforge.localnet.ledger.pace import INSTANT
from tests.localnet.block_engine.scene import TIP, Scene
from tests.localnet.kit import SOL, Bench, address, keypair


def auction_on(scene: Scene) -> Auction:
    return Auction(scene.ledger, scene.faults, lambda: scene.seconds)


def take(scene: Scene, auction: Auction, *envelopes: Envelope) -> str:
    bundle = make_bundle(scene.ledger, envelopes)
    auction.take(bundle)
    return bundle.id


def test_it_lands_with_the_next_block() -> None:
    """Pending until then; taken twice it lands once."""
    scene = Scene()
    auction = auction_on(scene)
    first, second = scene.transaction(), scene.transaction(amount=2)
    key = take(scene, auction, first, second)
    assert take(scene, auction, first, second) == key
    assert auction.state(key) == (BundleState.PENDING, None)
    slot = scene.ledger.advance().slot
    assert auction.state(key) == (BundleState.LANDED, slot)
    assert [each.signature for each in scene.ledger.history.in_slot(slot)] == [
        first.signature,
        second.signature,
    ]


def test_with_a_slot_per_transaction_it_lands_at_once() -> None:
    """Nothing else would open a block."""
    scene = Scene(Bench(INSTANT))
    auction = auction_on(scene)
    assert auction.state(take(scene, auction, scene.transaction()))[0] is BundleState.LANDED


def test_the_best_tip_goes_first() -> None:
    """Two bundles spend the same money: the one that pays more has it, whenever it came."""
    scene = Scene()
    auction = auction_on(scene)
    cheap = take(scene, auction, scene.transaction(amount=9 * SOL, tip=TIP))
    dear = take(scene, auction, scene.transaction(amount=9 * SOL, tip=TIP + 1))
    scene.ledger.advance()
    assert auction.state(dear)[0] is BundleState.LANDED
    assert auction.state(cheap)[0] is BundleState.FAILED


def test_without_room_it_waits() -> None:
    """A full block takes none of it; the next one all."""
    scene = Scene()
    auction = auction_on(scene)
    key = take(scene, auction, scene.transaction(), scene.transaction(amount=2))
    fill = True

    def full(_block: object) -> None:
        if fill:
            scene.ledger.chain.tip.work.total = BLOCK_UNITS - 250_000

    scene.ledger.on_block.insert(0, full)
    scene.ledger.advance()
    assert auction.state(key) == (BundleState.PENDING, None)
    assert scene.ledger.chain.tip.work.total == BLOCK_UNITS - 250_000
    fill = False
    assert auction.state(key) == (BundleState.PENDING, None)
    slot = scene.ledger.advance().slot
    assert auction.state(key) == (BundleState.LANDED, slot)


def test_too_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound the worst paying fails."""
    scene = Scene()
    auction = auction_on(scene)
    monkeypatch.setattr(module, "MAX_WAITING", 2)
    keys = [take(scene, auction, scene.transaction(amount=n, tip=TIP + n)) for n in (2, 1, 3)]
    assert [auction.state(key)[0].value for key in keys] == ["Pending", "Failed", "Pending"]


def test_a_dropped_block_takes_it_along() -> None:
    """What landed in it failed; the same bundle may be sent again."""
    scene = Scene()
    auction = auction_on(scene)
    one = scene.transaction(blockhash=scene.ledger.chain.tip.blockhash)
    key = take(scene, auction, one)
    scene.ledger.advance()
    assert auction.landed(key) is not None
    scene.ledger.rollback()
    assert (auction.landed(key), auction.state(key)) == (None, (BundleState.FAILED, None))
    assert take(scene, auction, one) == key
    scene.ledger.advance()
    assert auction.state(key)[0] is BundleState.LANDED


def test_a_lost_one_looks_pending_until_its_hash_is_dead() -> None:
    """Taken, and never seen again; sent again, it has another chance."""
    scene = Scene()
    auction = auction_on(scene)
    scene.faults.set(FaultPlan(drop=1.0))
    one = scene.transaction()
    key = take(scene, auction, one)
    scene.ledger.advance()
    assert auction.state(key) == (BundleState.PENDING, None)
    scene.faults.clear()
    take(scene, auction, one)
    scene.ledger.advance()
    assert auction.state(key)[0] is BundleState.LANDED
    scene.faults.set(FaultPlan(drop=1.0))
    lost = take(scene, auction, scene.transaction(amount=3))
    for _ in range(152):
        scene.ledger.advance()
    assert auction.state(lost) == (BundleState.FAILED, None)


def test_it_is_forgotten_after_five_minutes() -> None:
    """Then it is as one that never was."""
    scene = Scene()
    auction = auction_on(scene)
    key = take(scene, auction, scene.transaction())
    scene.ledger.advance()
    scene.seconds = 301
    assert auction.state(key) == auction.state("nothing") == (BundleState.INVALID, None)
    assert auction.landed(key) is None


def _state_of(scene: Scene) -> tuple[object, ...]:
    people = [address(number) for number in (1, 2, 3, 9)]
    work = scene.ledger.chain.tip.work
    return ([scene.lamports(who) for who in people], work.total, sorted(work.by_account.items()))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.sampled_from([1, 2, 3]), st.integers(1, 15 * SOL), st.sampled_from(["9", "1", "2"])),
        min_size=1,
        max_size=5,
    )
)
def test_all_or_nothing(steps: list[tuple[int, int, str]]) -> None:
    """Whatever its transactions: each of them succeeded in one block in order, or nothing has changed."""
    scene = Scene()
    auction = auction_on(scene)
    payer: dict[int, Keypair] = {number: keypair(number) for number in (1, 2, 3)}
    envelopes = [
        scene.transaction(by=payer[who], amount=amount + at, to=address(int(to)))
        for at, (who, amount, to) in enumerate(steps)
    ]
    before = _state_of(scene)
    empty = scene.ledger.chain.tip.work.copy()
    key = take(scene, auction, *envelopes)
    block = scene.ledger.advance()
    landed = scene.ledger.history.in_slot(block.slot)
    if auction.state(key)[0] is BundleState.LANDED:
        assert [each.signature for each in landed] == [each.signature for each in envelopes]
        assert all(each.err is None for each in landed)
        assert _state_of(scene) != before
    else:
        assert (auction.state(key)[0], landed) == (BundleState.FAILED, [])
        assert _state_of(scene)[0] == before[0]
        assert (block.work.total, empty.total) == (0, empty.total)
        assert all(scene.ledger.history.status(each.signature) is None for each in envelopes)
        assert not any(each.digest in scene.ledger.chain.usable(each.blockhash).seen for each in envelopes)  # type: ignore[union-attr]
