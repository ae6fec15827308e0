"""Builds pool events with their two sides named: which mint is the base, which amounts belong to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.dex.inner_calls import caller_of
from sniperforge.dex.sides import quote_side
from sniperforge.domain.pool import EventKind, PoolEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.dex.invoke_stack import Frame
    from sniperforge.dex.venue import Call
    from sniperforge.domain.chain import LogsNotice

NOT_TOLD = ("", "")


def event_of_call(
    call: Call,
    dex: str,
    kind: EventKind,
    *,
    pool: str,
    mints: tuple[str, str],
    vaults: tuple[str, str] = NOT_TOLD,
    amounts: Mapping[str, int],
    facts: Mapping[str, str],
    sided: tuple[str, str] | None = None,
) -> PoolEvent:
    """An event of an executed instruction.

    Args:
        call: where it happened.
        dex: registry name.
        kind: what happened.
        pool: base58.
        mints: the pool's two, in its own order.
        vaults: in the same order.
        amounts: by name.
        facts: by name; ``caller``, the outer program, is added for an inner instruction.
        sided: names of two amounts in ``mints``' order, repeated as ``base_amount`` and ``quote_amount``.
    """
    quote = quote_side(*mints)
    transaction, caller = call.transaction, caller_of(call)
    return PoolEvent(
        dex=dex,
        kind=kind,
        program_id=call.instruction.program_id,
        pool=pool,
        base_mint=mints[1 - quote],
        quote_mint=mints[quote],
        base_vault=vaults[1 - quote],
        quote_vault=vaults[quote],
        amounts=_with_sides(amounts, sided, quote),
        facts={**facts, "caller": caller} if caller else facts,
        signature=transaction.signature,
        slot=transaction.slot,
        path=call.instruction.path,
        failed=transaction.failed,
    )


def event_of_frame(
    frame: Frame,
    notice: LogsNotice,
    dex: str,
    kind: EventKind,
    *,
    pool: str = "",
    mints: tuple[str, str] = NOT_TOLD,
    vaults: tuple[str, str] = NOT_TOLD,
    amounts: Mapping[str, int],
    facts: Mapping[str, str] | None = None,
    sided: tuple[str, str] | None = None,
) -> PoolEvent:
    """An event of a call's log lines alone: what they do not tell stays empty. Arguments as above."""
    quote = quote_side(*mints)
    return PoolEvent(
        dex=dex,
        kind=kind,
        program_id=frame.program_id,
        pool=pool,
        base_mint=mints[1 - quote],
        quote_mint=mints[quote],
        base_vault=vaults[1 - quote],
        quote_vault=vaults[quote],
        amounts=_with_sides(amounts, sided, quote),
        facts=facts or {},
        signature=notice.signature,
        slot=notice.slot,
        failed=notice.err is not None,
    )


def _with_sides(amounts: Mapping[str, int], sided: tuple[str, str] | None, quote: int) -> Mapping[str, int]:
    if sided is None or sided[0] not in amounts or sided[1] not in amounts:
        return amounts
    return {**amounts, "base_amount": amounts[sided[1 - quote]], "quote_amount": amounts[sided[quote]]}
