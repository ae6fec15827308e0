"""Arguments that several commands take: amounts of SOL and addresses, checked before anything happens."""

from __future__ import annotations

from sniperforge.errors import UsageError


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
    from sniperforge.wallets.base58 import is_address

    if not is_address(text):
        shown = text if len(text) <= 60 else f"{text[:57]}..."
        raise UsageError(f"{name}: {shown!r} is not an address", hint="an address is base58 text of 32 bytes")
    return text
