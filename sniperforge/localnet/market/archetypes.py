"""The kinds of launches: what each looks like on chain at creation, and what it does afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final


class Aftermath(StrEnum):
    """What happens to a launched pool."""

    GROW = "grow"
    FADE = "fade"
    PULL_LIQUIDITY = "pull_liquidity"
    MINT_AND_DUMP = "mint_and_dump"
    FREEZE_BUYERS = "freeze_buyers"
    DUST_HOLDERS = "dust_holders"
    SEIZE_AND_DUMP = "seize_and_dump"
    DUMP_AND_CLOSE = "dump_and_close"
    ARM_HOOK = "arm_hook"
    AIRDROP = "airdrop"
    WASH = "wash"
    DUMP_INSIDERS = "dump_insiders"


class Trait(StrEnum):
    """What a launched mint has as a Token-2022 mint."""

    TRANSFER_FEE = "transfer_fee"
    SCHEDULED_FEE = "scheduled_fee"
    PERMANENT_DELEGATE = "permanent_delegate"
    DEFAULT_FROZEN = "default_frozen"
    NON_TRANSFERABLE = "non_transferable"
    MINT_CLOSE = "mint_close"
    TRANSFER_HOOK = "transfer_hook"
    FALSE_NAME = "false_name"


_UNLISTED: Final = frozenset({Trait.TRANSFER_FEE, Trait.SCHEDULED_FEE, Trait.FALSE_NAME})
"""What pools accept without the operator's listing."""


@dataclass(frozen=True, slots=True)
class Archetype:
    """One kind of launch.

    Attributes:
        name: as the truth names it.
        per_deck: how many of them a deck of launches holds.
        aftermath: see :class:`Aftermath`.
        expected: what comes of it, for the truth.
        rug: whether its creator means to take buyers' money.
        readable: whether its trait stands on chain at creation, for whoever looks.
        trait: of the mint; ``None`` is a plain SPL mint.
        keeps_mint, keeps_freeze: authorities that the creator keeps.
        keeps_lp: whether the liquidity tokens stay with the creator; burned otherwise.
        own_pool_key: whether its pool is at a key of its own instead of the derived address.
        creator_share_percent: of the supply, kept out of the pool.
        insiders: wallets that the creator pays for.
        insider_share_percent: of the supply, for each of them out of the creator's share.
        strikes: how often its aftermath happens.
        slow: its aftermath comes after hours.
    """

    name: str
    per_deck: int
    aftermath: Aftermath
    expected: str
    rug: bool
    readable: bool
    trait: Trait | None = None
    keeps_mint: bool = False
    keeps_freeze: bool = False
    keeps_lp: bool = False
    own_pool_key: bool = False
    creator_share_percent: int = 3
    insiders: int = 0
    insider_share_percent: int = 0
    strikes: int = 1
    slow: bool = False

    @property
    def listed(self) -> bool:
        """Whether pools take its mint only because the operator listed it."""
        return self.trait is not None and self.trait not in _UNLISTED


_honest = partial(Archetype, rug=False, readable=False)
_rug = partial(Archetype, rug=True, readable=True)

ARCHETYPES: Final = (
    _honest("organic", 12, Aftermath.GROW, "rises while the crowd buys more than it sells"),
    _honest("fading", 4, Aftermath.FADE, "rises shortly, then falls"),
    _honest("dust", 2, Aftermath.DUST_HOLDERS, "rises; holders get dust", strikes=10),
    _honest(
        "wash", 2, Aftermath.WASH, "rises; much of its volume is its creator's own", insiders=2, strikes=20
    ),
    _rug("lp_pull", 2, Aftermath.PULL_LIQUIDITY, "the liquidity is withdrawn", keeps_lp=True),
    _rug(
        "mint_dump", 2, Aftermath.MINT_AND_DUMP, "five times the supply is minted and sold", keeps_mint=True
    ),
    _rug("freeze_trap", 1, Aftermath.FREEZE_BUYERS, "buyers' accounts are frozen", keeps_freeze=True),
    _rug("transfer_fee_trap", 1, Aftermath.GROW, "each transfer loses 20 %", trait=Trait.TRANSFER_FEE),
    _rug("concentrated", 1, Aftermath.FADE, "the creator holds the price", creator_share_percent=60),
    _rug(
        "permanent_delegate",
        1,
        Aftermath.SEIZE_AND_DUMP,
        "holders' tokens are seized and sold",
        trait=Trait.PERMANENT_DELEGATE,
    ),
    _rug(
        "default_frozen",
        1,
        Aftermath.GROW,
        "every buy fails: new accounts are frozen",
        trait=Trait.DEFAULT_FROZEN,
        keeps_freeze=True,
    ),
    _rug(
        "non_transferable",
        1,
        Aftermath.AIRDROP,
        "its pool cannot be created; tokens that cannot be sent away come to wallets",
        trait=Trait.NON_TRANSFERABLE,
        keeps_mint=True,
    ),
    _rug(
        "mint_close",
        1,
        Aftermath.DUMP_AND_CLOSE,
        "the creator sells out; closing the mint fails while anybody holds tokens",
        trait=Trait.MINT_CLOSE,
    ),
    _rug(
        "scheduled_fee",
        1,
        Aftermath.GROW,
        "from two epochs on each transfer loses 90 %",
        trait=Trait.SCHEDULED_FEE,
    ),
    _rug(
        "transfer_hook",
        1,
        Aftermath.ARM_HOOK,
        "no transfer through a pool succeeds any more",
        trait=Trait.TRANSFER_HOOK,
    ),
    _rug(
        "look_alike",
        1,
        Aftermath.PULL_LIQUIDITY,
        "a token called USDC whose liquidity is withdrawn",
        trait=Trait.FALSE_NAME,
        own_pool_key=True,
        keeps_lp=True,
    ),
    _rug(
        "bundled",
        1,
        Aftermath.DUMP_INSIDERS,
        "the creator's wallets sell all at once",
        creator_share_percent=63,
        insiders=12,
        insider_share_percent=5,
    ),
    _rug(
        "slow_rug",
        1,
        Aftermath.PULL_LIQUIDITY,
        "the liquidity is withdrawn in four parts after hours",
        keeps_lp=True,
        strikes=4,
        slow=True,
    ),
)
"""Every kind with a pool; the deck that launches are drawn from holds ``per_deck`` of each."""

CURVE_ARCHETYPES: Final = (
    _honest("curve_organic", 3, Aftermath.GROW, "rises on the curve while the crowd buys more than it sells"),
    _honest("curve_fading", 1, Aftermath.FADE, "rises on the curve shortly, then falls"),
    _rug("curve_dump", 2, Aftermath.DUMP_INSIDERS, "its creator, who bought first and most, sells all of it"),
)
"""Every kind that is launched on the bonding curve, with a deck of its own."""
