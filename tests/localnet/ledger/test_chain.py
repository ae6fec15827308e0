"""Blocks, hashes and commitment."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sniperforge.localnet.ledger.chain import FIRST_HEIGHT, FIRST_SLOT, HASH_LIFE, KEPT_BLOCKS, Chain
from sniperforge.localnet.ledger.pace import MAINNET_PACE


def chain(seed: bytes = b"s") -> Chain:
    return Chain(seed, MAINNET_PACE, 100.9)


def grow(blocks: Chain, count: int) -> None:
    for _ in range(count):
        blocks.open_block(blocks.tip.slot + 1, 200)


def test_the_seed_is_the_identity() -> None:
    """One seed gives one genesis hash and one series of hashes; another seed gives others."""
    first, second, other = chain(), chain(), chain(b"t")
    for blocks in (first, second, other):
        grow(blocks, 3)
    assert (first.genesis_hash, first.tip.blockhash) == (second.genesis_hash, second.tip.blockhash)
    assert first.genesis_hash != other.genesis_hash
    assert first.tip.blockhash != other.tip.blockhash


def test_commitment_lags_by_blocks_and_starts_at_genesis() -> None:
    """Confirmed is one block behind, finalized thirty-two; before that the first block counts."""
    blocks = chain()
    assert {blocks.at(c).slot for c in ("processed", "confirmed", "finalized")} == {FIRST_SLOT}
    grow(blocks, 40)
    assert blocks.at("processed").slot == FIRST_SLOT + 40
    assert blocks.at("confirmed").slot == FIRST_SLOT + 39
    assert blocks.at("finalized").slot == FIRST_SLOT + 8


def test_a_hash_lives_for_its_window_of_blocks() -> None:
    """It may be used up to its last valid height inclusive and not one block longer."""
    blocks = chain()
    grow(blocks, 1)
    block = blocks.tip
    block.seen[b"x"] = block.slot
    block.price_floor[""] = 1
    assert block.last_valid_height == block.height + HASH_LIFE
    grow(blocks, HASH_LIFE)
    assert blocks.tip.height == block.last_valid_height
    assert blocks.usable(block.blockhash) is block
    grow(blocks, 1)
    assert blocks.usable(block.blockhash) is None
    assert (block.seen, block.price_floor) == ({}, {})


def test_slots_may_be_skipped_heights_are_not() -> None:
    """A block five slots later is one higher; the slots between have no block."""
    blocks = chain()
    block = blocks.open_block(FIRST_SLOT + 5, 200)
    assert (block.parent_slot, block.height) == (FIRST_SLOT, FIRST_HEIGHT + 1)
    assert blocks.in_slot(FIRST_SLOT + 3) is None
    assert blocks.in_slot(FIRST_SLOT + 5) is block
    assert list(blocks.slots()) == [FIRST_SLOT, FIRST_SLOT + 5]


def test_time_never_goes_back() -> None:
    """A wall clock that is set back does not take blocks with it."""
    blocks = chain()
    blocks.open_block(FIRST_SLOT + 1, 500)
    assert blocks.open_block(FIRST_SLOT + 2, 400).time == 500


def test_old_blocks_are_forgotten() -> None:
    """Memory holds a bounded number of blocks."""
    blocks = chain()
    grow(blocks, KEPT_BLOCKS + 10)
    assert len(list(blocks.slots())) == KEPT_BLOCKS
    assert blocks.oldest().slot == FIRST_SLOT + 11
    assert blocks.in_slot(FIRST_SLOT) is None


def test_recent_blocks_come_oldest_first() -> None:
    """As many as asked for, or as there are."""
    blocks = chain()
    grow(blocks, 3)
    assert [block.slot - FIRST_SLOT for block in blocks.recent(2)] == [2, 3]
    assert [block.slot - FIRST_SLOT for block in blocks.recent(99)] == [0, 1, 2, 3]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=200))
def test_whatever_is_skipped_the_picture_is_consistent(steps: list[int]) -> None:
    """Finalized <= confirmed <= processed; hashes are unique; exactly the window's hashes are usable."""
    blocks = chain()
    hashes = [
        blocks.tip.blockhash,
        *(blocks.open_block(blocks.tip.slot + step, 1).blockhash for step in steps),
    ]
    assert blocks.at("finalized").slot <= blocks.at("confirmed").slot <= blocks.tip.slot
    assert len(set(hashes)) == len(hashes)
    alive = [text for text in hashes if blocks.usable(text)]
    assert alive == hashes[-(HASH_LIFE + 1) :]


def test_an_unknown_hash_is_not_usable() -> None:
    """Only hashes of this chain count."""
    assert chain().usable("11111111111111111111111111111111") is None


@pytest.mark.parametrize("depth", [0, 10])
def test_totals_carry_over(depth: int) -> None:
    """A block counts all transactions up to it."""
    blocks = chain()
    blocks.tip.total = 7
    grow(blocks, depth)
    assert blocks.tip.total == 7
