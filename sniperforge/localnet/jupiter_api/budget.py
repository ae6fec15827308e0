"""What a built transaction offers for landing, its blockhash, and its bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sniperforge.domain.amounts import ceil_div
from sniperforge.execution.plan import SIGNATURE_FEE, compile_message, unsigned_transaction
from sniperforge.localnet.jupiter_api.faults import bad_request
from sniperforge.localnet.ledger.chain import HASH_LIFE
from sniperforge.localnet.ledger.compute_price import ANY_ACCOUNT
from sniperforge.localnet.ledger.envelope import MAX_TRANSACTION_BYTES, open_envelope
from sniperforge.localnet.ledger.error_text import describe
from sniperforge.tokens.instructions import compute_unit_limit, compute_unit_price

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solders.instruction import Instruction

    from sniperforge.localnet.ledger.chain import Block
    from sniperforge.localnet.ledger.ledger import Ledger

MAX_UNITS: Final = 1_400_000
LOOK_BACK: Final = 20
"""Blocks whose prices are looked at."""

_MICRO: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Budget:
    """A compute-unit limit and a price in micro-lamports per unit."""

    units: int
    price: int

    @property
    def priority_fee(self) -> int:
        """Lamports beside the signature's."""
        return ceil_div(self.units * self.price, _MICRO)

    @property
    def fee(self) -> int:
        """Lamports of one signature and the priority."""
        return SIGNATURE_FEE + self.priority_fee

    def instructions(self) -> list[Instruction]:
        """Limit, then price; no price of 0."""
        price = [compute_unit_price(self.price)] if self.price else []
        return [compute_unit_limit(self.units), *price]


@dataclass(frozen=True, slots=True)
class Trial:
    """A simulation: units used, and why it failed in a validator's words."""

    units: int
    error: str | None

    @property
    def limit(self) -> int:
        """A limit with a fifth to spare: prices move, and with them what the arithmetic costs."""
        return min(self.units * 6 // 5 + 1_000, MAX_UNITS) if self.error is None else MAX_UNITS


def recent_price(ledger: Ledger, percent: int = 50) -> int:
    """Percentile of the lowest prices of recent blocks that held a transaction, micro-lamports per unit."""
    blocks = ledger.chain.recent(LOOK_BACK)
    prices = sorted(block.price_floor[ANY_ACCOUNT] for block in blocks if ANY_ACCOUNT in block.price_floor)
    return prices[min(len(prices) - 1, len(prices) * percent // 100)] if prices else 0


def blockhash_for(ledger: Ledger, slots_to_expiry: int = HASH_LIFE) -> Block:
    """A confirmed block whose hash expires about ``slots_to_expiry`` blocks from now, 150 at most."""
    confirmed = ledger.chain.at("confirmed")
    older = ledger.chain.recent(max(1, HASH_LIFE - slots_to_expiry + 1))[0]
    return min(confirmed, older, key=lambda block: block.height)


def build(user: str, instructions: Sequence[Instruction], block: Block) -> bytes:
    """Wire bytes of a version 0 transaction with an empty signature.

    Raises:
        ApiError: it is too large for a packet.
    """
    raw = unsigned_transaction(compile_message(user, instructions, block.blockhash))
    if len(raw) > MAX_TRANSACTION_BYTES:
        raise bad_request(f"the transaction has {len(raw)} bytes, above {MAX_TRANSACTION_BYTES}")
    return raw


def try_out(ledger: Ledger, user: str, instructions: Sequence[Instruction]) -> Trial:
    """What the instructions would do in this block with the most units there are."""
    limit = compute_unit_limit(MAX_UNITS)
    raw = build(user, [limit, *instructions], ledger.chain.tip)
    simulation = ledger.simulate(open_envelope(raw), any_hash=True)
    units = 0 if simulation.meta is None else simulation.meta.compute_units_consumed()
    return Trial(units, _words(simulation.err))


def _words(err: Any) -> str | None:
    return None if err is None else describe(err)
