"""One run of live checks: rows of ok, warn, fail or skip, and the time they took."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sniperforge.errors import SniperForgeError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sniperforge.app.node import Node
    from sniperforge.config.load import Settings
    from sniperforge.ports import Clock


class CheckStatus(StrEnum):
    """How a check ended; only ``FAIL`` makes the command fail."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    status: CheckStatus
    message: str


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check as it is shown.

    Attributes:
        group, name: for example ``solana`` and ``websocket``.
        ms: how long it took, milliseconds.
        error: why it failed.
    """

    group: str
    name: str
    status: CheckStatus
    ms: float
    message: str
    error: SniperForgeError | None = None

    def to_json(self) -> dict[str, Any]:
        """The document form."""
        return {
            "group": self.group,
            "name": self.name,
            "status": self.status.value,
            "ms": round(self.ms, 1),
            "message": self.message,
        }


def ok(message: str) -> Finding:
    """All is well."""
    return Finding(CheckStatus.OK, message)


def warn(message: str) -> Finding:
    """It works, and something should be looked at."""
    return Finding(CheckStatus.WARN, message)


def skip(message: str) -> Finding:
    """There is nothing to check here."""
    return Finding(CheckStatus.SKIP, message)


class CheckRun:
    """Runs checks one after the other and keeps their rows.

    Args:
        node: ``None`` when the network does not answer.
    """

    def __init__(self, settings: Settings, node: Node | None, clock: Clock) -> None:
        self.settings = settings
        self.node = node
        self.clock = clock
        self.rows: list[CheckRow] = []

    async def check(self, group: str, name: str, work: Callable[[], Awaitable[Finding]]) -> bool:
        """Run one check; an error of ours becomes a failed row. Whether to go on with what rests on it."""
        started, error = self.clock.monotonic(), None
        try:
            found = await work()
        except SniperForgeError as problem:
            error = problem
            found = Finding(CheckStatus.FAIL, problem.message)
        ms = (self.clock.monotonic() - started) * 1_000
        self.rows.append(CheckRow(group, name, found.status, ms, found.message, error))
        return found.status in (CheckStatus.OK, CheckStatus.WARN)

    async def on_node(self, group: str, name: str, work: Callable[[Node], Awaitable[Finding]]) -> bool:
        """Run a check that asks the node; skipped when there is none."""

        async def asked() -> Finding:
            return skip("the network does not answer") if self.node is None else await work(self.node)

        return await self.check(group, name, asked)

    def error(self) -> SniperForgeError | None:
        """The first failure: it gives the command its exit code."""
        return next((row.error for row in self.rows if row.error is not None), None)
