"""What may be remembered of a mint."""

from __future__ import annotations

from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAM
from sniperforge.tokens.extensions import MintCloseAuthority, NonTransferable
from sniperforge.tokens.mint import Mint
from sniperforge.tokens.mint_facts import MintFacts, facts_of, is_lasting


def test_a_mint_that_can_be_closed_does_not_last() -> None:
    """It may come back with other decimals, even when the authority is gone by now."""
    plain = Mint("M", TOKEN_PROGRAM, 5, 6, None, None)
    assert facts_of(plain) == MintFacts(TOKEN_PROGRAM, 6)
    assert is_lasting(plain)
    for extension, lasts in ((NonTransferable(), True), (MintCloseAuthority(None), False)):
        assert is_lasting(Mint("M", TOKEN_2022_PROGRAM, 5, 6, None, None, (extension,))) is lasts
