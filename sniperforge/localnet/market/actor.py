"""One party of the market: a key, and transactions signed with it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price
from solders.hash import Hash
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.transaction import VersionedTransaction

from sniperforge.localnet.ledger.refusals import TransactionRefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solders.instruction import Instruction
    from solders.pubkey import Pubkey

    from sniperforge.localnet.ledger.ledger import Ledger
    from sniperforge.localnet.ledger.records import TransactionRecord


class Actor:
    """A market participant.

    Args:
        seed: 32 bytes; the same seed is the same key.
    """

    def __init__(self, ledger: Ledger, seed: bytes) -> None:
        self._ledger = ledger
        self._keypair = Keypair.from_seed(seed)
        self.key: Pubkey = self._keypair.pubkey()
        self._sent = 0

    def send(
        self, instructions: Sequence[Instruction], *signers: Keypair, units: int = 200_000
    ) -> TransactionRecord | None:
        """Sign with the newest closed block's hash and submit; ``None`` when the ledger refused it.

        No rollback takes that hash away, so what a dropped block held may come again.

        Args:
            units: compute-unit limit; its low digits keep equal transactions distinct.
        """
        self._sent += 1
        budget = [set_compute_unit_limit(units + self._sent % 1_000), set_compute_unit_price(1_000)]
        blockhash = Hash.from_string(self._ledger.chain.recent(2)[0].blockhash)
        message = MessageV0.try_compile(self.key, [*budget, *instructions], [], blockhash)
        transaction = VersionedTransaction(message, [self._keypair, *signers])
        try:
            return self._ledger.send(bytes(transaction))
        except TransactionRefusedError:
            return None

    def lands(self, instructions: Sequence[Instruction], *signers: Keypair, units: int = 400_000) -> str:
        """The signature of a transaction that did what it should; empty when it was refused or failed."""
        record = self.send(instructions, *signers, units=units)
        return record.signature if record is not None and record.err is None else ""

    def balance(self, account: Pubkey) -> int:
        """Raw units in a token account, the actor's or another's; 0 when there is none."""
        found = self._ledger.account(str(account))
        return 0 if found is None else int.from_bytes(found.data[64:72], "little")


def seed_of(name: str, seed: int) -> bytes:
    """The key seed of a named party of the market with this seed."""
    return hashlib.sha256(f"sniperforge market {seed} party {name}".encode()).digest()
