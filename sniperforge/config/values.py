"""The kinds of values a configuration file may hold: money, percentages, addresses. No I/O."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from sniperforge.domain.amounts import U64_MAX, parse_sol
from sniperforge.domain.base58 import is_address

if TYPE_CHECKING:
    from collections.abc import Callable


class Section(BaseModel):
    """A table of a configuration file: immutable, no unknown keys, no silent conversions."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)


def contradiction(key: str, reason: str) -> PydanticCustomError:
    """The error of two values that exclude each other; ``key`` is the one whose line is shown."""
    return PydanticCustomError("contradiction", "{reason}", {"reason": reason, "key": key})


def require_order(section: BaseModel, low: str, high: str) -> None:
    """Raise a contradiction unless ``section.low <= section.high``; ``None`` on either side passes."""
    least, most = getattr(section, low), getattr(section, high)
    if least is not None and most is not None and least > most:
        raise contradiction(low, f"{low} ({least}) is greater than {high} ({most})")


def lamports_of(sol: Decimal) -> int:
    """A validated ``*_sol`` value in lamports, exactly."""
    return parse_sol(str(sol))


def _number(value: object) -> Decimal:
    if isinstance(value, Decimal):
        number = value
    elif isinstance(value, int) and not isinstance(value, bool):
        number = Decimal(value)
    else:
        raise PydanticCustomError("number", "a number is needed")
    if not number.is_finite():
        raise PydanticCustomError("number", "a finite number is needed")
    return number


def _sol(value: object) -> Decimal:
    text = value if isinstance(value, str) else str(_number(value))
    try:
        amount = parse_sol(text)
    except ValueError:
        raise PydanticCustomError(
            "sol", 'an amount of SOL is needed, with at most 9 decimal places, for example "0.5"'
        ) from None
    if not 0 <= amount <= U64_MAX:
        raise PydanticCustomError("sol", "an amount of SOL from 0 to 18446744073.709551615 is needed")
    return Decimal(text.strip())


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _address(value: str) -> str:
    if not is_address(value):
        raise PydanticCustomError("address", "a base58 address of 32 bytes is needed")
    return value


def _positive(value: Decimal) -> Decimal:
    if value <= 0:
        raise PydanticCustomError("positive", "a value above 0 is needed")
    return value


def _between(low: int, high: int) -> Callable[[Decimal], Decimal]:
    def check(value: Decimal) -> Decimal:
        if not low <= value <= high:
            raise PydanticCustomError("range", f"a value from {low} to {high} is needed")
        return value

    return check


# Validators run on Python values; editors see TOML ones, so the schema is said apart.
_SOL_SCHEMA: Final = {"type": ["string", "number"], "pattern": r"^\d+(\.\d{1,9})?$", "description": "SOL"}

Sol = Annotated[
    Decimal,
    BeforeValidator(_sol),
    WithJsonSchema(_SOL_SCHEMA),
]
"""SOL as an exact decimal, from a TOML number or text; :func:`lamports_of` gives lamports."""

PositiveSol = Annotated[
    Decimal,
    BeforeValidator(_sol),
    AfterValidator(_positive),
    WithJsonSchema(_SOL_SCHEMA | {"description": "SOL, above 0"}),
]
"""Like :data:`Sol`, above zero."""

Percent = Annotated[
    Decimal,
    BeforeValidator(_number),
    AfterValidator(_between(0, 100)),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100}),
]
"""A percentage from 0 to 100: 25 means a quarter."""

Gain = Annotated[
    Decimal,
    BeforeValidator(_number),
    AfterValidator(_between(0, 1_000_000)),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1_000_000}),
]
"""A gain in percent, which may pass 100: 150 means two and a half times the cost."""

Count = Annotated[
    Decimal,
    BeforeValidator(_number),
    AfterValidator(_between(0, 100_000)),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100_000}),
]
"""A number of things that need not be whole, as in 2.5 a second."""

Ladder = Annotated[
    tuple[Annotated[tuple[Gain, Percent], BeforeValidator(_as_tuple)], ...], BeforeValidator(_as_tuple)
]
"""A TOML array of ``[gain, share]`` pairs, both in percent."""

Bps = Annotated[int, Field(ge=0, le=10_000)]
"""Basis points: 100 are one percent."""

Percentile = Annotated[int, Field(ge=0, le=100)]
"""A percentile: 90 is above nine of ten."""

Port = Annotated[int, Field(ge=0, le=65_535)]
"""A TCP port; 0 lets the system choose."""

Address = Annotated[str, AfterValidator(_address)]
"""A base58 address of 32 bytes."""

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""The name of a network, wallet or bot: also a file name, so no slash and no leading dot."""

Names = Annotated[tuple[Name, ...], BeforeValidator(_as_tuple)]
"""A TOML array of names."""

Addresses = Annotated[tuple[Address, ...], BeforeValidator(_as_tuple)]
"""A TOML array of addresses."""

Launchpad = Literal["pumpfun", "raydium_launchlab", "meteora_dbc"]
Launchpads = Annotated[tuple[Launchpad, ...], BeforeValidator(_as_tuple)]
"""A TOML array of venues where coins start on a curve."""

Secret = Annotated[str, Field(repr=False, json_schema_extra={"writeOnly": True})]
"""Text that is never shown, not even in part."""

Texts = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]
"""A TOML array of strings."""
