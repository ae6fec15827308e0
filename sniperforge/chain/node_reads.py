"""Reads about the node and the chain as a whole: identity, height, blockhash, fees, rent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sniperforge.chain.answers import Blockhash, EpochInfo
from sniperforge.chain.jsonrpc import JsonRpc
from sniperforge.chain.wire import BlockhashAt, Epoch, PriorityFee, Version

if TYPE_CHECKING:
    from collections.abc import Sequence


class NodeReads(JsonRpc):
    """Reads that need no address, retried within the policy."""

    async def genesis_hash(self) -> str:
        """The chain's identity, base58.

        Raises:
            UnavailableError: no usable answer.
        """
        return await self.read("getGenesisHash", (), str)

    async def health(self) -> str:
        """``"ok"`` from a node that keeps up with its cluster. Tried once.

        Raises:
            RpcError: the node says it is unhealthy; ``data`` may hold ``numSlotsBehind``.
            UnavailableError: no usable answer.
        """
        return str(await self.call("getHealth"))

    async def version(self) -> str:
        """The version of the node's software.

        Raises:
            UnavailableError: no usable answer.
        """
        return (await self.read("getVersion", (), Version)).core

    async def slot(self, commitment: str = "confirmed") -> int:
        """The slot that has reached ``commitment``.

        Raises:
            UnavailableError: no usable answer.
        """
        return await self.read("getSlot", ({"commitment": commitment},), int)

    async def epoch_info(self, commitment: str = "confirmed") -> EpochInfo:
        """Slot, block height and epoch at ``commitment``.

        Raises:
            UnavailableError: no usable answer.
        """
        at = await self.read("getEpochInfo", ({"commitment": commitment},), Epoch)
        return EpochInfo(at.absolute_slot, at.block_height, at.epoch, at.slot_index, at.slots_in_epoch)

    async def block_height(self, commitment: str = "confirmed") -> int:
        """The block height at ``commitment``.

        Raises:
            UnavailableError: no usable answer.
        """
        return await self.read("getBlockHeight", ({"commitment": commitment},), int)

    async def latest_blockhash(self, commitment: str = "confirmed") -> Blockhash:
        """The newest blockhash that has reached ``commitment``, and how long it is good for.

        Raises:
            UnavailableError: no usable answer.
        """
        at = await self.read("getLatestBlockhash", ({"commitment": commitment},), BlockhashAt)
        return Blockhash(at.value.blockhash, at.value.last_valid_block_height, at.context.slot)

    async def minimum_rent(self, size: int) -> int:
        """Lamports that keep an account of ``size`` bytes alive.

        Raises:
            UnavailableError: no usable answer.
        """
        return await self.read("getMinimumBalanceForRentExemption", (size,), int)

    async def recent_fees(self, addresses: Sequence[str] = ()) -> tuple[tuple[int, int], ...]:
        """``(slot, micro-lamports per compute unit)``: lowest priority fee that landed, per recent slot.

        Args:
            addresses: at most 128 writable accounts to compete for; none means the whole chain.

        Raises:
            UnavailableError: no usable answer.
        """
        fees = await self.read("getRecentPrioritizationFees", (list(addresses),), list[PriorityFee])
        return tuple((fee.slot, fee.prioritization_fee) for fee in fees)
