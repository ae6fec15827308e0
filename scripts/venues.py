"""Writes docs/venues.md: recorded cases matched, by venue and stage; ``--check`` fails when it drifted.

The counts are those of the tests (tests/dex/recorded.py). Without the shared folder of recordings they cannot
be made, and nothing is written or refused.
"""

from __future__ import annotations

import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from sniperforge.dex.registry import DETECTORS, READERS, VENUES  # noqa: E402
from sniperforge.testing.fixtures import shared_root  # noqa: E402
from tests.dex.recorded import STAGES, RecordedVenue, counts_of, recorded_venues  # noqa: E402

TARGET = PROJECT / "docs" / "venues.md"
HEAD = """# Venues

What each venue reads and does, and how many cases of recorded chain data agree with it. Made by
`scripts/venues.py` from the comparisons that the tests make (`tests/dex/recorded.py`): do not edit.

- detect: the transaction's decoded instructions are the events, in order, with no event that is not there,
  and its log lines announce as many creations.
- decode: kind, pool, mints, vaults, arguments and roles of each instruction; account dumps.
- events: amounts of the program's own events, what the recording's source asserts, changes of balances.
- quote: the output of a recorded swap, quoted anew to the unit from the reserves before it.
- build: accounts, role by role, and data of a recorded swap, built anew.

`-` means that nothing is recorded, or that the venue does not do it.

"""


def page() -> str:
    """The whole page."""
    venues = {venue.dex: venue for venue in recorded_venues()}
    lines = ["| venue | pools are | " + " | ".join(STAGES) + " |", "|---|---|" + "---|" * len(STAGES)]
    reasons: list[str] = []
    for detector in DETECTORS:
        venue = venues.get(detector.name)
        cells = _cells(venue) if venue else ["-"] * len(STAGES)
        lines.append(f"| `{detector.name}` | {_use(detector)} | " + " | ".join(cells) + " |")
        reasons += [f"- {case}: {why}" for case, why in (venue.exceptions if venue else {}).items()]
    text = HEAD + "\n".join(lines) + "\n"
    return text + ("\nCases that do not match:\n\n" + "\n".join(reasons) + "\n" if reasons else "")


def _use(detector: object) -> str:
    return "quoted" if detector in VENUES else "read" if detector in READERS else "followed"


def _cells(venue: RecordedVenue) -> list[str]:
    counts = counts_of(venue)
    return [
        f"{matched} of {total}" if total else "-" for matched, total in (counts[stage] for stage in STAGES)
    ]


def main(arguments: list[str]) -> int:
    """Write the page, or compare with ``--check``."""
    if shared_root() is None:
        print("docs/venues.md: the recordings are not here, nothing to compare", file=sys.stderr)
        return 0
    fresh = page()
    if "--check" not in arguments:
        TARGET.write_text(fresh, encoding="utf-8")
        return 0
    if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == fresh:
        return 0
    print("docs/venues.md has drifted from the recordings: run `make docs` and commit it", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
