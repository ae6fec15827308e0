"""Pools as the domain sees them, whatever the venue: identity, events, and exact quotes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class EventKind(StrEnum):
    """What happened to a pool."""

    POOL_CREATED = "pool_created"
    SWAP = "swap"
    MIGRATED = "migrated"
    LIQUIDITY_ADDED = "liquidity_added"
    LIQUIDITY_REMOVED = "liquidity_removed"


@dataclass(frozen=True, slots=True)
class PoolEvent:
    """One thing that a transaction did to one pool, derived from the transaction alone.

    Attributes:
        dex: registry name, for example ``raydium_cpmm``.
        kind: see :class:`EventKind`.
        program_id, pool, base_mint, quote_mint, base_vault, quote_vault: base58; ``""`` when the
            transaction does not tell.
        amounts: raw integer amounts and other integers by name.
        facts: further text facts by name (creator, lp_mint, side, old_pool, ...).
        signature, slot, path: where it happened; ``path`` as in ``InstructionView``.
        failed: the transaction landed with an error, so nothing of it took effect.
    """

    dex: str
    kind: EventKind
    program_id: str
    pool: str
    base_mint: str
    quote_mint: str
    base_vault: str
    quote_vault: str
    amounts: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    signature: str = ""
    slot: int = 0
    path: tuple[int, ...] = ()
    failed: bool = False

    def to_json(self) -> dict[str, Any]:
        """The flat document form: amounts as text, beside the identity fields."""
        return {
            "dex": self.dex,
            "kind": self.kind.value,
            "program_id": self.program_id,
            "pool": self.pool,
            "base_mint": self.base_mint,
            "quote_mint": self.quote_mint,
            "base_vault": self.base_vault,
            "quote_vault": self.quote_vault,
            **{name: str(amount) for name, amount in self.amounts.items()},
            **self.facts,
            "signature": self.signature,
            "slot": self.slot,
            "path": ".".join(str(step) for step in self.path),
            "failed": self.failed,
        }


@dataclass(frozen=True, slots=True)
class Quote:
    """What a swap of an exact input would give on one pool, to the unit.

    Attributes:
        input_mint, output_mint: base58.
        amount_in: what leaves the user's account, Token-2022 transfer fee included.
        amount_out: what arrives in the user's account, after every fee.
        fee: the pool's fees in raw units of the side they are taken from.
        price_impact_bps: how far the average price is from the spot price, fees excluded.
    """

    input_mint: str
    output_mint: str
    amount_in: int
    amount_out: int
    fee: int
    price_impact_bps: int
