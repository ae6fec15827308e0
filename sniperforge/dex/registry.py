"""All venues, found by program id, and the questions that concern all of them at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sniperforge.dex.invoke_stack import Frame, frames_of
from sniperforge.dex.meteora_damm_v1.venue import MeteoraDammV1
from sniperforge.dex.meteora_damm_v2.venue import MeteoraDammV2
from sniperforge.dex.meteora_dbc.detector import MeteoraDbc
from sniperforge.dex.meteora_dlmm.venue import MeteoraDlmm
from sniperforge.dex.orca_whirlpool.venue import OrcaWhirlpool
from sniperforge.dex.pumpfun.venue import Pumpfun
from sniperforge.dex.pumpswap.venue import Pumpswap
from sniperforge.dex.raydium_amm_v4.venue import RaydiumAmmV4
from sniperforge.dex.raydium_clmm.venue import RaydiumClmm
from sniperforge.dex.raydium_cpmm.venue import RaydiumCpmm
from sniperforge.dex.raydium_launchlab.venue import RaydiumLaunchlab
from sniperforge.dex.venue import Call, Creation, Detector, PoolReader, Unrecognised, Venue

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sniperforge.domain.chain import InstructionView, LogsNotice, TransactionView
    from sniperforge.domain.pool import PoolEvent

VENUES: Final[tuple[Venue, ...]] = (
    RaydiumCpmm(),
    RaydiumAmmV4(),
    Pumpfun(),
    Pumpswap(),
    RaydiumLaunchlab(),
)
"""Venues whose pools can be traded: one line each."""

READERS: Final[tuple[PoolReader, ...]] = (
    *VENUES,
    RaydiumClmm(),
    OrcaWhirlpool(),
    MeteoraDlmm(),
    MeteoraDammV2(),
    MeteoraDammV1(),
)
"""Venues whose pools can be looked at, the tradable ones included."""

DETECTORS: Final[tuple[Detector, ...]] = (*READERS, MeteoraDbc())
"""Everything that turns transactions into events, readers included."""

DETECTOR_BY_PROGRAM: Final[Mapping[str, Detector]] = {
    program: detector for detector in DETECTORS for program in detector.programs.values()
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a transaction tells.

    Attributes:
        events: what happened to pools.
        unrecognised: instructions of known programs in unknown forms, to be counted and shown.
    """

    events: tuple[PoolEvent, ...] = ()
    unrecognised: tuple[Unrecognised, ...] = ()


CREATION_LINES: Final = frozenset().union(*(detector.creation_lines for detector in DETECTORS))

_OPEN_END: Final = "{"
_STARTS: Final = {
    detector.name: tuple(line for line in detector.creation_lines if line.endswith(_OPEN_END))
    for detector in DETECTORS
}
_ALL_STARTS: Final = tuple(line for starts in _STARTS.values() for line in starts)


def _needles(lines: Iterable[str]) -> tuple[bytes, ...]:
    quoted = ((b'"%s' if line.endswith(_OPEN_END) else b'"%s"') % line.encode() for line in lines)
    return tuple(sorted(quoted))


NEEDLES: Final = _needles(CREATION_LINES)
"""A raw JSON ``logsNotification`` of a creation holds at least one of these, or its logs are truncated."""

_NEEDLES_BY_PROGRAM: Final = {
    program: _needles(detector.creation_lines) for program, detector in DETECTOR_BY_PROGRAM.items()
}


def needles_for(address: str) -> tuple[bytes, ...]:
    """The needles for a stream of transactions that mention ``address``: of one venue, if it is its program.

    Fewer needles make a miss several times cheaper; creations of other venues come in their own streams.
    """
    return _NEEDLES_BY_PROGRAM.get(address, NEEDLES)


def venue_named(name: str) -> Venue | None:
    """The tradable venue called ``name``."""
    return next((venue for venue in VENUES if venue.name == name), None)


def program_on(detector: Detector, cluster: str) -> str | None:
    """The program id on ``cluster``; an embedded network (``local...``) uses mainnet's ids."""
    return detector.programs.get("mainnet" if cluster.startswith("local") else cluster)


def programs_on(cluster: str, dexes: Collection[str] = ()) -> tuple[str, ...]:
    """Programs whose creations are worth following on ``cluster``; ``dexes`` narrows them, none means all."""
    found = (
        program_on(detector, cluster)
        for detector in DETECTORS
        if detector.creation_lines and (not dexes or detector.name in dexes)
    )
    return tuple(program for program in found if program is not None)


def read_transaction(transaction: TransactionView) -> Reading:
    """What a transaction did to pools of known venues, in order of execution, and what could not be read."""
    indexes = [
        index
        for index, instruction in enumerate(transaction.instructions)
        if instruction.program_id in DETECTOR_BY_PROGRAM
    ]
    if not indexes:
        return Reading()
    frames = _frames_by_index(transaction, indexes)
    events: list[PoolEvent] = []
    unrecognised: list[Unrecognised] = []
    for index in indexes:
        instruction = transaction.instructions[index]
        detector = DETECTOR_BY_PROGRAM[instruction.program_id]
        found = detector.events_of_call(Call(transaction, index, frames.get(index)))
        if found is None:
            unrecognised.append(_unrecognised(detector.name, instruction, transaction.signature))
        else:
            events.extend(found)
    return Reading(tuple(events), tuple(unrecognised))


def events_of(transaction: TransactionView) -> tuple[PoolEvent, ...]:
    """The events of :func:`read_transaction`."""
    return read_transaction(transaction).events


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
    if notice.err is not None or not _may_create(notice.logs):
        return ()
    return tuple(
        Creation(detector.name, frame.program_id, notice.signature, notice.slot)
        for frame in frames_of(notice.logs[: _last_marker(notice.logs) + 1], DETECTOR_BY_PROGRAM)
        if _creates(detector := DETECTOR_BY_PROGRAM[frame.program_id], frame)
    )


def _may_create(lines: Sequence[str]) -> bool:
    return not CREATION_LINES.isdisjoint(lines) or any(line.startswith(_ALL_STARTS) for line in lines)


def _last_marker(lines: Sequence[str]) -> int:
    return max(
        index for index, line in enumerate(lines) if line in CREATION_LINES or line.startswith(_ALL_STARTS)
    )


def _creates(detector: Detector, frame: Frame) -> bool:
    if not detector.creation_lines.isdisjoint(frame.lines):
        return True
    starts = _STARTS[detector.name]
    return bool(starts) and any(line.startswith(starts) for line in frame.lines)


def _unrecognised(dex: str, instruction: InstructionView, signature: str) -> Unrecognised:
    return Unrecognised(
        dex,
        instruction.program_id,
        instruction.data[:8].hex(),
        len(instruction.accounts),
        signature,
        instruction.path,
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
