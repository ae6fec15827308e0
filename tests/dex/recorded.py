"""Compares what is decoded with what recordings say, the same way for every venue.

A venue has one file ``tests/dex/<venue>/recorded.py`` with ``VENUE = RecordedVenue(...)``, in which it says what an
instruction or a log entry of a recording, in the recording's own names, must be found as. Every file of every folder
is read, without the fields that the recording derived; each comparison is one :class:`Case`. ``test_recorded.py``
wants all of them to match, ``scripts/venues.py`` counts them into ``docs/venues.md``.
"""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from sniperforge.app.decoding import events_in
from sniperforge.dex.document import parse_document
from sniperforge.dex.registry import creations_in
from sniperforge.domain.chain import Account, LogsNotice, TransactionView
from sniperforge.domain.pool import EventKind, PoolEvent
from sniperforge.testing.fixtures import COMMITTED, read_recording, recordings, shared_root

STAGES = ("detect", "decode", "events", "quote", "build")
DERIVED = frozenset(
    {"decoded", "log_events", "token_deltas", "asserted_by_source", "decoded_account", "pda_check"}
)
HOLDS_SOMETHING = frozenset({"result", "instruction", "response", "logs"})


@dataclass(frozen=True, slots=True)
class Told:
    """What a recording tells of one event; what stays ``None`` or empty is not compared.

    Attributes:
        kind, pool: as in :class:`PoolEvent`.
        sides: vault by mint; ``""`` for a vault that is not told.
        amounts, facts: these names must be in the event with these values.
    """

    kind: EventKind
    pool: str | None = None
    sides: Mapping[str, str] | None = None
    amounts: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)

    def seen_in(self, event: PoolEvent) -> Told:
        """The same questions, answered by ``event``."""
        vaults = {event.base_mint: event.base_vault, event.quote_mint: event.quote_vault}
        wanted = self.sides or {}
        return Told(
            event.kind,
            None if self.pool is None else event.pool,
            self.sides and {mint: vault if wanted.get(mint) else "" for mint, vault in vaults.items()},
            {name: event.amounts[name] for name in self.amounts if name in event.amounts},
            {name: event.facts[name] for name in self.facts if name in event.facts},
        )


@dataclass(frozen=True, slots=True)
class Case:
    """One comparison.

    Attributes:
        stage: one of :data:`STAGES`.
        name: file and place.
    """

    stage: str
    name: str
    expected: object
    got: object

    @property
    def matched(self) -> bool:
        """Whether the two are equal."""
        return self.expected == self.got


@dataclass(frozen=True, slots=True)
class Recording:
    """One file.

    Attributes:
        name: ``folder/file`` without suffix.
        document: all of it.
        parsed: what it holds, read without the derived fields.
        events: what ``pools decode`` tells of it, likewise.
    """

    name: str
    document: Mapping[str, Any]
    parsed: TransactionView | LogsNotice
    events: tuple[PoolEvent, ...]

    @property
    def failed(self) -> bool:
        """Whether the transaction failed."""
        return self.parsed.err is not None


@dataclass(frozen=True, slots=True, eq=False)
class RecordedVenue:
    """How a venue's events are called in recordings.

    Attributes:
        dex: registry name.
        tag: ``program`` of its entries in ``decoded`` and ``log_events``.
        program_id: mainnet.
        decoded: ``(instruction name, accounts by role, arguments) ->`` the event it must be, or the events in
            order; ``None``: no event.
        logged: an entry of ``log_events``, or of a self-call (``event`` and ``data``) ``->`` likewise. Entries are
            found in order among the events that did not fail, whatever lies between.
        asserted: an entry of ``asserted_by_source`` ``->`` likewise.
        moved: the change of balances, ``(owner, mint) -> raw units``, that an event explains. Summed, they must be
            the recording's ``token_deltas`` of these owners. See :func:`vault_flow`.
        quote: ``(event, recording) -> (expected, got)`` of a swap quoted anew; ``None``: reserves are not known.
        build: ``(event, recording) -> (expected, got)`` of a swap's accounts and data built anew; ``None``: it is of
            a form that is not built.
        more: ``(document, name) ->`` further cases of any file, account dumps for example.
        decoders: what reads the venue's accounts: on any bytes they may raise nothing but DecodeError.
        exceptions: reason by case name, for cases that cannot match.
    """

    dex: str
    tag: str
    program_id: str
    decoded: Callable[[str, Mapping[str, str], Mapping[str, Any]], Told | tuple[Told, ...] | None]
    logged: Callable[[Mapping[str, Any]], Told | None] = lambda _: None
    asserted: Callable[[Mapping[str, Any]], Told | None] = lambda _: None
    moved: Callable[[PoolEvent], Mapping[tuple[str, str], int]] = lambda _: {}
    quote: Callable[[PoolEvent, Recording], tuple[object, object] | None] = lambda *_: None
    build: Callable[[PoolEvent, Recording], tuple[object, object] | None] = lambda *_: None
    more: Callable[[Mapping[str, Any], str], Iterable[Case]] = lambda *_: ()
    decoders: tuple[Callable[[Account], object], ...] = ()
    exceptions: Mapping[str, str] = field(default_factory=dict)


