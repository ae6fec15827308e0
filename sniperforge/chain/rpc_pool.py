"""Several endpoints as one: which is asked, and which next when that fails or dawdles. No transports here."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sniperforge.chain.retries import passing
from sniperforge.chain.rpc_endpoint import HISTORY, READ, SEND, EndpointReport
from sniperforge.errors import RpcError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sniperforge.chain.rpc_endpoint import RpcEndpoint
    from sniperforge.ports import Clock

T = TypeVar("T")

MAX_LAG_SLOTS: Final = 20
"""An endpoint further behind is asked after the others: 8 s at 400 ms slots."""

SLOW_FACTOR: Final = 4
SLOW_SECONDS: Final = 0.1
"""An endpoint is slow when its answers take this long, and so many times as long as the fastest one's."""

HOT: Final = frozenset(
    {"getMultipleAccounts", "getAccountInfo", "getLatestBlockhash", "getBalance", "getSignatureStatuses"}
    | {"getTransaction", "simulateTransaction"}
)
"""Reads that a trade waits for: the next endpoint is asked too once 19 of 20 would have been answered."""

PATIENCE_SECONDS: Final = 2.0
"""After so long without an answer any other read is asked elsewhere too."""

_FIRST_PATIENCE: Final = 0.25
_LEAST_PATIENCE: Final = 0.005
_METHOD_NOT_FOUND: Final = -32601

_ROLES: Final = {
    "sendTransaction": SEND,
    "getTransaction": HISTORY,
    "getSignaturesForAddress": HISTORY,
    "getSignatureStatuses": HISTORY,
}
_WITH_EFFECTS: Final = frozenset({"sendTransaction", "requestAirdrop"})


class RpcPool:
    """An :class:`~sniperforge.chain.jsonrpc.Asker` over several endpoints, in the order of preference.

    A read goes to the first one that does well, and to the next when that fails, or has not answered within
    the time its answers usually take: the first good answer wins. What has effects goes to one endpoint.

    Raises:
        ValueError: there is no endpoint.
    """

    def __init__(self, endpoints: Sequence[RpcEndpoint], clock: Clock) -> None:
        if not endpoints:
            raise ValueError("a pool needs an endpoint")
        self.endpoints = tuple(endpoints)
        self._clock = clock

    async def ask(self, method: str, params: Sequence[Any], kind: type[T] | Any) -> T:
        """One request, tried once with as many endpoints as it takes.

        Raises:
            RpcError: a node answered with an error that another one would answer too.
            UnavailableError: none gave a usable answer; the first one's reason.
        """
        candidates = self.candidates(_ROLES.get(method, READ))
        if len(candidates) == 1 or method in _WITH_EFFECTS:
            alone: T = await candidates[0].ask(method, params, kind)
            return alone
        won, error = await self._raced(candidates, method, params, kind)
        if error is not None:
            raise error
        answer: T = won
        return answer

    def candidates(self, role: str) -> tuple[RpcEndpoint, ...]:
        """Whom to ask for ``role``, best first; those that rest only when nobody else is left.

        Raises:
            UnavailableError: no endpoint with that role is trusted.
        """
        able = [endpoint for endpoint in self.endpoints if role in endpoint.roles]
        trusted = [endpoint for endpoint in able if not endpoint.distrust]
        if not trusted:
            reasons = "; ".join(f"{endpoint.name}: {endpoint.distrust}" for endpoint in able)
            raise UnavailableError(
                f"no endpoint can be asked to {role}: {reasons or 'none has that role'}",
                hint="see `sniperforge test solana`; correct the URLs in the network file",
            )
        now = self._clock.monotonic()
        awake = [endpoint for endpoint in trusted if not endpoint.health.rests(now)]
        return tuple(sorted(awake or trusted, key=lambda each: self._standing(each, now) != "ok"))

    def spares(self, endpoint: RpcEndpoint, role: str) -> bool:
        """Whether ``endpoint`` rests while another one with ``role`` does not."""
        now = self._clock.monotonic()
        return endpoint.health.rests(now) and any(
            role in each.roles and not each.distrust and not each.health.rests(now) for each in self.endpoints
        )

    def report(self) -> tuple[EndpointReport, ...]:
        """How each endpoint does, in their order."""
        now = self._clock.monotonic()
        return tuple(self._reported(endpoint, now) for endpoint in self.endpoints)

    def _standing(self, endpoint: RpcEndpoint, now: float) -> str:
        health = endpoint.health
        if endpoint.distrust:
            return "distrusted"
        if health.rests(now) or health.on_probation(now):
            return "resting"
        if self._lag(endpoint) > MAX_LAG_SLOTS:
            return "lagging"
        known = [each.health.latency for each in self.endpoints if each.health.latency is not None]
        if health.latency is not None and health.latency > max(SLOW_SECONDS, SLOW_FACTOR * min(known)):
            return "slow"
        return "ok"

    def _lag(self, endpoint: RpcEndpoint) -> int:
        furthest = max((each.health.slot for each in self.endpoints if not each.distrust), default=0)
        return max(0, furthest - endpoint.health.slot) if endpoint.health.slot else 0

    def _reported(self, endpoint: RpcEndpoint, now: float) -> EndpointReport:
        health, standing = endpoint.health, self._standing(endpoint, now)
        p95 = health.p95(-1.0)
        return EndpointReport(
            name=endpoint.name,
            roles=tuple(sorted(endpoint.roles)),
            state="unproved" if standing == "ok" and not endpoint.proved else standing,
            slot=health.slot,
            lag=self._lag(endpoint),
            latency_ms=None if health.latency is None else round(health.latency * 1_000, 3),
            p95_ms=None if p95 < 0 else round(p95 * 1_000, 3),
            answers=health.answers,
            failures=health.failures,
            last_error=endpoint.distrust or health.last_error,
        )

    def _patience(self, endpoint: RpcEndpoint, method: str) -> float:
        if method not in HOT:
            return PATIENCE_SECONDS
        return min(PATIENCE_SECONDS, max(_LEAST_PATIENCE, endpoint.health.p95(_FIRST_PATIENCE)))

    async def _raced(
        self, candidates: Sequence[RpcEndpoint], method: str, params: Sequence[Any], kind: type[T] | Any
    ) -> tuple[Any, UnavailableError | None]:
        """The first good answer, or the first endpoint's trouble once all have failed."""
        waiting, running = list(candidates), set[asyncio.Task[tuple[Any, UnavailableError | None]]]()
        trouble: UnavailableError | None = None
        async with asyncio.TaskGroup() as group:
            try:
                while True:
                    timer: set[asyncio.Task[Any]] = set()
                    if waiting:
                        endpoint = waiting.pop(0)
                        running.add(group.create_task(_attempt(endpoint, method, params, kind)))
                        if waiting:
                            patience = self._patience(endpoint, method)
                            timer.add(group.create_task(self._clock.sleep(patience)))
                    done = await _first(running | timer, timer)
                    for task in [task for task in running if task in done]:
                        running.discard(task)
                        value, error = task.result()
                        if error is None or _final(error):
                            return value, error
                        trouble = trouble or error
                    if not running and not waiting:
                        return None, trouble
            finally:
                for task in running:
                    task.cancel()


