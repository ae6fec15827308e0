"""Mints' lasting facts, asked of the node once: memory first, then the record, then the chain.

Only what can never change is kept. Supply and authorities are not, nor a venue's fee configuration, which its
operator may change.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final, Protocol

from sniperforge.errors import DecodeError, StorageError
from sniperforge.tokens.mint import decode_mint
from sniperforge.tokens.mint_facts import MintFacts, facts_of, is_lasting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sniperforge.chain.rpc import RpcClient
    from sniperforge.domain.chain import Account

MAX_IN_MEMORY: Final = 10_000


class MintRecord(Protocol):
    """Where facts outlive the process."""

    def known(self, addresses: Sequence[str]) -> dict[str, MintFacts]:
        """The facts of those mints that are on record. Raises ``StorageError``."""
        ...

    def remember(self, mints: Mapping[str, MintFacts]) -> None:
        """Put mints on record. Raises ``StorageError``."""
        ...


class MintCache:
    """Reads mints and keeps what is final.

    Args:
        rpc: asked for what is not known.
        record: ``None`` remembers for this process only; one that fails costs reads, nothing else.
        limit: mints in memory; the oldest are forgotten beyond that.
    """

    def __init__(self, rpc: RpcClient, record: MintRecord | None = None, limit: int = MAX_IN_MEMORY) -> None:
        self._rpc = rpc
        self._record = record
        self._limit = limit
        self._memory: dict[str, MintFacts] = {}

    async def facts(self, addresses: Sequence[str]) -> dict[str, MintFacts | None]:
        """The facts of each address; ``None`` where there is no mint.

        A mint that is not final yet is read as confirmed, and not kept: its slot may be dropped.

        Raises:
            UnavailableError: no usable answer.
        """
        found: dict[str, MintFacts] = {key: self._memory[key] for key in addresses if key in self._memory}
        found |= self._on_record([key for key in addresses if key not in found])
        for commitment in ("finalized", "confirmed"):
            missing = [key for key in addresses if key not in found]
            if not missing:
                break
            read = (await self._rpc.accounts(missing, commitment)).accounts
            found |= self._taken(read, keep=commitment == "finalized")
        return {key: found.get(key) for key in addresses}

    def _taken(self, read: Mapping[str, Account | None], *, keep: bool) -> dict[str, MintFacts]:
        facts: dict[str, MintFacts] = {}
        lasting: dict[str, MintFacts] = {}
        for address, account in read.items():
            with suppress(DecodeError):
                if account is not None:
                    mint = decode_mint(account)
                    facts[address] = facts_of(mint)
                    if keep and is_lasting(mint):
                        lasting[address] = facts[address]
        self._keep(lasting)
        if lasting and self._record is not None:
            with suppress(StorageError):
                self._record.remember(lasting)
        return facts

    def _on_record(self, addresses: Sequence[str]) -> dict[str, MintFacts]:
        if not addresses or self._record is None:
            return {}
        try:
            known = self._record.known(addresses)
        except StorageError:
            return {}
        self._keep(known)
        return known

    def _keep(self, mints: Mapping[str, MintFacts]) -> None:
        self._memory |= mints
        while len(self._memory) > self._limit:
            del self._memory[next(iter(self._memory))]
