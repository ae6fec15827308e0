"""How recordings call what LaunchLab does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sniperforge.dex.raydium_launchlab import MAINNET, NAME
from sniperforge.domain.pool import EventKind
from tests.dex.recorded import RecordedVenue, Told


def decoded(name: str, roles: Mapping[str, str], args: Mapping[str, Any]) -> Told | None:
    """Migrations by their accounts."""
    if name != "migrate_to_cpswap":
        return None
    return Told(
        EventKind.MIGRATED,
        roles["pool_state"],
        {roles[f"{side}_mint"]: roles[f"{side}_vault"] for side in ("base", "quote")},
        {},
        {"old_pool": roles["pool_state"], "new_pool": roles["cpswap_pool"]},
    )


def asserted(entry: Mapping[str, Any]) -> Told | None:
    """What the sources' own tests expect of a migration."""
    if entry.get("type") != "RaydiumLaunchlabMigrateAmm":
        return None
    facts = {name: entry[name] for name in ("old_pool", "new_pool", "user", "platform_config")}
    sides = {entry["base_mint"]: "", entry["quote_mint"]: ""}
    facts["new_program"] = entry["destination_program"]
    return Told(EventKind.MIGRATED, entry["old_pool"], sides, {}, facts)


VENUE = RecordedVenue(dex=NAME, tag="LAUNCHLAB", program_id=MAINNET, decoded=decoded, asserted=asserted)
