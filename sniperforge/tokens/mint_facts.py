"""What of a mint can never change, and so may be remembered for good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sniperforge.tokens.extensions import MintCloseAuthority

if TYPE_CHECKING:
    from sniperforge.tokens.mint import Mint


@dataclass(frozen=True, slots=True)
class MintFacts:
    """A mint's token program (base58) and the places of a whole token."""

    program: str
    decimals: int


def facts_of(mint: Mint) -> MintFacts:
    """The facts of a mint that was read."""
    return MintFacts(mint.program, mint.decimals)


def is_lasting(mint: Mint) -> bool:
    """Whether those facts hold for good: a mint that can be closed may come back as another one.

    The extension has to be there from the start (spl-token-2022, ``InitializeMintCloseAuthority``), so a mint
    without it can never be closed.
    """
    return mint.extension(MintCloseAuthority) is None
