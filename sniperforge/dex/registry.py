"""All venues, found by program id, and the questions that concern all of them at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.dex.invoke_stack import Frame, frames_of
from sniperforge.dex.raydium_cpmm.venue import RaydiumCpmm
from sniperforge.dex.raydium_launchlab import RaydiumLaunchlab
from sniperforge.dex.venue import Call, Creation, Detector, Venue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.domain.chain import LogsNotice, TransactionView
    from sniperforge.domain.pool import PoolEvent

VENUES: Final[tuple[Venue, ...]] = (RaydiumCpmm(),)
"""Venues whose pools can be traded."""

DETECTORS: Final[tuple[Detector, ...]] = (*VENUES, RaydiumLaunchlab())
"""Everything that turns transactions into events, venues included."""

DETECTOR_BY_PROGRAM: Final[Mapping[str, Detector]] = {
    program: detector for detector in DETECTORS for program in detector.programs.values()
}

CREATION_LINES: Final = frozenset().union(*(detector.creation_lines for detector in DETECTORS))

NEEDLES: Final[tuple[bytes, ...]] = tuple(sorted(b'"%s"' % line.encode() for line in CREATION_LINES))
"""A raw JSON ``logsNotification`` of a creation holds at least one of these, or its logs are truncated."""


def venue_named(name: str) -> Venue | None:
    """The tradable venue called ``name``."""
    return next((venue for venue in VENUES if venue.name == name), None)


def program_on(detector: Detector, cluster: str) -> str | None:
    """The program id on ``cluster``; an embedded network (``local...``) uses mainnet's ids."""
    return detector.programs.get("mainnet" if cluster.startswith("local") else cluster)


def programs_on(cluster: str) -> tuple[str, ...]:
    """Programs whose creations are worth following on ``cluster``."""
    found = (program_on(detector, cluster) for detector in DETECTORS if detector.creation_lines)
    return tuple(program for program in found if program is not None)


def events_of(transaction: TransactionView) -> tuple[PoolEvent, ...]:
    """What a transaction did to pools of known venues, in order of execution."""
    indexes = [
        index
        for index, instruction in enumerate(transaction.instructions)
        if instruction.program_id in DETECTOR_BY_PROGRAM
    ]
    if not indexes:
        return ()
    frames = _frames_by_index(transaction, indexes)
    events: list[PoolEvent] = []
    for index in indexes:
        detector = DETECTOR_BY_PROGRAM[transaction.instructions[index].program_id]
        events.extend(detector.events_of_call(Call(transaction, index, frames.get(index))))
    return tuple(events)


def events_of_logs(notice: LogsNotice) -> tuple[PoolEvent, ...]:
    """What the logs of a transaction tell about pools of known venues: less than the transaction would."""
    events: list[PoolEvent] = []
    for frame in frames_of(notice.logs, DETECTOR_BY_PROGRAM):
        events.extend(DETECTOR_BY_PROGRAM[frame.program_id].events_of_frame(frame, notice))
    return tuple(events)


def creations_in(notice: LogsNotice) -> tuple[Creation, ...]:
    """Creation markers in the logs of a transaction that succeeded, one per created pool.

    A line counts only when a venue's own program wrote it. Truncated logs may hide a creation:
    :func:`sniperforge.dex.invoke_stack.is_truncated` tells.
    """
    if notice.err is not None or CREATION_LINES.isdisjoint(notice.logs):
        return ()
    last = max(index for index, line in enumerate(notice.logs) if line in CREATION_LINES)
    return tuple(
        Creation(detector.name, frame.program_id, notice.signature, notice.slot)
        for frame in frames_of(notice.logs[: last + 1], DETECTOR_BY_PROGRAM)
        if not (detector := DETECTOR_BY_PROGRAM[frame.program_id]).creation_lines.isdisjoint(frame.lines)
    )


def _frames_by_index(transaction: TransactionView, indexes: list[int]) -> dict[int, Frame]:
    """The n-th call of a program in the logs is its n-th instruction: both are in order of execution.

    More calls than instructions means that the node left out inner instructions: then nothing is certain.
    """
    queues: dict[str, list[int]] = {}
    for index in indexes:
        queues.setdefault(transaction.instructions[index].program_id, []).append(index)
    matched: dict[int, Frame] = {}
    frames = frames_of(transaction.logs, queues)
    for program, queue in queues.items():
        own = [frame for frame in frames if frame.program_id == program]
        if len(own) <= len(queue):
            matched.update(zip(queue, own, strict=False))
    return matched
