"""Why nothing was bought, in one line; the whole document is tested by the command."""

from __future__ import annotations

from typing import Any

import pytest

from sniperforge.app.status import why_nothing

IDLE = {"judged": 0, "accepted": 0, "bought": 0, "refusals_by_check": {}}
BUSY = {"judged": 9, "accepted": 1, "bought": 0, "refusals_by_check": {"lp_locked": 5, "round_trip": 2}}
HEARD = "the feed was last heard 0.4 s ago"
FEED = {"feed": {"age_seconds": 0.4}}


def session(**health: Any) -> dict[str, Any]:
    """A running bot's."""
    return {"running": True, "health": health}


@pytest.mark.parametrize(
    ("hour", "last", "halted", "line"),
    [
        ({**BUSY, "bought": 1}, session(), "", ""),
        (BUSY, session(), "lunch", "entries are halted: lunch"),
        (IDLE, None, "", "no bot has run on this wallet and chain"),
        (IDLE, {"running": False, "health": {}}, "", "no bot is running on this wallet"),
        (IDLE, session(), "", "no new pool in the last hour; the feed was last heard never"),
        (IDLE, session(**FEED), "", "no new pool in the last hour; the feed was last heard 0.4 s ago"),
        (
            BUSY,
            session(**FEED, refusals_by_check={"limits": 3, "lp_locked": 1}),
            "",
            f"9 pools judged in the last hour, refused by lp_locked 5, limits 3, round_trip 2; {HEARD}",
        ),
        (
            {**IDLE, "judged": 1},
            session(**FEED),
            "",
            f"1 pool judged in the last hour, refused by nothing yet; {HEARD}",
        ),
    ],
)
def test_why_nothing(hour: dict[str, Any], last: dict[str, Any] | None, halted: str, line: str) -> None:
    """The nearest cause first: halted, no bot, no pools, then what refused them and how old the feed is."""
    assert why_nothing(hour, last, halted) == line