class PoolMember:
    """One endpoint of a pool for who asks each of them, as an :class:`~sniperforge.chain.jsonrpc.Asker`.

    While its circuit is open it fails at once, unless those of all others for the same role are open too: who
    waits for every endpoint does not wait for a dead one.
    """

    def __init__(self, pool: RpcPool, endpoint: RpcEndpoint) -> None:
        self._pool = pool
        self._endpoint = endpoint

    async def ask(self, method: str, params: Sequence[Any], kind: type[T] | Any) -> T:
        """One request to this endpoint.

        Raises:
            RpcError: the node answered with an error.
            UnavailableError: no usable answer, or the endpoint rests.
        """
        endpoint = self._endpoint
        if self._pool.spares(endpoint, _ROLES.get(method, READ)):
            why = f"{endpoint.name} rests after failures: {endpoint.health.last_error}"
            raise UnavailableError(why, details={"endpoint": endpoint.name})
        answer: T = await endpoint.ask(method, params, kind)
        return answer


async def _first(tasks: set[asyncio.Task[Any]], timer: set[asyncio.Task[Any]]) -> set[asyncio.Task[Any]]:
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in timer:
            task.cancel()
    return done


async def _attempt(
    endpoint: RpcEndpoint, method: str, params: Sequence[Any], kind: type[T] | Any
) -> tuple[T | None, UnavailableError | None]:
    try:
        return await endpoint.ask(method, params, kind), None
    except UnavailableError as error:
        return None, error


def _final(error: UnavailableError) -> bool:
    """An error in the question: every node would answer it. A method may be missing on one of them only."""
    return isinstance(error, RpcError) and not passing(error) and error.rpc_code != _METHOD_NOT_FOUND
