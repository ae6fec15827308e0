"""The layouts of events against bytes packed by another list of fields."""

from __future__ import annotations

import pytest

from sniperforge.dex.pumpfun import events
from tests.dex.pumpfun.event_bytes import LAYOUTS, event

OWN = {
    "CreateEvent": events.CREATE,
    "TradeEvent": events.TRADE,
    "CompleteEvent": events.COMPLETE,
    "PostCompleteBuyEvent": events.POST_COMPLETE_BUY,
    "CompletePumpAmmMigrationEvent": events.MIGRATION,
}


@pytest.mark.parametrize("name", OWN)
def test_every_field_is_where_it_belongs(name: str) -> None:
    """Each integer of the event gets a number of its own and comes back under its name."""
    fields = [entry.split(":") for entry in LAYOUTS[name].split()]
    numbers = {
        field: place + 1 for place, (field, kind) in enumerate(fields) if kind in ("u64", "i64", "u16")
    }
    found = OWN[name].read(event(name, **numbers))
    assert found is not None
    assert {field: found.numbers[field] for field in numbers} == numbers
    told = found.numbers.keys() | found.words.keys()
    assert told == {field for field, kind in fields if kind != "shares"}


def test_the_discriminators_are_those_recorded() -> None:
    """As pools.md has them, and the sources of the newest one."""
    assert events.CREATE.discriminator.hex() == "1b72a94ddeeb6376"
    assert events.TRADE.discriminator.hex() == "bddb7fd34ee661ee"
    assert events.COMPLETE.discriminator.hex() == "5f72619cd42e9808"
    assert events.MIGRATION.discriminator.hex() == "bde95db95c94ea94"
    assert events.POST_COMPLETE_BUY.discriminator.hex() == "6fb06d8b316cd5fb"
    assert len(events.LAYOUTS) == 5
