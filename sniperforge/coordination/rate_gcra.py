"""When a request may leave: a generic cell rate algorithm (GCRA) with a part kept for sends and exits. Pure.

A lane is one number, its theoretical arrival time: the moment at which all it has granted is paid for.
There are two. ``shared`` has 80 % of the rate and room for one request; ``reserved`` has the other 20 % and
the rest of the burst, and serves sends and exits only, which take whichever lane lets them go sooner. What
exits read leaves half of that burst to sends. What both lanes grant in any stretch of time is at most
``rate * time + burst``.

Times are integer nanoseconds of one clock. GCRA: ITU-T I.371, annex A.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING, Final

from sniperforge.domain.priority import Priority

if TYPE_CHECKING:
    from decimal import Decimal

SECOND: Final = 1_000_000_000
FIRST_PAUSE: Final = SECOND
MAX_PAUSE: Final = 60 * SECOND
"""No answer of a server holds requests back for longer; it may say so again."""

CALM: Final = 10 * SECOND
"""A refusal that comes later than this after a pause does not lengthen the next one."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A part of a rate.

    Attributes:
        cost: nanoseconds in which the lane pays for one unit of weight; 0 for no limit.
        tolerance: nanoseconds that it may be ahead of its payments: its burst.
    """

    cost: int
    tolerance: int

    def slot(self, tat: int, weight: Decimal, now: int) -> tuple[int, int]:
        """The earliest start at or after ``now`` of a request of ``weight``, and the lane's next ``tat``."""
        following = max(tat, now) + ceil(self.cost * weight)
        return max(now, following - self.tolerance), following


@dataclass(frozen=True, slots=True)
class Rate:
    """An endpoint's limit, split into its two lanes; made by :func:`rate_of`."""

    shared: Lane
    reserved: Lane

    @property
    def exits(self) -> Lane:
        """The reserved lane as exits may use it: half of its burst is for sends."""
        return Lane(self.reserved.cost, self.reserved.tolerance // 2)


UNLIMITED: Final = Rate(Lane(0, 0), Lane(0, 0))
"""Only what the server itself says holds anything back."""


def rate_of(per_second: Decimal, burst: Decimal, heaviest: Decimal) -> Rate:
    """The rate of ``per_second`` units of weight, of which ``burst`` may come at once.

    Args:
        per_second, burst: units of weight.
        heaviest: the weight of the heaviest request. The burst must hold two: one of each lane.
    """
    if burst < 2 * heaviest:
        raise ValueError(f"a burst of {burst} does not hold two requests of weight {heaviest}")
    unit = SECOND / per_second
    shared, reserved = ceil(unit * 5 / 4), ceil(unit * 5)
    return Rate(Lane(shared, ceil(shared * heaviest)), Lane(reserved, ceil(reserved * (burst - heaviest))))


@dataclass(frozen=True, slots=True)
class Lanes:
    """What is granted so far, and how long everybody waits after a refusal.

    Attributes:
        shared, reserved: theoretical arrival times of the lanes.
        paused_until: nobody starts before it.
        pause: length of the last pause.
    """

    shared: int = 0
    reserved: int = 0
    paused_until: int = 0
    pause: int = 0


def reserve(lanes: Lanes, rate: Rate, weight: Decimal, now: int, priority: Priority) -> tuple[Lanes, int]:
    """Take the next slot: the lanes afterwards, and when the request may start."""
    lanes = believable(lanes, rate, now)
    base = max(now, lanes.paused_until)
    start, tat = rate.shared.slot(lanes.shared, weight, base)
    if priority is not Priority.READ and start > base:
        lane = rate.reserved if priority is Priority.SEND else rate.exits
        sooner, reserved = lane.slot(lanes.reserved, weight, base)
        if sooner < start:
            return replace(lanes, reserved=reserved), sooner
    return replace(lanes, shared=tat), start


def refuse(lanes: Lanes, now: int, wait: int | None) -> Lanes:
    """After "too many requests": everybody waits as long as the server says, or ever longer.

    Args:
        wait: nanoseconds that the server asks for; ``None`` or 0 when it names no time. Then the pause is one
            second, doubled with each refusal that follows a pause closely.
    """
    if wait:
        length = min(wait, MAX_PAUSE)
    elif now < lanes.paused_until:
        return lanes  # the answer to what had left before the pause
    else:
        again = lanes.pause and now < lanes.paused_until + CALM
        length = min(2 * lanes.pause, MAX_PAUSE) if again else FIRST_PAUSE
    return replace(lanes, paused_until=max(lanes.paused_until, now + length), pause=length)


def run_low(lanes: Lanes, rate: Rate, now: int, wait: int) -> Lanes:
    """When the server has only the reserved part left: plain reads wait for its reset.

    Args:
        wait: nanoseconds until the server's count begins anew.
    """
    return replace(lanes, shared=max(lanes.shared, now + min(wait, MAX_PAUSE) + rate.shared.tolerance))


def believable(lanes: Lanes, rate: Rate, now: int) -> Lanes:
    """The lanes without times that no grant can have led to: a broken record must not stop anybody."""
    return Lanes(
        _within(lanes.shared, now + rate.shared.tolerance),
        _within(lanes.reserved, now + rate.reserved.tolerance),
        _within(lanes.paused_until, now),
        max(0, min(lanes.pause, MAX_PAUSE)),
    )


def _within(time: int, used_up: int) -> int:
    return time if time <= used_up + MAX_PAUSE else used_up