def vault_flow(owner: str, event: PoolEvent) -> dict[tuple[str, str], int]:
    """What an event moved in the vaults of ``owner``, by the common names of amounts."""
    flow: Counter[tuple[str, str]] = Counter()
    if event.kind is EventKind.SWAP:
        flow[owner, event.facts["input_mint"]] += event.amounts["input_amount"]
        flow[owner, event.facts["output_mint"]] -= event.amounts["output_amount"]
    elif "base_amount" in event.amounts:
        sign = -1 if event.kind is EventKind.LIQUIDITY_REMOVED else 1
        flow[owner, event.base_mint] += sign * event.amounts["base_amount"]
        flow[owner, event.quote_mint] += sign * event.amounts["quote_amount"]
    return dict(flow)


@cache
def documents() -> Mapping[str, Any]:
    """Every recorded file by ``folder/name``; Jupiter's answers are not of this kind."""
    roots = [root for root in (COMMITTED, shared_root()) if root]
    folders = {path.name for root in roots for path in root.iterdir() if path.is_dir()} - {"jupiter"}
    return {
        f"{folder}/{name}": document
        for folder in sorted(folders)
        for name, path in recordings(folder).items()
        if isinstance(document := read_recording(path), dict)
    }


@cache
def all_recordings() -> tuple[Recording, ...]:
    """Every file that holds something to decode, decoded."""
    return tuple(
        Recording(name, document, parse_document(raw), events_in(raw)[0])
        for name, document in documents().items()
        if HOLDS_SOMETHING & document.keys()
        for raw in [{key: value for key, value in document.items() if key not in DERIVED}]
    )


@cache
def recorded_venues() -> tuple[RecordedVenue, ...]:
    """Every venue's own part, by name."""
    folder = Path(__file__).parent
    found = sorted(path.parent.name for path in folder.glob("*/recorded.py"))
    return tuple(importlib.import_module(f"tests.dex.{name}.recorded").VENUE for name in found)


def cases_of(venue: RecordedVenue) -> Iterator[Case]:
    """Every comparison for one venue, over all files."""
    for recording in all_recordings():
        own = [event for event in recording.events if event.dex == venue.dex]
        yield from _instructions(venue, recording, own)
        landed = [] if recording.failed else own
        yield from _entries(venue, recording, landed)
        yield from _balances(venue, recording, landed)
        yield from _remade(venue, recording, landed)
    for name, document in documents().items():
        yield from venue.more(document, name)


def _instructions(venue: RecordedVenue, recording: Recording, own: list[PoolEvent]) -> Iterator[Case]:
    """``detect``: the decoded instructions are the events, no more; ``decode``: with the same contents.

    Where a recording decodes nothing, or only counts the accounts of a form that it does not know, it tells nothing.
    """
    if isinstance(recording.parsed, LogsNotice) or recording.document.get("decoded") is None:
        return
    told: list[tuple[str, Told]] = []
    untold: set[str] = set()
    for entry in recording.document["decoded"]:
        if "name" not in entry or not _is_of(venue, entry, recording):
            continue
        if not isinstance(entry["accounts"], dict):
            untold.add(entry.get("path", "0"))
            continue
        events = venue.decoded(entry["name"], entry["accounts"], entry["args"]) or ()
        each = events if isinstance(events, tuple) else (events,)
        told.extend((entry.get("path", "0"), event) for event in each)
    paths = (".".join(map(str, event.path)) for event in own)
    found = [(path, event) for path, event in zip(paths, own, strict=True) if path not in untold]
    if told or found:
        expected = [(path, event.kind.value, recording.failed) for path, event in told]
        got = [(path, event.kind.value, event.failed) for path, event in found]
        yield Case("detect", recording.name, expected, got)
    if recording.parsed.logs and any(event.kind is EventKind.POOL_CREATED for _, event in told):
        yield _marks(venue, recording, told)
    for path, event in told:
        at = next((index for index, (where, _) in enumerate(found) if where == path), None)
        seen = None if at is None else found.pop(at)[1]
        yield Case("decode", f"{recording.name}:{path}", event, event.seen_in(seen) if seen else None)


