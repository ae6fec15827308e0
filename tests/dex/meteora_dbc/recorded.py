"""How recordings call what DBC does: they list its accounts without roles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sniperforge.app.decoding import events_in
from sniperforge.dex.meteora_dbc import program
from sniperforge.domain.pool import EventKind
from tests.dex.recorded import DERIVED, Case, RecordedVenue

NEW_PROGRAMS = {"migrate_meteora_damm": "DAMMv1", "migration_damm_v2": "DAMMv2"}


def migrations(document: Mapping[str, Any], name: str) -> Iterator[Case]:
    """A migration names the curve first, and the pool that its inner instruction created."""
    entries = document.get("decoded")
    for entry in entries if isinstance(entries, list) else ():
        if entry.get("program") != "DBC" or entry.get("name") not in NEW_PROGRAMS:
            continue
        inner = next(
            each
            for each in entries
            if each["path"].startswith(f"{entry['path']}.")
            and each["program"] == NEW_PROGRAMS[entry["name"]]
            and each.get("name", "").startswith("initialize_")
        )
        roles = inner["accounts"]
        mints = {roles[mint] for mint in roles if mint.endswith("Mint") and mint.startswith("token")}
        mints |= {roles[mint] for mint in roles if mint.endswith("_mint") and mint.startswith("token")}
        events = events_in({key: value for key, value in document.items() if key not in DERIVED})[0]
        told = [(entry["path"], entry["accounts"][0], roles["pool"], mints)]
        got = [
            (
                ".".join(map(str, event.path)),
                event.pool,
                event.facts["new_pool"],
                {event.base_mint, event.quote_mint},
            )
            for event in events
            if event.kind is EventKind.MIGRATED and event.dex == program.NAME
        ]
        yield Case("detect", f"{name}:{entry['path']}", told, got)
        migrated = next(event for event in events if event.kind is EventKind.MIGRATED)
        made = [event for event in events if event.pool == roles["pool"]]
        names = ("base_amount", "quote_amount")
        yield Case(
            "events",
            f"{name}:{entry['path']}",
            (made[0].program_id, *(sum(event.amounts[each] for event in made) for each in names)),
            (migrated.facts["new_program"], *(migrated.amounts[each] for each in names)),
        )


VENUE = RecordedVenue(
    dex=program.NAME,
    tag="DBC",
    program_id=program.MAINNET,
    decoded=lambda *_: None,
    more=migrations,
)
