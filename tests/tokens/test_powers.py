"""What others may do to holders, and what of it is news."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sniperforge.domain.addresses import TOKEN_2022_PROGRAM
from sniperforge.tokens.extensions import (
    DefaultAccountState,
    Extension,
    MintCloseAuthority,
    NonTransferable,
    Pausable,
    PermanentDelegate,
    TransferHook,
)
from sniperforge.tokens.mint import Mint
from sniperforge.tokens.powers import grown, powers_of
from sniperforge.tokens.transfer_fee import TransferFee, TransferFeeConfig

PLAIN = Mint("M", TOKEN_2022_PROGRAM, 10**9, 6, None, None)


def with_fee(older: int, newer: int, most: int = 100) -> Mint:
    """A mint that takes a fee."""
    fees = TransferFee(1, most, older), TransferFee(3, most, newer)
    return replace(PLAIN, extensions=(TransferFeeConfig("A", "W", 0, *fees),))


def news(before: Mint, now: Mint) -> tuple[str, ...]:
    """What has grown."""
    return grown(powers_of(before), powers_of(now))


def test_a_token_that_nobody_rules_has_no_powers() -> None:
    """Supply, decimals and what cannot touch a holder are none."""
    harmless = (MintCloseAuthority("A"), NonTransferable(), DefaultAccountState(1), PermanentDelegate(None))
    assert powers_of(replace(PLAIN, extensions=harmless)) == {}
    assert news(PLAIN, replace(PLAIN, supply=1)) == ()


@pytest.mark.parametrize(
    ("extension", "words"),
    [
        (PermanentDelegate("D"), "permanent_delegate was none and is D"),
        (TransferHook(None, "P"), "transfer_hook was none and is P"),
        (TransferHook("A", None), "transfer_hook_authority was none and is A"),
        (Pausable("A", False), "pause_authority was none and is A"),
        (Pausable(None, True), "paused was none and is yes"),
        (DefaultAccountState(2), "new_accounts was none and is frozen"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_extension(extension: Extension, words: str) -> None:
    """Its power is named, with who has it."""
    assert news(PLAIN, replace(PLAIN, extensions=(extension,))) == (words,)


@pytest.mark.parametrize("name", ["mint_authority", "freeze_authority"])
def test_authorities(name: str) -> None:
    """Set, or in other hands, is news; kept or given up is not."""
    none, mine, other = PLAIN, replace(PLAIN, **{name: "A"}), replace(PLAIN, **{name: "B"})  # type: ignore[arg-type]
    assert news(none, mine) == (f"{name} was none and is A",)
    assert news(mine, other) == (f"{name} was A and is B",)
    assert news(mine, mine) == ()
    assert news(mine, none) == ()


def test_fees_that_rise() -> None:
    """An announced fee counts; a lower one, or one whose rise is over, does not."""
    assert news(with_fee(100, 100), with_fee(100, 9_000)) == ("transfer_fee_bps was 100 and is 9000",)
    assert news(with_fee(0, 0, most=1), with_fee(0, 0, most=2)) == ("transfer_fee_maximum was 1 and is 2",)
    assert news(with_fee(100, 900), with_fee(900, 900)) == ()
    assert news(with_fee(900, 900), with_fee(900, 50)) == ()
    assert "transfer_fee_bps was none and is 5" in news(PLAIN, with_fee(0, 5))
