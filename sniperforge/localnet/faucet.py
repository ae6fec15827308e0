"""Where airdrops come from: one account with all the SOL there is, and its key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from solders.hash import Hash
from solders.instruction import Instruction
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

from sniperforge.domain.addresses import MEMO_PROGRAM
from sniperforge.localnet.ledger.envelope import open_envelope

if TYPE_CHECKING:
    from solders.keypair import Keypair

    from sniperforge.localnet.ledger.ledger import Ledger
    from sniperforge.localnet.ledger.records import TransactionRecord

FAUCET_LAMPORTS: Final = 2**62


class Faucet:
    """Gives SOL away by ordinary transfers.

    Args:
        ledger: to send through.
        keypair: of the faucet's account.
    """

    def __init__(self, ledger: Ledger, keypair: Keypair) -> None:
        self._ledger = ledger
        self._keypair = keypair
        self._key = keypair.pubkey()
        self._count = 0

    @property
    def address(self) -> str:
        """The faucet's account, base58."""
        return str(self._key)

    def balance(self) -> int:
        """Lamports left."""
        return self._ledger.vm.balance(self._key)

    def drip(self, address: str, lamports: int) -> TransactionRecord:
        """Transfer ``lamports`` to ``address``.

        The memo numbers the drops: two equal ones in one block would be duplicates otherwise.

        Raises:
            TransactionRefusedError: it did not land.
        """
        self._count += 1
        memo = Instruction(Pubkey.from_string(MEMO_PROGRAM), f"airdrop {self._count}".encode(), [])
        pay = transfer(
            TransferParams(from_pubkey=self._key, to_pubkey=Pubkey.from_string(address), lamports=lamports)
        )
        recent = Hash.from_string(self._ledger.chain.recent(2)[0].blockhash)  # stays if the newest is dropped
        message = MessageV0.try_compile(self._key, [pay, memo], [], recent)
        envelope = open_envelope(bytes(VersionedTransaction(message, [self._keypair])))
        return self._ledger.submit(envelope, verified=True)
