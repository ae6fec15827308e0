"""The kinds of launches: what each looks like on chain at creation, and what it does afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Aftermath(StrEnum):
    """What happens to a launched pool."""

    GROW = "grow"
    FADE = "fade"
    PULL_LIQUIDITY = "pull_liquidity"
    MINT_AND_DUMP = "mint_and_dump"
    FREEZE_BUYERS = "freeze_buyers"
    DUST_HOLDERS = "dust_holders"


@dataclass(frozen=True, slots=True)
class Archetype:
    """One kind of launch.

    Attributes:
        name: as the truth names it.
        rug: whether its creator means to take buyers' money.
        readable: whether its trait stands on chain at creation, for whoever looks.
        per_deck: how many of them a deck of launches holds.
        aftermath: see :class:`Aftermath`.
        keeps_mint, keeps_freeze: authorities that the creator keeps.
        keeps_lp: whether the liquidity tokens stay with the creator; burned otherwise.
        transfer_fee_bps: Token-2022 transfer fee of the mint; 0 is a plain SPL mint.
        creator_share_percent: of the supply, kept out of the pool.
    """

    name: str
    rug: bool
    readable: bool
    per_deck: int
    aftermath: Aftermath
    keeps_mint: bool = False
    keeps_freeze: bool = False
    keeps_lp: bool = False
    transfer_fee_bps: int = 0
    creator_share_percent: int = 3


ARCHETYPES: Final = (
    Archetype("organic", rug=False, readable=False, per_deck=8, aftermath=Aftermath.GROW),
    Archetype("fading", rug=False, readable=False, per_deck=3, aftermath=Aftermath.FADE),
    Archetype("dust", rug=False, readable=False, per_deck=2, aftermath=Aftermath.DUST_HOLDERS),
    Archetype(
        "lp_pull", rug=True, readable=True, per_deck=3, aftermath=Aftermath.PULL_LIQUIDITY, keeps_lp=True
    ),
    Archetype(
        "mint_dump", rug=True, readable=True, per_deck=2, aftermath=Aftermath.MINT_AND_DUMP, keeps_mint=True
    ),
    Archetype(
        "freeze_trap",
        rug=True,
        readable=True,
        per_deck=2,
        aftermath=Aftermath.FREEZE_BUYERS,
        keeps_freeze=True,
    ),
    Archetype(
        "transfer_fee_trap",
        rug=True,
        readable=True,
        per_deck=2,
        aftermath=Aftermath.GROW,
        transfer_fee_bps=2_000,
    ),
    Archetype(
        "concentrated",
        rug=True,
        readable=True,
        per_deck=2,
        aftermath=Aftermath.FADE,
        creator_share_percent=60,
    ),
)
"""Every kind; the deck that launches are drawn from holds ``per_deck`` of each."""
