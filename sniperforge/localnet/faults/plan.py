"""Which faults an endpoint has: settings with their bounds, and two profiles. No decisions, no effects."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final, Self

from sniperforge.config.nearest import did_you_mean
from sniperforge.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_HINT: Final = "docs/localnet.md lists every fault with its values"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a setting may be: a whole number up to ``most``, or a probability when ``most`` is ``None``."""

    most: int | None = None

    def __str__(self) -> str:
        return "0 to 1" if self.most is None else f"0 to {self.most}"

    def admits(self, value: Any) -> bool:
        """Whether ``value`` is of the right kind and within the bounds."""
        if isinstance(value, bool) or not isinstance(value, int | (float if self.most is None else int)):
            return False
        return bool(0 <= value <= (1 if self.most is None else self.most))


CHANCE: Final = Bounds()
BOUNDS: Final[dict[str, Bounds]] = {
    "drop": CHANCE,
    "expire": CHANCE,
    "fee_floor": Bounds(10**9),
    "delay": CHANCE,
    "delay_slots": Bounds(300),
    "reorder": CHANCE,
    "sandwich": CHANCE,
    "rollback": CHANCE,
    "rate_per_10s": Bounds(1_000_000),
    "rate_limit": CHANCE,
    "retry_after": Bounds(60),
    "server_error": CHANCE,
    "slow": CHANCE,
    "slow_ms": Bounds(60_000),
    "truncate": CHANCE,
    "ws_cut_ms": Bounds(86_400_000),
    "ws_silence": CHANCE,
    "ws_silence_ms": Bounds(86_400_000),
    "ws_miss": CHANCE,
    "ws_double": CHANCE,
    "lag": CHANCE,
    "lag_slots": Bounds(127),
    "unknown_blockhash": CHANCE,
    "not_found": CHANCE,
    "ahead": CHANCE,
    "ahead_slots": Bounds(100_000),
    "wrong_genesis": CHANCE,
    "seed": Bounds(2**63 - 1),
}
"""Every setting, in the order of the documents. Further behind, a node would not call itself healthy."""

RATE_SECONDS: Final = 10
"""What ``rate_per_10s`` counts in."""


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """The faults of an endpoint. Probabilities are per occasion; all of them are 0 unless given.

    Attributes:
        drop: a submission gets its signature and never appears; sent again, it has another chance.
        expire: the same for as long as its blockhash lives, however often it is sent.
        fee_floor: micro-lamports per compute unit below which a submission is dropped.
        delay, delay_slots: a submission lands 1 to ``delay_slots`` slots later.
        reorder: a submission lands after the next one, or with the next block.
        sandwich: a swap that leaves room for it is traded around, see :mod:`..market.sandwich`.
        rollback: the newest block is dropped, with what clients had in it; the first endpoint's counts.
        rate_per_10s: requests in any ten seconds, beyond which they get HTTP 429; 0 for any number.
        rate_limit, retry_after: HTTP 429 by chance, with so many seconds in ``Retry-After``.
        server_error: HTTP 502, 503 or 504; of these only 503 leaves the request undone.
        slow, slow_ms: a reply comes up to so many milliseconds late.
        truncate: a reply breaks off half way.
        ws_cut_ms: a WebSocket is cut this long after it was opened; 0 never.
        ws_silence, ws_silence_ms: a WebSocket stays open and says nothing any more after so long.
        ws_miss, ws_double: a notification is lost, or comes twice.
        lag, lag_slots: a request is answered as of so many blocks ago.
        unknown_blockhash: a request meets a node that does not know hashes that are not finalized.
        not_found: a status or transaction that landed is answered with ``null``.
        ahead, ahead_slots: slots and heights are told too high by so many.
        wrong_genesis: the genesis hash of another network is told.
        seed: the same one decides the same.

    Raises:
        ConfigError: a value is out of bounds.
    """

    drop: float = 0.0
    expire: float = 0.0
    fee_floor: int = 0
    delay: float = 0.0
    delay_slots: int = 4
    reorder: float = 0.0
    sandwich: float = 0.0
    rollback: float = 0.0
    rate_per_10s: int = 0
    rate_limit: float = 0.0
    retry_after: int = 1
    server_error: float = 0.0
    slow: float = 0.0
    slow_ms: int = 1_000
    truncate: float = 0.0
    ws_cut_ms: int = 0
    ws_silence: float = 0.0
    ws_silence_ms: int = 5_000
    ws_miss: float = 0.0
    ws_double: float = 0.0
    lag: float = 0.0
    lag_slots: int = 8
    unknown_blockhash: float = 0.0
    not_found: float = 0.0
    ahead: float = 0.0
    ahead_slots: int = 200
    wrong_genesis: float = 0.0
    seed: int = 1

    def __post_init__(self) -> None:
        for name, bounds in BOUNDS.items():
            value = getattr(self, name)
            if not bounds.admits(value):
                raise _out_of_bounds(name, value)

    def to_json(self) -> dict[str, Any]:
        """Every setting."""
        return asdict(self)

    def changed(self, settings: Mapping[str, Any]) -> Self:
        """This plan with other ``settings``.

        Raises:
            ConfigError: an unknown name, or a value out of bounds.
        """
        for name in settings:
            _known(name)
        return replace(self, **settings)


