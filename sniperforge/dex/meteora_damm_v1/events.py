"""What Meteora DAMM v1 writes into the logs: creations, swaps, liquidity. Only creations name the pool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sniperforge.dex.anchor import event_discriminator
from sniperforge.dex.anchor_events import logged_payloads
from sniperforge.dex.growing_layout import GrowingLayout, by_discriminator, read_events
from sniperforge.dex.invoke_stack import LOG_PREFIX
from sniperforge.dex.meteora_damm_v1.program import NAME
from sniperforge.dex.pool_events import event_of_frame
from sniperforge.domain.pool import EventKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.dex.growing_layout import Fields
    from sniperforge.dex.invoke_stack import Frame
    from sniperforge.domain.chain import LogsNotice
    from sniperforge.domain.pool import PoolEvent

CREATION_LINES: Final = frozenset(
    LOG_PREFIX + "Instruction: " + name
    for name in (
        "InitializePermissionedPool",
        "InitializePermissionlessPool",
        "InitializePermissionlessPoolWithFeeTier",
        "InitializePermissionlessConstantProductPoolWithConfig",
        "InitializePermissionlessConstantProductPoolWithConfig2",
        "InitializeCustomizablePermissionlessConstantProductPool",
    )
)

CREATED: Final = GrowingLayout(
    event_discriminator("PoolCreated"),
    (("lp_mint", "key"), ("mint_a", "key"), ("mint_b", "key"), ("pool_type", "u8"), ("pool", "key")),
    least="pool",
)
SWAP: Final = GrowingLayout(
    event_discriminator("Swap"),
    (
        ("in_amount", "u64"),
        ("out_amount", "u64"),
        ("trade_fee", "u64"),
        ("protocol_fee", "u64"),
        ("host_fee", "u64"),
    ),
    least="protocol_fee",
)
_CHANGE: Final = (("lp_amount", "u64"), ("token_a_amount", "u64"), ("token_b_amount", "u64"))
ADDED: Final = GrowingLayout(event_discriminator("AddLiquidity"), _CHANGE, least="token_b_amount")
REMOVED: Final = GrowingLayout(event_discriminator("RemoveLiquidity"), _CHANGE, least="token_b_amount")
STARTED: Final = GrowingLayout(
    event_discriminator("BootstrapLiquidity"), (*_CHANGE, ("pool", "key")), least="token_b_amount"
)

LAYOUTS: Final[Mapping[bytes, GrowingLayout]] = by_discriminator(CREATED, SWAP, ADDED, REMOVED, STARTED)


def events_of_frame(frame: Frame, notice: LogsNotice) -> tuple[PoolEvent, ...]:
    """What one call did as far as its own log lines tell; a creation whose event was cut off has no pool."""
    logs = read_events(logged_payloads(frame.lines), LAYOUTS)
    found = tuple(_event(layout, log, frame, notice) for layout, log in logs)
    if not found and not CREATION_LINES.isdisjoint(frame.lines):
        return (event_of_frame(frame, notice, NAME, EventKind.POOL_CREATED, amounts={}),)
    return found


def _event(layout: GrowingLayout, log: Fields, frame: Frame, notice: LogsNotice) -> PoolEvent:
    facts, own = dict(log.words), log.numbers
    pool = facts.pop("pool", "")
    if layout is CREATED:
        mints = (facts.pop("mint_a"), facts.pop("mint_b"))
        return event_of_frame(
            frame, notice, NAME, EventKind.POOL_CREATED, pool=pool, mints=mints, amounts=own, facts=facts
        )
    if layout is SWAP:
        amounts = own | {"amount_in": own["in_amount"], "amount_out": own["out_amount"]}
        return event_of_frame(frame, notice, NAME, EventKind.SWAP, amounts=amounts)
    kind = EventKind.LIQUIDITY_REMOVED if layout is REMOVED else EventKind.LIQUIDITY_ADDED
    return event_of_frame(frame, notice, NAME, kind, pool=pool, amounts=own)
