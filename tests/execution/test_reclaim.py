"""Which accounts may be closed, how many fit a transaction, and which one an error is about."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sniperforge.domain.addresses import TOKEN_2022_PROGRAM, TOKEN_PROGRAM
from sniperforge.execution.plan import (
    MAX_TRANSACTION_BYTES,
    FeePlan,
    compile_message,
    reclaim_instructions,
    unsigned_transaction,
)
from sniperforge.execution.reclaim import Disposal, batches, disposal_of, obstacle, refused_one
from sniperforge.tokens.account import TokenAccount
from tests.localnet.kit import address

WALLET = address(1)
FEES = FeePlan(200_000, 100_000)
EMPTY = TokenAccount(
    address=address(2),
    program=TOKEN_PROGRAM,
    mint=address(3),
    owner=WALLET,
    raw=0,
    frozen=False,
    delegate=None,
    delegated_raw=0,
    native_reserve=None,
    close_authority=None,
    withheld_raw=0,
    lamports=2_039_280,
)


def disposal(number: int, *, burn: int = 0, program: str = TOKEN_PROGRAM) -> Disposal:
    """An account of its own, with a mint of its own."""
    return Disposal(address(1_000 + number), address(5_000 + number), program, burn, 2_039_280)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, ""),
        ({"close_authority": WALLET}, ""),
        ({"frozen": True}, ""),
        ({"raw": 5}, ""),
        ({"raw": 5, "frozen": True}, "cannot be burned"),
        ({"native_reserve": 2_039_280}, "wraps SOL"),
        ({"close_authority": address(9)}, f"only {address(9)} may close it"),
        ({"withheld_raw": 7}, "7 raw units of withheld"),
    ],
    ids=str,
)
def test_what_stands_in_the_way(change: dict[str, object], told: str) -> None:
    """Empty accounts may go, frozen ones too; what the program would not let go of is named."""
    found = obstacle(replace(EMPTY, **change), WALLET)  # type: ignore[arg-type]
    assert told in found
    assert bool(told) == bool(found)


def test_a_disposal_burns_all_of_it() -> None:
    """What the account holds, and the rent that comes back."""
    assert disposal_of(replace(EMPTY, raw=12)) == Disposal(
        EMPTY.address, EMPTY.mint, TOKEN_PROGRAM, 12, 2_039_280
    )


def size(batch: tuple[Disposal, ...]) -> int:
    """Bytes on the wire."""
    message = compile_message(WALLET, reclaim_instructions(WALLET, batch, FEES), "1" * 32)
    return len(unsigned_transaction(message))


@given(st.lists(st.sampled_from([0, 5]), max_size=70), st.booleans())
@settings(max_examples=25, deadline=None)
def test_batches_are_full_and_keep_everything(burns: list[int], mixed: bool) -> None:
    """Each fits a transaction, none could take the next one's first account, and none is lost or doubled."""
    programs = (TOKEN_PROGRAM, TOKEN_2022_PROGRAM)
    wanted = [disposal(n, burn=raw, program=programs[n % 2 * mixed]) for n, raw in enumerate(burns)]
    found = batches(WALLET, wanted, FEES)
    assert [each for batch in found for each in batch] == wanted
    assert all(size(batch) <= MAX_TRANSACTION_BYTES for batch in found)
    for batch, after in pairwise(found):
        assert size((*batch, after[0])) > MAX_TRANSACTION_BYTES


def test_how_many_fit() -> None:
    """The numbers of the documentation."""
    assert [len(each) for each in batches(WALLET, [disposal(n) for n in range(60)], FEES)] == [25, 25, 10]
    burning = [disposal(n, burn=1) for n in range(60)]
    assert max(len(each) for each in batches(WALLET, burning, FEES)) == 11
    same_mint = [replace(each, mint=address(3)) for each in burning]
    assert max(len(each) for each in batches(WALLET, same_mint, FEES)) == 18


@pytest.mark.parametrize("micro_lamports", [0, 100])
def test_the_account_that_an_error_is_about(micro_lamports: int) -> None:
    """Burning and closing are both the account's; offers of fees and other errors are nobody's."""
    fees = FeePlan(200_000, micro_lamports)
    wanted = [disposal(0), disposal(1, burn=5), disposal(2)]
    count = len(reclaim_instructions(WALLET, wanted, fees))
    first = count - 4
    found = [refused_one(wanted, count, {"InstructionError": [n, "InvalidArgument"]}) for n in range(count)]
    assert found[:first] == [None] * first
    assert found[first:] == [wanted[0], wanted[1], wanted[1], wanted[2]]
    for err in ("AccountNotFound", None, {"InsufficientFundsForRent": {"account_index": 0}}):
        assert refused_one(wanted, count, err) is None
