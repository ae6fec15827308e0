"""The nearest of the known names to a mistaken one: what hints suggest."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name most like ``word``, or ``None`` when none is like it."""
    from difflib import get_close_matches

    names = sorted(known)
    starts = [name for name in names if len(word) >= 3 and name.startswith(word)]
    return next(iter(starts or get_close_matches(word, names, n=1, cutoff=0.6)), None)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A sentence that names the nearest known name, or nothing."""
    name = nearest(word, known)
    return f"did you mean {name}?" if name else ""
