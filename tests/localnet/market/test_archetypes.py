"""The kinds of launches."""

from __future__ import annotations

import pytest

from sniperforge.localnet.market.archetypes import ARCHETYPES, Aftermath, Archetype, Trait

NEEDED = {
    Aftermath.PULL_LIQUIDITY: "keeps_lp",
    Aftermath.MINT_AND_DUMP: "keeps_mint",
    Aftermath.FREEZE_BUYERS: "keeps_freeze",
    Aftermath.SEIZE_AND_DUMP: Trait.PERMANENT_DELEGATE,
    Aftermath.DUMP_AND_CLOSE: Trait.MINT_CLOSE,
    Aftermath.ARM_HOOK: Trait.TRANSFER_HOOK,
    Aftermath.AIRDROP: "keeps_mint",
    Aftermath.DUMP_INSIDERS: "concentration",
}
KEPT = ("keeps_lp", "keeps_mint", "keeps_freeze", "own_pool_key")


def traits(archetype: Archetype) -> set[str]:
    """What stands on chain against it."""
    found = {name for name in KEPT if getattr(archetype, name)}
    if archetype.trait is not None:
        found.add(archetype.trait)
    if archetype.creator_share_percent > 20:
        found.add("concentration")
    return found


def test_names_are_unique() -> None:
    """The truth and its score go by them."""
    assert len({archetype.name for archetype in ARCHETYPES}) == len(ARCHETYPES)


def test_every_aftermath_happens() -> None:
    """No rule is there that nothing follows."""
    assert {archetype.aftermath for archetype in ARCHETYPES} == set(Aftermath)


@pytest.mark.parametrize("archetype", ARCHETYPES, ids=lambda archetype: archetype.name)
def test_a_rug_can_be_read_and_nothing_else_looks_like_one(archetype: Archetype) -> None:
    """Each rug has a trait that shows; an honest launch has none."""
    assert bool(traits(archetype)) == archetype.rug == archetype.readable


@pytest.mark.parametrize("archetype", ARCHETYPES, ids=lambda archetype: archetype.name)
def test_what_it_does_it_has_kept_the_power_for(archetype: Archetype) -> None:
    """Nobody pulls what was burned, mints without the authority, or freezes without it."""
    assert traits(archetype) >= {
        NEEDED[aftermath] for aftermath in NEEDED if aftermath is archetype.aftermath
    }


def test_the_decks_have_more_to_buy_than_traps() -> None:
    """A bot that buys blindly meets rugs often enough to lose, and a careful one enough to buy."""
    rugs = sum(archetype.per_deck for archetype in ARCHETYPES if archetype.rug)
    deck = sum(archetype.per_deck for archetype in ARCHETYPES)
    assert deck == 36
    assert 1 / 3 < rugs / deck < 1 / 2


def test_what_pools_accept_needs_no_listing() -> None:
    """Transfer fees and names are accepted by themselves, every other extension is not."""
    listed = {archetype.trait for archetype in ARCHETYPES if archetype.listed}
    assert listed == set(Trait) - {Trait.TRANSFER_FEE, Trait.SCHEDULED_FEE, Trait.FALSE_NAME}