def _is_of(venue: RecordedVenue, entry: Mapping[str, Any], recording: Recording) -> bool:
    if "program" in entry:
        return bool(entry["program"] == venue.tag)
    instruction = recording.document.get("instruction") or {}
    return bool(instruction.get("program_id") == venue.program_id)


def _marks(venue: RecordedVenue, recording: Recording, told: list[tuple[str, Told]]) -> Case:
    parsed = recording.parsed
    notice = LogsNotice(parsed.signature, parsed.slot, parsed.err, parsed.logs)
    created = sum(event.kind is EventKind.POOL_CREATED for _, event in told)
    seen = sum(mark.program_id == venue.program_id for mark in creations_in(notice))
    return Case("detect", f"{recording.name}:logs", 0 if recording.failed else created, seen)


def _entries(venue: RecordedVenue, recording: Recording, landed: list[PoolEvent]) -> Iterator[Case]:
    """``events``: log lines, self-calls and what the source asserts, each list in order."""
    document = recording.document
    logs = [entry for entry in document.get("log_events") or () if entry["program"] == venue.tag]
    calls = [
        entry
        for entry in document.get("decoded") or ()
        if entry.get("program") == venue.tag and "event" in entry
    ]
    asserted = document.get("asserted_by_source") or []
    lists = (
        ("log", logs, venue.logged),
        ("self-call", calls, venue.logged),
        ("asserted", asserted if isinstance(asserted, list) else [asserted], venue.asserted),
    )
    for where, entries, say in lists:
        at = 0
        for number, entry in enumerate(entries):
            told = say(entry)
            if told is None or recording.failed:
                continue
            at, answer = _answer(told, landed, at)
            yield Case("events", f"{recording.name}:{where}:{number}", told, answer)


def _answer(told: Told, landed: list[PoolEvent], at: int) -> tuple[int, Told | None]:
    """The first event from ``at`` on that answers as told, else what the first of its kind and pool answers.

    An event may answer again: some programs write several lines about one thing.
    """
    like = [
        (index, told.seen_in(event))
        for index, event in enumerate(landed[at:], at)
        if event.kind is told.kind and told.pool in (None, event.pool)
    ]
    right = next((found for found in like if found[1] == told), None)
    return right or (like[0] if like else (at, None))


def _balances(venue: RecordedVenue, recording: Recording, landed: list[PoolEvent]) -> Iterator[Case]:
    """``events``: the events explain every change of the balances of those that they move."""
    deltas = recording.document.get("token_deltas")
    if deltas is None or not recording.parsed.post_tokens:
        return
    moved: Counter[tuple[str, str]] = Counter()
    for event in landed:
        moved.update(venue.moved(event))
    owners = {owner for owner, _ in moved}
    if owners:
        expected = {(d["owner"], d["mint"]): d["delta"] for d in deltas if d["owner"] in owners}
        yield Case(
            "events", f"{recording.name}:balances", expected, {key: n for key, n in moved.items() if n}
        )


def _remade(venue: RecordedVenue, recording: Recording, landed: list[PoolEvent]) -> Iterator[Case]:
    """``quote`` and ``build``: each swap quoted and built anew."""
    for event in landed:
        if event.kind is not EventKind.SWAP:
            continue
        name = f"{recording.name}:{'.'.join(map(str, event.path))}"
        for stage, make in (("quote", venue.quote), ("build", venue.build)):
            pair = make(event, recording)
            if pair is not None:
                yield Case(stage, name, *pair)


@cache
def counts_of(venue: RecordedVenue) -> Mapping[str, tuple[int, int]]:
    """``(matched, total)`` by stage."""
    cases = list(cases_of(venue))
    return {
        stage: (
            sum(case.matched for case in cases if case.stage == stage),
            sum(case.stage == stage for case in cases),
        )
        for stage in STAGES
    }
