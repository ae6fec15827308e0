"""Money: exact integers in raw units with a mint, and how they are shown. No floats."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, Inexact, localcontext

from sniperforge.domain.addresses import LAMPORTS_PER_SOL, SOL_DECIMALS, WSOL_MINT

U64_MAX = 2**64 - 1


@dataclass(frozen=True, slots=True)
class TokenAmount:
    """An amount of one token.

    Attributes:
        mint: base58; :data:`WSOL_MINT` stands for SOL too.
        raw: base units (lamports for SOL); may be negative for a change.
        decimals: of the mint.
    """

    mint: str
    raw: int
    decimals: int

    @property
    def ui(self) -> str:
        """The amount in whole tokens as decimal text, without trailing zeros."""
        return format_units(self.raw, self.decimals)

    def to_json(self) -> dict[str, str | int]:
        """The document form: ``{"raw", "ui", "decimals", "mint"}``; ``raw`` as text, exact in any parser."""
        return {"raw": str(self.raw), "ui": self.ui, "decimals": self.decimals, "mint": self.mint}


def lamports(amount: int) -> TokenAmount:
    """``amount`` lamports as a :class:`TokenAmount` of SOL."""
    return TokenAmount(WSOL_MINT, amount, SOL_DECIMALS)


def format_units(raw: int, decimals: int) -> str:
    """``raw`` base units as decimal text without trailing zeros: ``(1500000000, 9) -> "1.5"``."""
    sign = "-" if raw < 0 else ""
    whole, fraction = divmod(abs(raw), 10**decimals)
    digits = f"{fraction:0{decimals}d}".rstrip("0") if decimals else ""
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"


def format_sol(amount_lamports: int) -> str:
    """Lamports as SOL with exactly nine places: the form of every ``*_sol`` value in JSON."""
    sign = "-" if amount_lamports < 0 else ""
    whole, fraction = divmod(abs(amount_lamports), LAMPORTS_PER_SOL)
    return f"{sign}{whole}.{fraction:09d}"


def parse_units(text: str, decimals: int) -> int:
    """Decimal text to base units, exactly.

    Raises:
        ValueError: not a finite decimal number, too long, or more places than ``decimals`` allow.
    """
    with localcontext() as context:
        context.prec = 60
        context.traps[Inexact] = True
        try:
            value = Decimal(text.strip())
        except ArithmeticError:
            raise ValueError(f"{text!r} is not a number") from None
        if not value.is_finite():
            raise ValueError(f"{text!r} is not a finite number")
        try:
            scaled = value.scaleb(decimals)
        except ArithmeticError:
            raise ValueError(f"{text!r} has too many digits") from None
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{text!r} has more than {decimals} decimal places")
        return int(scaled)


def parse_sol(text: str) -> int:
    """SOL as decimal text to lamports. Raises ``ValueError`` like :func:`parse_units`."""
    return parse_units(text, SOL_DECIMALS)


def ceil_div(numerator: int, denominator: int) -> int:
    """Integer division rounded up, for non-negative numbers."""
    return -(-numerator // denominator)
