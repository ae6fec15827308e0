"""The settings of a position's exits, and their journalled form, which survives a restart."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from sniperforge.errors import ConfigError, DecodeError

if TYPE_CHECKING:
    from collections.abc import Mapping

_LADDER: Final = "take_profit_ladder"
_AUTHORITY: Final = "authority_change"
_OFF: Final = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitPolicy:
    """When to leave; ``None`` switches a rule off.

    Attributes:
        take_profit_percent: gain on the cost, at which all is sold.
        take_profit_ladder: ``(gain, share)`` in percent, rising: at that gain so much of what was bought is
            sold; steps that a jump of the price reaches together are sold together.
        stop_loss_percent: loss on the cost.
        trailing_percent: fall from the peak.
        trailing_activation_percent: gain on the cost that the peak must have reached first.
        max_hold_seconds: time since the buy.
        liquidity_drop_percent: fall of the pool's quote side since the buy.
        authority_change: leave when somebody gets a power over holders that nobody, or somebody else, had at
            the buy.

    Raises:
        ConfigError: a value is out of range.
    """

    take_profit_percent: Decimal | None = None
    take_profit_ladder: tuple[tuple[Decimal, Decimal], ...] = ()
    stop_loss_percent: Decimal | None = None
    trailing_percent: Decimal | None = None
    trailing_activation_percent: Decimal = Decimal(0)
    max_hold_seconds: int | None = None
    liquidity_drop_percent: Decimal | None = None
    authority_change: bool = True

    def __post_init__(self) -> None:
        _check("take_profit_percent", self.take_profit_percent, None)
        _check_ladder(self.take_profit_ladder)
        for name in ("stop_loss_percent", "trailing_percent", "liquidity_drop_percent"):
            _check(name, getattr(self, name), 100)
        if not self.trailing_activation_percent.is_finite() or self.trailing_activation_percent < 0:
            raise ConfigError(
                f"trailing_activation_percent is {self.trailing_activation_percent}, not 0 or more"
            )
        if self.max_hold_seconds is not None and self.max_hold_seconds <= 0:
            raise ConfigError(f"max_hold_seconds is {self.max_hold_seconds}, not above 0")

    def to_json(self) -> dict[str, str]:
        """The rules as text, those left out that are as they are by default: what the journal keeps."""
        values = {setting.name: getattr(self, setting.name) for setting in fields(self)}
        values[_LADDER] = ",".join(f"{gain}:{share}" for gain, share in self.take_profit_ladder) or None
        values[_AUTHORITY] = None if self.authority_change else _OFF
        return {name: str(value) for name, value in values.items() if value is not None}

    @classmethod
    def from_json(cls, document: Mapping[str, object]) -> ExitPolicy:
        """The policy that :meth:`to_json` wrote.

        Raises:
            DecodeError: an unknown rule, or a value that is not a number.
            ConfigError: a value is out of range.
        """
        known = {setting.name for setting in fields(cls)}
        unknown = sorted(set(document) - known)
        if unknown:
            raise DecodeError(f"exit policy has unknown rules: {', '.join(unknown)}")
        numbers = {
            name: _number(name, value)
            for name, value in document.items()
            if name not in (_LADDER, _AUTHORITY)
        }
        hold = numbers.pop("max_hold_seconds", None)
        return cls(
            max_hold_seconds=None if hold is None else _whole(hold),
            take_profit_ladder=_ladder(str(document.get(_LADDER, ""))),
            authority_change=_is_on(document.get(_AUTHORITY)),
            **numbers,
        )


def _ladder(text: str) -> tuple[tuple[Decimal, Decimal], ...]:
    steps = [step.partition(":") for step in text.split(",") if step]
    return tuple((_number(_LADDER, gain), _number(_LADDER, share)) for gain, _colon, share in steps)


def _is_on(text: object) -> bool:
    if text not in (None, _OFF):
        raise DecodeError(f"exit policy: {_AUTHORITY} is {text!r}, not {_OFF!r}")
    return text is None


def _check_ladder(steps: tuple[tuple[Decimal, Decimal], ...]) -> None:
    for gain, share in steps:
        _check(_LADDER, gain, None)
        _check(_LADDER, share, 100)
    gains = [gain for gain, _share in steps]
    if gains != sorted(set(gains)):
        raise ConfigError(f"{_LADDER}: the gains {', '.join(map(str, gains))} do not rise")
    if sum(share for _gain, share in steps) > 100:
        raise ConfigError(f"{_LADDER} sells more than 100 percent")


def _number(name: str, value: object) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise DecodeError(f"exit policy: {name} is {value!r}, not a number") from None


def _whole(seconds: Decimal) -> int:
    if not seconds.is_finite() or seconds != seconds.to_integral_value():
        raise DecodeError(f"exit policy: max_hold_seconds is {seconds}, not a whole number")
    return int(seconds)


def _check(name: str, percent: Decimal | None, most: int | None) -> None:
    if percent is None:
        return
    if not percent.is_finite() or percent <= 0 or (most is not None and percent > most):
        span = "above 0" if most is None else f"above 0 and at most {most}"
        raise ConfigError(f"{name} is {percent}, not {span}")
