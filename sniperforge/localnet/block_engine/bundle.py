"""What a block engine takes: transactions that can land together, with a tip. Nothing is executed here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sniperforge.domain.addresses import SYSTEM_PROGRAM
from sniperforge.domain.jito import (
    DONT_FRONT_PREFIX,
    MAX_BUNDLE,
    MIN_TIP_LAMPORTS,
    TIP_ACCOUNTS,
    bundle_id,
)
from sniperforge.localnet.ledger.lookups import load_keys
from sniperforge.localnet.ledger.refusals import TransactionRefusedError
from sniperforge.localnet.rpc.faults import invalid_params

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sniperforge.localnet.ledger.envelope import Envelope
    from sniperforge.localnet.ledger.ledger import Ledger

_TRANSFER: Final = (2).to_bytes(4, "little")
"""System program instruction: tag u32, lamports u64; accounts source, target."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Transactions that land one after the other in one block, or not at all.

    Attributes:
        id: hex.
        envelopes: in order; their signatures are good.
        tip: lamports that they pay to tip accounts by instructions of their own.
    """

    id: str
    envelopes: tuple[Envelope, ...]
    tip: int

    @property
    def signatures(self) -> list[str]:
        """The first signature of each transaction, base58."""
        return [envelope.signature for envelope in self.envelopes]


def make_bundle(ledger: Ledger, envelopes: Sequence[Envelope]) -> Bundle:
    """A bundle of ``envelopes``, if it may take part in an auction.

    Raises:
        RpcError: -32602 with the reason.
    """
    if not envelopes:
        raise invalid_params("bundle must contain at least one transaction")
    if len(envelopes) > MAX_BUNDLE:
        raise invalid_params(f"bundle exceeds the maximum of {MAX_BUNDLE} transactions")
    _check_transactions(ledger, envelopes)
    if not any(locks_tip_account(envelope) for envelope in envelopes):
        raise invalid_params(
            "Bundles must write lock at least one tip account to be eligible for the auction."
        )
    tip = sum(map(_tip_of, envelopes))
    if tip < MIN_TIP_LAMPORTS:
        raise invalid_params(f"bundle tip of {tip} lamports is below the minimum of {MIN_TIP_LAMPORTS}")
    _check_front(ledger, envelopes)
    return Bundle(bundle_id(envelope.signature for envelope in envelopes), tuple(envelopes), tip)


def locks_tip_account(envelope: Envelope) -> bool:
    """Whether a tip account is among its own writable keys; those of lookup tables do not count."""
    return any(name in TIP_ACCOUNTS and envelope.is_writable(at) for at, name in enumerate(envelope.names))


def _check_transactions(ledger: Ledger, envelopes: Sequence[Envelope]) -> None:
    distinct = len({envelope.digest for envelope in envelopes}) == len(envelopes)
    if not distinct or not all(envelope.signatures_valid() for envelope in envelopes):
        raise invalid_params(
            "bundle cannot contain any duplicate transactions and every transaction must be signed"
        )
    for envelope in envelopes:
        if ledger.history.status(envelope.signature) is not None:
            raise invalid_params("bundle contains an already processed transaction")
        if not ledger.hash_alive(envelope):
            raise invalid_params("bundle contains an expired blockhash")


def _tip_of(envelope: Envelope) -> int:
    """Lamports that its system transfers send to tip accounts; what programs send for it is not seen."""
    total = 0
    for instruction in envelope.message.instructions:
        accounts, data = instruction.accounts, instruction.data
        transfer = len(data) == 12 and data[:4] == _TRANSFER and len(accounts) >= 2
        if not transfer or max(instruction.program_id_index, accounts[1]) >= len(envelope.names):
            continue
        if envelope.names[instruction.program_id_index] == SYSTEM_PROGRAM:
            tips = envelope.names[accounts[1]] in TIP_ACCOUNTS
            total += int.from_bytes(data[4:], "little") if tips else 0
    return total


def _check_front(ledger: Ledger, envelopes: Sequence[Envelope]) -> None:
    """Transactions that must not be run in front of are first, and all have a signer of the first one."""
    shy = [_must_be_first(ledger, envelope) for envelope in envelopes]
    count = sum(shy)
    together = all(shy[:count])
    signers = set(envelopes[0].names[: envelopes[0].signers])
    related = all(signers.intersection(envelope.names[: envelope.signers]) for envelope in envelopes[:count])
    if not (together and related):
        raise invalid_params(
            f"a transaction with a {DONT_FRONT_PREFIX} account must be the first of the bundle"
        )


def _must_be_first(ledger: Ledger, envelope: Envelope) -> bool:
    try:
        names = load_keys(envelope, ledger.vm.get).names
    except TransactionRefusedError:
        names = envelope.names  # it will fail with its lookup table
    return any(name.startswith(DONT_FRONT_PREFIX) for name in names)
