"""What the tests of venues share: mutations of recorded documents."""

from __future__ import annotations

import copy
import random
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

JUNK = [
    None,
    True,
    -1,
    0,
    7,
    255,
    2**63,
    2**64,
    10**40,
    1.5,
    float("nan"),
    "",
    "x",
    "1" * 44,
    "0OIl",
    "é",
    "\ud800",
    "So11111111111111111111111111111111111111112",
    [],
    [[]],
    [None],
    {},
    {"a": []},
]


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every ``(container, key)`` of a document."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        yield node, key
        yield from places(node[key])


def mutate(document: Any, chance: random.Random) -> Any:
    """A copy with one to three places removed, replaced, duplicated or swapped."""
    changed = copy.deepcopy(document)
    for _ in range(chance.randint(1, 3)):
        found = list(places(changed))
        if not found:
            return chance.choice(JUNK)
        node, key = chance.choice(found)
        action = chance.randrange(4)
        if action == 0:
            del node[key]
        elif action == 1:
            node[key] = copy.deepcopy(chance.choice(JUNK))
        elif action == 2:
            other, other_key = chance.choice(found)
            node[key] = copy.deepcopy(other[other_key])
        elif isinstance(node[key], str) and node[key]:
            position = chance.randrange(len(node[key]))
            node[key] = node[key][:position] + chance.choice("1zA+/=0 ") + node[key][position + 1 :]
    return changed


@pytest.fixture
def mutations() -> Callable[[Any, int, int], Iterator[Any]]:
    """``(document, count, seed) ->`` that many mutated copies, the same for a seed."""

    def many(document: Any, count: int, seed: int) -> Iterator[Any]:
        chance = random.Random(seed)
        return (mutate(document, chance) for _ in range(count))

    return many