def plan_of_profile(name: str) -> FaultPlan:
    """The plan called ``name``. Raises ``ConfigError`` when there is none."""
    if name not in PROFILES:
        raise ConfigError(f"no fault profile {name!r}", hint=f"there are {', '.join(PROFILES)}")
    return PROFILES[name]


def parse_settings(texts: Iterable[str]) -> dict[str, int | float]:
    """``NAME=VALUE`` texts as settings.

    Raises:
        ConfigError: no such form, an unknown name, or no number.
    """
    found: dict[str, int | float] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise ConfigError(f"{text!r} is not NAME=VALUE", hint="for example drop=0.2")
        _known(name)
        found[name] = _number(name, value)
    return found


def _known(name: str) -> None:
    if name not in BOUNDS:
        raise ConfigError(f"no fault {name!r}", hint=did_you_mean(name, BOUNDS) or _HINT)


def _number(name: str, text: str) -> int | float:
    try:
        return float(text) if BOUNDS[name].most is None else int(text)
    except ValueError:
        raise _out_of_bounds(name, text) from None


def _out_of_bounds(name: str, value: Any) -> ConfigError:
    return ConfigError(f"fault {name} = {value!r} is not a number from {BOUNDS[name]}", hint=_HINT)


NO_FAULTS: Final = FaultPlan()
PROFILES: Final[dict[str, FaultPlan]] = {
    "rough": FaultPlan(
        drop=0.3,
        delay=0.3,
        delay_slots=4,
        reorder=0.05,
        sandwich=0.2,
        rollback=0.03,
        rate_limit=0.05,
        server_error=0.01,
        slow=0.05,
        truncate=0.005,
        ws_cut_ms=5_000,
        ws_miss=0.01,
        ws_double=0.02,
        lag=0.5,
        lag_slots=3,
        unknown_blockhash=0.03,
        not_found=0.02,
    ),
    "hostile": FaultPlan(
        drop=0.5,
        expire=0.1,
        fee_floor=1_000,
        delay=0.6,
        delay_slots=20,
        reorder=0.2,
        sandwich=0.8,
        rollback=0.1,
        rate_per_10s=200,
        rate_limit=0.1,
        retry_after=2,
        server_error=0.05,
        slow=0.2,
        slow_ms=4_000,
        truncate=0.03,
        ws_cut_ms=4_000,
        ws_silence=0.3,
        ws_silence_ms=1_000,
        ws_miss=0.1,
        ws_double=0.1,
        lag=0.5,
        lag_slots=32,
        unknown_blockhash=0.2,
        not_found=0.2,
    ),
}
"""``rough``: a bad day at a shared endpoint. ``hostile``: worse than any day; for finding mistakes."""

assert set(BOUNDS) == {setting.name for setting in fields(FaultPlan)}
