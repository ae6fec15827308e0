"""What a user accepts: the settings of every risk check, with defaults that refuse what is usual in rugs."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sniperforge.domain.addresses import INCINERATOR, SYSTEM_PROGRAM, WSOL_MINT
from sniperforge.errors import ConfigError
from sniperforge.tokens.extensions import EXTENSION_NAMES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

BURN_OWNERS: Final = frozenset({INCINERATOR, SYSTEM_PROGRAM})
"""Owners that nobody can sign for."""

LOCK_OWNERS: Final = frozenset(
    {
        "LockrWmn6K5twhz3y9w1dQERbmgSaRkfnTeTKbpofwE",  # Raydium burn & earn
        "3f7GcQFG397GAaEnv51zR6tsTVihYRydnydDD1cXekxH",  # its CPMM authority
        "kN1kEznaF5Xbd8LYuqtEFcxzWSBk5Fv6ygX6SqEGJVy",  # its CLMM authority
        "DRay25Usp3YJAi7beckgpGUC7mGJ2cR1AVPxhYfwVCUX",  # its devnet program
    }
)
"""Programs and authorities that hold LP tokens for ever. Time locks are not among them: they end."""


class Check(StrEnum):
    """Every check by the name used in verdicts and settings."""

    MINT_AUTHORITY = "mint_authority"
    FREEZE_AUTHORITY = "freeze_authority"
    TOKEN_EXTENSIONS = "token_extensions"  # noqa: S105 - a check's name
    QUOTE_MINT = "quote_mint"
    QUOTE_LIQUIDITY = "quote_liquidity"
    LP_LOCKED = "lp_locked"
    HOLDER_CONCENTRATION = "holder_concentration"
    CANONICAL_POOL = "canonical_pool"
    OPEN_TIME = "open_time"
    POOL_AGE = "pool_age"
    ROUND_TRIP = "round_trip"
    BLOCK_LIST = "block_list"
    WATCH_LIST = "watch_list"
    TARGET_LIST = "target_list"


@dataclass(frozen=True, slots=True)
class LiquidityRange:
    """How much of a quote token a pool must and may hold, raw units; ``max_raw`` ``None`` is no limit."""

    min_raw: int
    max_raw: int | None = None

    def __post_init__(self) -> None:
        if self.min_raw < 0 or (self.max_raw is not None and self.max_raw < self.min_raw):
            raise ConfigError(f"liquidity range {self.min_raw}..{self.max_raw} is empty or negative")


def _sol_range() -> Mapping[str, LiquidityRange]:
    return {WSOL_MINT: LiquidityRange(5_000_000_000)}


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskPolicy:
    """Limits of the checks. Percentages are percentages.

    Attributes:
        trusted_authorities: mint and freeze authorities that are a launchpad's own.
        max_transfer_fee_bps: highest Token-2022 transfer fee, now and scheduled.
        allow_raisable_transfer_fee: accept a fee that someone may raise later.
        tolerated_extensions: extension names that are reported but do not fail.
        quote_liquidity: accepted quote mints, each with its range in raw units.
        min_lp_locked_percent: least share of the LP supply that is burned or locked for ever.
        lock_owners: owners, or programs of owners, whose LP tokens and holdings count as locked.
        max_single_holder_percent: largest share of one holder in the supply not burned.
        max_top10_percent: largest share of the ten largest holders together.
        max_open_delay_seconds: how far in the future swaps may start.
        min_pool_age_seconds, max_pool_age_seconds: age since creation; ``None`` is no upper limit.
        min_round_trip_percent: least share of the spending that a sale gives back.
        max_tax_percent: most that the token itself may take from a round trip.
        target_mints, target_creators: when either has entries, only these are bought.
        watch_mints, watch_creators: judged and journalled, never bought.
        block_mints, block_creators: never bought.
        allow_unknown: checks whose missing data does not refuse.

    Raises:
        ConfigError: a limit is out of range, contradicts another, or a name is not known.
    """

    trusted_authorities: frozenset[str] = frozenset()
    max_transfer_fee_bps: int = 0
    allow_raisable_transfer_fee: bool = False
    tolerated_extensions: frozenset[str] = frozenset()
    quote_liquidity: Mapping[str, LiquidityRange] = field(default_factory=_sol_range)
    min_lp_locked_percent: Decimal = Decimal(90)
    lock_owners: frozenset[str] = LOCK_OWNERS
    max_single_holder_percent: Decimal = Decimal(15)
    max_top10_percent: Decimal = Decimal(40)
    max_open_delay_seconds: int = 5
    min_pool_age_seconds: int = 0
    max_pool_age_seconds: int | None = 300
    min_round_trip_percent: Decimal = Decimal(90)
    max_tax_percent: Decimal = Decimal(3)
    target_mints: frozenset[str] = frozenset()
    target_creators: frozenset[str] = frozenset()
    watch_mints: frozenset[str] = frozenset()
    watch_creators: frozenset[str] = frozenset()
    block_mints: frozenset[str] = frozenset()
    block_creators: frozenset[str] = frozenset()
    allow_unknown: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for limit in fields(self):
            _check_range(limit.name, getattr(self, limit.name))
        if self.max_pool_age_seconds is not None and self.max_pool_age_seconds < self.min_pool_age_seconds:
            raise ConfigError("max_pool_age_seconds is below min_pool_age_seconds")
        if SYSTEM_PROGRAM in self.lock_owners:
            raise ConfigError("lock_owners names the system program, which owns every ordinary wallet")
        _check_names("allow_unknown", self.allow_unknown, [check.value for check in Check])
        _check_names("tolerated_extensions", self.tolerated_extensions, EXTENSION_NAMES)


def _check_range(name: str, value: object) -> None:
    if name.endswith("_percent") and not (
        isinstance(value, Decimal) and value.is_finite() and 0 <= value <= 100
    ):
        raise ConfigError(f"{name} is {value}, not a percentage from 0 to 100")
    if name.endswith("_bps") and not (isinstance(value, int) and 0 <= value <= 10_000):
        raise ConfigError(f"{name} is {value}, not basis points from 0 to 10000")
    if name.endswith("_seconds") and value is not None and not (isinstance(value, int) and value >= 0):
        raise ConfigError(f"{name} is {value}, not a number of seconds from 0")


def _check_names(setting: str, names: Collection[str], known: Collection[str]) -> None:
    for name in sorted(set(names) - set(known)):
        near = get_close_matches(name, sorted(known), n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are: {', '.join(sorted(known))}"
        raise ConfigError(f"{setting} names {name!r}, which does not exist", hint=hint)
