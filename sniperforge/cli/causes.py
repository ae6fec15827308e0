"""Which one error a person is told when several tasks failed together."""

from __future__ import annotations

from sniperforge.errors import SniperForgeError, StorageError, UnavailableError


def cause_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error that a group comes down to.

    A bug goes first, for it must not hide behind an error that has a name; then storage, on which everything
    rests; an outage last, for it is often what the others caused.
    """
    return min(_leaves(group), key=_rank)


def _leaves(error: BaseException) -> list[BaseException]:
    if not isinstance(error, BaseExceptionGroup):
        return [error]
    return [leaf for inner in error.exceptions for leaf in _leaves(inner)]


def _rank(error: BaseException) -> int:
    if not isinstance(error, SniperForgeError):
        return 0
    return 1 if isinstance(error, StorageError) else 3 if isinstance(error, UnavailableError) else 2
