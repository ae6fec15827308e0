"""What the market's adapters need of a node, as protocols: ``chain`` has it, and fakes do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    from sniperforge.domain.chain import Account


class TimedStream(Protocol):
    """Notifications of one subscription; a :class:`~sniperforge.domain.events.Gap` where some are missing."""

    @property
    def received_at(self) -> float:
        """Monotonic seconds at which the item last yielded had arrived."""
        ...

    def __aiter__(self) -> AsyncIterator[Any]:
        """Decoded ``params.result`` values and gaps, in order of arrival."""
        ...

    async def aclose(self) -> None:
        """Unsubscribe. Safe to call twice."""
        ...


class FilteringPubSub(Protocol):
    """A PubSub that drops frames before it decodes them."""

    @property
    def frame_age(self) -> float:
        """Seconds since the node was last heard; infinite before that."""
        ...

    async def subscribe(
        self,
        method: str,
        params: Sequence[Any],
        *,
        prefilter: Callable[[bytes], bool] | None = None,
    ) -> TimedStream:
        """Open a subscription.

        Raises:
            UnavailableError: the node cannot be reached or refuses the subscription.
        """
        ...


class HistoryEntry(Protocol):
    """One transaction in an address' history."""

    @property
    def signature(self) -> str:
        """Base58."""
        ...

    @property
    def slot(self) -> int:
        """Where it landed."""
        ...

    @property
    def err(self) -> Any:
        """``None`` when it succeeded."""
        ...


class History(Protocol):
    """Reads of landed transactions."""

    async def transaction(self, signature: str, commitment: str = "confirmed") -> dict[str, Any] | None:
        """The ``getTransaction`` result, ``None`` while the node does not know it.

        Raises:
            UnavailableError: no usable answer.
        """
        ...

    async def signatures_for_address(
        self,
        address: str,
        *,
        before: str | None = None,
        until: str | None = None,
        limit: int = 1000,
        commitment: str = "confirmed",
    ) -> Sequence[HistoryEntry]:
        """Transactions that mention ``address``, newest first.

        Raises:
            UnavailableError: no usable answer.
        """
        ...


class Snapshot(Protocol):
    """Accounts as they were at one slot."""

    @property
    def slot(self) -> int:
        """The slot."""
        ...

    @property
    def accounts(self) -> Mapping[str, Account | None]:
        """Every address asked for."""
        ...


class EpochNumber(Protocol):
    """Where the chain stands."""

    @property
    def epoch(self) -> int:
        """Transfer fees of Token-2022 change with it."""
        ...


class AccountSource(Protocol):
    """Reads of accounts."""

    async def accounts(self, addresses: Sequence[str], commitment: str = "confirmed") -> Snapshot:
        """Many accounts of one slot.

        Raises:
            UnavailableError: no usable answer.
        """
        ...

    async def epoch_info(self, commitment: str = "confirmed") -> EpochNumber:
        """The epoch at ``commitment``.

        Raises:
            UnavailableError: no usable answer.
        """
        ...
