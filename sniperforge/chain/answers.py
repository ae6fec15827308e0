"""What a node's methods answer, as frozen values. Accounts and transactions are in ``domain.chain``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sniperforge.domain.chain import Account


@dataclass(frozen=True, slots=True)
class EpochInfo:
    """``getEpochInfo``: where the chain stands.

    Attributes:
        slot: absolute slot.
        block_height: blocks below that slot; transactions expire by it.
        epoch, slot_index, slots_in_epoch: the epoch and the position in it.
    """

    slot: int
    block_height: int
    epoch: int
    slot_index: int
    slots_in_epoch: int


@dataclass(frozen=True, slots=True)
class Blockhash:
    """``getLatestBlockhash``.

    Attributes:
        hash: base58.
        last_valid_height: block height after which a transaction with it cannot land.
        slot: slot of the answer.
    """

    hash: str
    last_valid_height: int
    slot: int


@dataclass(frozen=True, slots=True)
class AccountsAt:
    """Accounts as they were at one slot.

    Attributes:
        slot: slot of the answer; the lowest one when several answers were needed.
        accounts: every address asked for; ``None`` when there is no such account.
    """

    slot: int
    accounts: Mapping[str, Account | None]


@dataclass(frozen=True, slots=True)
class Holding:
    """One entry of ``getTokenLargestAccounts``: a token account and its raw amount."""

    account: str
    raw: int
    decimals: int


@dataclass(frozen=True, slots=True)
class SignatureStatus:
    """One entry of ``getSignatureStatuses``.

    Attributes:
        slot: slot in which the transaction landed.
        err: decoded JSON; ``None`` means it succeeded.
        commitment: ``processed``, ``confirmed`` or ``finalized``.
    """

    slot: int
    err: Any
    commitment: str


@dataclass(frozen=True, slots=True)
class StatusesAt:
    """``getSignatureStatuses``: one status or ``None`` per signature, in the order asked, and the slot."""

    slot: int
    statuses: tuple[SignatureStatus | None, ...]


@dataclass(frozen=True, slots=True)
class SignatureEntry:
    """One entry of ``getSignaturesForAddress``, newest first; ``block_time`` in Unix seconds."""

    signature: str
    slot: int
    err: Any
    block_time: int | None


@dataclass(frozen=True, slots=True)
class Simulation:
    """``simulateTransaction``: what would have happened.

    Attributes:
        slot: slot of the state that it ran on.
        err: decoded JSON; ``None`` means it would have succeeded.
        logs: log lines.
        units: compute units consumed; 0 when the node does not say.
        accounts: state afterwards of the addresses asked for; ``None`` when there is no such account.
        return_data: what the last program returned, ``b""`` when nothing.
    """

    slot: int
    err: Any
    logs: tuple[str, ...]
    units: int
    accounts: Mapping[str, Account | None] = field(default_factory=dict)
    return_data: bytes = b""
