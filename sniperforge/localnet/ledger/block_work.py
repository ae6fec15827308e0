"""How much work a block may hold, in all and for one account, and how much a transaction is.

The figures are those of Agave 4.1's cost model with the features that mainnet has (SIMD-0286, 100 million
units a block; SIMD-0306, 40 % of them for one account). Left out: the cost of loaded account data.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sniperforge.domain.addresses import COMPUTE_BUDGET_PROGRAM

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sniperforge.localnet.ledger.envelope import Envelope
    from sniperforge.localnet.ledger.lookups import LoadedKeys

BLOCK_UNITS: Final = 100_000_000
ACCOUNT_UNITS: Final = 40_000_000

SIGNATURE_UNITS: Final = 720
WRITE_LOCK_UNITS: Final = 300
BYTES_PER_UNIT: Final = 4
MAX_COMPUTE_UNITS: Final = 1_400_000
INSTRUCTION_UNITS: Final = 200_000
"""Compute units that an instruction may use when the transaction sets no limit."""

BLOCK_FULL: Final = "WouldExceedMaxBlockCostLimit"
ACCOUNT_FULL: Final = "WouldExceedMaxAccountCostLimit"

_MAX_TRANSACTION_UNITS: Final = MAX_COMPUTE_UNITS + 64 * (SIGNATURE_UNITS + WRITE_LOCK_UNITS) + 308
_SET_LIMIT: Final = 2
"""Compute budget instruction: tag u8, units u32."""


@dataclass(slots=True)
class BlockWork:
    """Cost units of what one block holds.

    Attributes:
        total: all of them.
        by_account: of the transactions that wrote each account.
    """

    total: int = 0
    by_account: dict[str, int] = field(default_factory=dict)

    def copy(self) -> BlockWork:
        """The same, on its own from now on."""
        return BlockWork(self.total, dict(self.by_account))

    def refusal(self, envelope: Envelope, loaded: LoadedKeys) -> str | None:
        """Why ``envelope`` has no room left in the block, as a ``TransactionError``; ``None`` when it has.

        As on a validator the compute units that it asks for count, not those that it will use.
        """
        if self.total + _MAX_TRANSACTION_UNITS <= ACCOUNT_UNITS:
            return None
        units = cost_units(envelope, loaded, requested_units(envelope))
        if self.total + units > BLOCK_UNITS:
            return BLOCK_FULL
        names = _written(loaded)
        busiest = max((self.by_account.get(name, 0) for name in names), default=0)
        return ACCOUNT_FULL if busiest + units > ACCOUNT_UNITS else None

    def add(self, envelope: Envelope, loaded: LoadedKeys, consumed: int) -> None:
        """Count ``envelope``, which used ``consumed`` compute units."""
        units = cost_units(envelope, loaded, consumed)
        self.total += units
        for name in _written(loaded):
            self.by_account[name] = self.by_account.get(name, 0) + units


def cost_units(envelope: Envelope, loaded: LoadedKeys, compute_units: int) -> int:
    """What ``envelope`` takes of a block when it uses ``compute_units``."""
    data = sum(len(instruction.data) for instruction in envelope.message.instructions)
    locks = SIGNATURE_UNITS * envelope.signers + WRITE_LOCK_UNITS * len(loaded.writable)
    return compute_units + locks + data // BYTES_PER_UNIT


def requested_units(envelope: Envelope) -> int:
    """Compute units that ``envelope`` may use: its limit, else the default for its instructions."""
    limit, others = None, 0
    for instruction in envelope.message.instructions:
        data = instruction.data
        if envelope.names[instruction.program_id_index] != COMPUTE_BUDGET_PROGRAM:
            others += 1
        elif len(data) == 5 and data[0] == _SET_LIMIT:
            limit = int.from_bytes(data[1:], "little")
    return min(MAX_COMPUTE_UNITS, others * INSTRUCTION_UNITS if limit is None else limit)


def _written(loaded: LoadedKeys) -> Iterable[str]:
    return [loaded.names[position] for position in loaded.writable]
