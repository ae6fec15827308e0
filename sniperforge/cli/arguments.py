"""Arguments that several commands take: amounts of SOL, addresses, and where a password comes from."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import typer

from sniperforge.errors import UsageError

PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the wallet's password from stdin, first line.")
]
PasswordFile = Annotated[
    Path | None, typer.Option("--password-file", metavar="FILE", help="Read it from a file of mode 0600.")
]

ForOneTrade = Annotated[
    str, typer.Option("--mev", metavar="none|tip|bundle", help="This sale alone, instead of execution.mev.")
]


def lamports_argument(text: str, *, name: str = "SOL") -> int:
    """An amount of SOL as lamports, exactly.

    Raises:
        UsageError: not a positive amount with at most nine places.
    """
    from sniperforge.domain.amounts import U64_MAX, format_sol, parse_sol

    try:
        amount = parse_sol(text)
    except ValueError as error:
        raise UsageError(f"{name}: {error}", hint="an amount of SOL, for example 0.5") from None
    if not 0 < amount <= U64_MAX:
        raise UsageError(f"{name}: {text} is not between 0.000000001 and {format_sol(U64_MAX)}")
    return amount


def address_argument(text: str, *, name: str) -> str:
    """A base58 address of 32 bytes.

    Raises:
        UsageError: anything else.
    """
    from sniperforge.domain.base58 import is_address

    if not is_address(text):
        shown = text if len(text) <= 60 else f"{text[:57]}..."
        raise UsageError(f"{name}: {shown!r} is not an address", hint="an address is base58 text of 32 bytes")
    return text


def path_argument(text: str) -> Path:
    """A path, with ``~`` for the home folder.

    Raises:
        UsageError: it starts with the home folder of nobody.
    """
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise UsageError(f"there is no home folder for {text}") from None


def seconds_argument(seconds: float, *, name: str = "--duration") -> float:
    """A duration, or another number; ``nan`` passes every comparison that an option's limits make.

    Raises:
        UsageError: not a number.
    """
    if math.isnan(seconds):
        raise UsageError(f"{name}: nan is not a number")
    return seconds
