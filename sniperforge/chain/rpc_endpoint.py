"""One endpoint of several: proved to serve the chain before anything is asked, and measured all the time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sniperforge.chain.endpoint_health import EndpointHealth
from sniperforge.chain.jsonrpc import Wire
from sniperforge.chain.retries import PASSING_RPC_CODES
from sniperforge.errors import RpcError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sniperforge.ports import Clock, RpcTransport

T = TypeVar("T")

READ: Final = "read"
SEND: Final = "send"
SUBSCRIBE: Final = "subscribe"
HISTORY: Final = "history"
ALL_ROLES: Final = frozenset({READ, SEND, SUBSCRIBE, HISTORY})
"""What an endpoint may be for. History: it keeps landed transactions for good."""


@dataclass(frozen=True, slots=True)
class EndpointReport:
    """One endpoint as ``status`` and ``test solana`` show it.

    Attributes:
        name: its URL without keys.
        roles: what it is used for, in order of the alphabet.
        state: ``ok``, ``lagging``, ``slow``, ``resting`` (its circuit is open), ``distrusted``, ``unproved``.
        slot: processed slot at the last look, 0 before it.
        lag: slots behind the furthest endpoint that is trusted, at the last look.
        latency_ms, p95_ms: of its answers; ``None`` before the first, and before there are enough.
        answers, failures: how many requests ended each way.
        last_error: the newest failure or the reason of the distrust; empty when there is none.
    """

    name: str
    roles: tuple[str, ...]
    state: str
    slot: int
    lag: int
    latency_ms: float | None
    p95_ms: float | None
    answers: int
    failures: int
    last_error: str


class RpcEndpoint:
    """An :class:`~sniperforge.chain.jsonrpc.Asker` over one transport.

    Nothing but its genesis hash is asked before that is known to be the expected one.

    Args:
        transport: carries bodies; its owner closes it.
        name: its URL without keys.
        roles: what it is used for.

    Attributes:
        health: what its requests have shown.
        distrust: why it is not believed; empty when it is.
    """

    def __init__(
        self, transport: RpcTransport, clock: Clock, *, name: str, roles: frozenset[str] = ALL_ROLES
    ) -> None:
        self.name = name
        self.roles = roles
        self.health = EndpointHealth()
        self.distrust = ""
        self._wire = Wire(transport)
        self._clock = clock
        self._expected = ""
        self._proved = False
        self._wrong_chain = False
        self._proving = asyncio.Lock()

    def __repr__(self) -> str:
        return f"RpcEndpoint({self.name})"

    def expect(self, genesis_hash: str) -> None:
        """Name the chain that it must serve."""
        self._expected = genesis_hash

    @property
    def proved(self) -> bool:
        """Whether it was seen to serve the expected chain."""
        return self._proved

    @property
    def wrong_chain(self) -> bool:
        """Whether it was seen to serve another chain: it is never asked again."""
        return self._wrong_chain

    async def genesis_hash(self) -> str:
        """The chain that it says it serves, whatever is expected of it. Raises ``UnavailableError``."""
        return await self._measured("getGenesisHash", (), str)

    async def prove(self) -> None:
        """See that it serves the expected chain, once.

        Raises:
            UnavailableError: it serves another one, for good, or does not answer.
        """
        async with self._proving:
            if self._wrong_chain:
                raise self._refused()
            if self._proved:
                return
            told = await self.genesis_hash()
            if told != self._expected:
                self._wrong_chain = True
                self.distrust = f"it serves another chain: genesis {told[:44]}, not {self._expected}"
                raise self._refused()
            self._proved = True

    async def ask(self, method: str, params: Sequence[Any], kind: type[T] | Any) -> T:
        """One request, once the endpoint is proved and while it is trusted.

        Raises:
            RpcError: the node answered with an error.
            UnavailableError: no usable answer, or the endpoint is not trusted.
        """
        if self.distrust:
            raise self._refused()
        if not self._proved:
            await self.prove()
        return await self._measured(method, params, kind)

    async def look(self) -> None:
        """Read its processed and finalized slots, also while it is not trusted for what it said of them.

        Raises:
            UnavailableError: no usable answer, or it serves another chain.
        """
        await self.prove()
        slot: int = await self._measured("getSlot", ({"commitment": "processed"},), int)
        self.health.final_slot = await self._measured("getSlot", ({"commitment": "finalized"},), int)
        self.health.slot = slot

    def _refused(self) -> UnavailableError:
        return UnavailableError(
            f"{self.name} is not trusted: {self.distrust}", details={"endpoint": self.name}
        )

    async def _measured(self, method: str, params: Sequence[Any], kind: type[T] | Any) -> T:
        health, begun = self.health, self._clock.monotonic()
        on_trial = health.begin(begun)
        try:
            answer: T = await self._wire.ask(method, params, kind)
        except UnavailableError as error:
            now = self._clock.monotonic()
            if isinstance(error, RpcError) and error.rpc_code not in PASSING_RPC_CODES:
                health.answered(now - begun)  # an answer all the same: the question was wrong
            else:
                health.failed(error.message, now, error.details.get("retry_after"))
            raise
        finally:
            if on_trial:
                health.end_trial()
        health.answered(self._clock.monotonic() - begun)
        return answer
