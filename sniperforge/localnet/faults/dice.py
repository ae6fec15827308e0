"""Every decision about faults, from a plan and its seed. No effects, no clock."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sniperforge.localnet.faults.plan import FaultPlan

HANDLED_ERRORS: Final = (502, 504)
"""What a proxy answers when the node may have done its work; with 503 it was never asked."""

SERVER_ERRORS: Final = (*HANDLED_ERRORS, 503)


@dataclass(frozen=True, slots=True)
class SubmissionFate:
    """What becomes of one submission.

    Attributes:
        dropped: it never appears.
        slots: blocks to wait for.
        behind_next: it waits for the next submission, or for the next block.
        watched: a sandwich trader sees it before it lands.
    """

    dropped: bool = False
    slots: int = 0
    behind_next: bool = False
    watched: bool = False


@dataclass(frozen=True, slots=True)
class HttpFate:
    """What becomes of one HTTP request.

    Attributes:
        status: 200, or what is answered instead.
        delay_ms: how late the reply comes.
        truncated: the reply breaks off half way.
    """

    status: int = 200
    delay_ms: int = 0
    truncated: bool = False

    @property
    def handled(self) -> bool:
        """Whether the request is done, whatever is answered."""
        return self.status == 200 or self.status in HANDLED_ERRORS


@dataclass(frozen=True, slots=True)
class NodeFate:
    """Which node answers a request.

    Attributes:
        lag: blocks that it is behind.
        fresh_hashes: whether it knows hashes that are not finalized.
        ahead: by how much its slots and heights are too high.
        wrong_genesis: whether it names another network's genesis hash.
    """

    lag: int = 0
    fresh_hashes: bool = True
    ahead: int = 0
    wrong_genesis: bool = False


class FaultDice:
    """Decides. Each kind of decision has a stream of its own: the n-th one is the same in every run.

    A probability of 0 draws nothing. What callers ask in another order gets other answers: a run repeats
    when its requests come in the same order.

    Args:
        plan: what may happen.
        endpoint: of its network; each one decides differently from one seed, except for what expires.
    """

    def __init__(self, plan: FaultPlan, endpoint: int = 1) -> None:
        self.plan: Final = plan
        self._salt = str(plan.seed) if endpoint == 1 else f"{plan.seed} endpoint {endpoint}"
        self._streams: dict[str, random.Random] = {}

    def submission(self, signature: str, price: int) -> SubmissionFate:
        """The fate of a submission that offers ``price`` micro-lamports per compute unit."""
        plan = self.plan
        dropped = self._hits("drop", plan.drop)
        late = self._hits("delay", plan.delay)
        slots = self._up_to("delay_slots", plan.delay_slots) if late else 0
        behind_next = self._hits("reorder", plan.reorder)
        watched = self._hits("sandwich", plan.sandwich)
        if dropped or price < plan.fee_floor or self._doomed(signature):
            return SubmissionFate(dropped=True)
        return SubmissionFate(slots=slots, behind_next=behind_next, watched=watched)

    def loses_bundle(self, bundle_id: str) -> bool:
        """Whether a bundle that was just taken never lands; sent again, it has another chance."""
        dropped = self._hits("bundle", self.plan.drop)
        return dropped or self._doomed(bundle_id)

    def finds_uncle(self) -> bool:
        """Whether a sandwich trader makes use of a bundle's transaction that he saw in a dropped block."""
        return self._hits("uncle", self.plan.sandwich)

    def http(self) -> HttpFate:
        """The fate of an HTTP request."""
        plan = self.plan
        if self._hits("rate_limit", plan.rate_limit):
            return HttpFate(status=429)
        late = self._hits("slow", plan.slow)
        delay_ms = self._up_to("slow_ms", plan.slow_ms) if late else 0
        if self._hits("server_error", plan.server_error):
            return HttpFate(self._stream("server_error kind").choice(SERVER_ERRORS), delay_ms)
        return HttpFate(delay_ms=delay_ms, truncated=self._hits("truncate", plan.truncate))

    def falls_silent(self) -> bool:
        """Whether a WebSocket that was just opened will fall silent."""
        return self._hits("ws_silence", self.plan.ws_silence)

    def copies(self) -> int:
        """How often a notification is sent: 0, 1 or 2 times."""
        if self._hits("ws_miss", self.plan.ws_miss):
            return 0
        return 2 if self._hits("ws_double", self.plan.ws_double) else 1

    def rolls_back(self) -> bool:
        """Whether the newest block is dropped before it is confirmed."""
        return self._hits("rollback", self.plan.rollback)

    def node(self) -> NodeFate:
        """The node that answers a request."""
        plan = self.plan
        lagging, ahead = self._hits("lag", plan.lag), self._hits("ahead", plan.ahead)
        return NodeFate(
            lag=plan.lag_slots if lagging else 0,
            fresh_hashes=not self._hits("unknown_blockhash", plan.unknown_blockhash),
            ahead=plan.ahead_slots if ahead else 0,
            wrong_genesis=self._hits("wrong_genesis", plan.wrong_genesis),
        )

    def forgets(self) -> bool:
        """Whether something that landed is answered with ``null``."""
        return self._hits("not_found", self.plan.not_found)

    def _doomed(self, name: str) -> bool:
        """The same for every submission of one transaction or bundle."""
        digest = hashlib.sha256(f"expire {self.plan.seed} {name}".encode()).digest()
        return int.from_bytes(digest[:8], "big") < self.plan.expire * 2**64

    def _hits(self, name: str, probability: float) -> bool:
        return probability > 0 and self._stream(name).random() < probability

    def _up_to(self, name: str, most: int) -> int:
        return self._stream(name).randint(1, most) if most else 0

    def _stream(self, name: str) -> random.Random:
        if name not in self._streams:
            digest = hashlib.sha256(f"{name} {self._salt}".encode()).digest()
            self._streams[name] = random.Random(digest)  # noqa: S311 - a simulation, not a secret
        return self._streams[name]
