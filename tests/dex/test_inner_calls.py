"""What a call made, by stack heights or without them."""

from __future__ import annotations

import pytest

from sniperforge.dex.inner_calls import caller_of, made_by
from sniperforge.dex.venue import Call
from sniperforge.domain.chain import InstructionView, TransactionView


def transaction(*calls: tuple[str, tuple[int, ...], int]) -> TransactionView:
    """A transaction of ``(program, path, height)``."""
    views = tuple(InstructionView(program, (), b"", path, height) for program, path, height in calls)
    return TransactionView("s", 1, None, None, 0, (), views, (), (), (), (), ())


NESTED = transaction(
    ("router", (0,), 1),
    ("dex", (0, 0), 2),
    ("token", (0, 1), 3),
    ("dex", (0, 2), 3),
    ("dex", (0, 3), 2),
    ("token", (0, 4), 3),
    ("other", (1,), 1),
)
FLAT = transaction(("router", (0,), 1), ("dex", (0, 0), 2), ("token", (0, 1), 2), ("other", (1,), 1))


@pytest.mark.parametrize(
    ("view", "index", "expected"),
    [
        (NESTED, 0, [1, 2, 3, 4, 5]),
        (NESTED, 1, [2, 3]),
        (NESTED, 2, []),
        (NESTED, 4, [5]),
        (NESTED, 6, []),
        (FLAT, 0, [1, 2]),
        (FLAT, 1, [2]),
        (FLAT, 3, []),
    ],
)
def test_what_ran_inside(view: TransactionView, index: int, expected: list[int]) -> None:
    """Deeper instructions until one that is not; without heights, all that follow."""
    made = list(made_by(Call(view, index, None)))
    assert made == [view.instructions[number] for number in expected]


def test_the_caller_is_the_outer_program() -> None:
    """An outer instruction has none."""
    assert caller_of(Call(NESTED, 5, None)) == "router"
    assert caller_of(Call(NESTED, 6, None)) == ""
