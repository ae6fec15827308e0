"""Reads of signatures and landed transactions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sniperforge.chain.answers import SignatureEntry, SignatureStatus, StatusesAt
from sniperforge.chain.jsonrpc import JsonRpc
from sniperforge.chain.wire import Signature, Status, Statuses
from sniperforge.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_STATUSES_A_CALL: Final = 256
"""A node's own limit for ``getSignatureStatuses``."""


class TransactionReads(JsonRpc):
    """Reads by signature, retried within the policy."""

    async def signature_statuses(
        self, signatures: Sequence[str], *, search_history: bool = True
    ) -> StatusesAt:
        """What became of ``signatures``; the slot is the lowest of the answers'.

        What others ask for in the same moment goes into the same requests.

        Args:
            signatures: base58.
            search_history: look beyond the recent slots; only nodes with history find more.

        Raises:
            UnavailableError: no usable answer.
        """
        found: dict[str, SignatureStatus | None] = {}
        slots: list[int] = []
        ask = partial(self._statuses, search_history=search_history)
        unique = list(dict.fromkeys(signatures))
        for start in range(0, len(unique), MAX_STATUSES_A_CALL):
            chunk = unique[start : start + MAX_STATUSES_A_CALL]
            meeting = self.gathering(("statuses", search_history), ask, MAX_STATUSES_A_CALL)
            slot, part = await meeting.ask(chunk, partial(ask, chunk))
            found |= part
            slots.append(slot)
        return StatusesAt(min(slots, default=0), tuple(found[signature] for signature in signatures))

    async def _statuses(
        self, signatures: Sequence[str], *, search_history: bool
    ) -> tuple[int, dict[str, SignatureStatus | None]]:
        params = (signatures, {"searchTransactionHistory": search_history})
        at = await self.read("getSignatureStatuses", params, Statuses)
        if len(at.value) != len(signatures):
            raise UnavailableError(
                f"getSignatureStatuses: {len(at.value)} of {len(signatures)} were answered"
            )
        known = [_status(status) for status in at.value]
        return at.context.slot, dict(zip(signatures, known, strict=True))

    async def signatures_for_address(
        self,
        address: str,
        *,
        before: str | None = None,
        until: str | None = None,
        limit: int = 1000,
        commitment: str = "confirmed",
    ) -> tuple[SignatureEntry, ...]:
        """Transactions that mention ``address``, newest first, failed ones included.

        Args:
            address: base58.
            before: start below this signature.
            until: stop above this signature.
            limit: at most 1,000.
            commitment: ``confirmed`` or ``finalized``.

        Raises:
            UnavailableError: no usable answer.
        """
        options: dict[str, Any] = {"limit": limit, "commitment": commitment}
        options |= {name: value for name, value in (("before", before), ("until", until)) if value}
        found = await self.read("getSignaturesForAddress", (address, options), list[Signature])
        return tuple(SignatureEntry(each.signature, each.slot, each.err, each.block_time) for each in found)

    async def transaction(
        self, signature: str, commitment: str = "confirmed", encoding: str = "json"
    ) -> dict[str, Any] | None:
        """The landed transaction as ``dex.transaction`` reads it; ``None`` while the node does not know it.

        Raises:
            UnavailableError: no usable answer.
        """
        options = {"encoding": encoding, "commitment": commitment, "maxSupportedTransactionVersion": 0}
        found: Any = await self.read("getTransaction", (signature, options), object)
        if found is not None and not isinstance(found, dict):
            raise UnavailableError("getTransaction: the node's answer is no object")
        return found


def _status(status: Status | None) -> SignatureStatus | None:
    if status is None:
        return None
    reached = "finalized" if status.confirmations is None else "processed"
    return SignatureStatus(status.slot, status.err, status.confirmation_status or reached)
