"""A transport behind a rate limiter: what it asks for, and what it passes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sniperforge.chain.aiohttp_transport import AiohttpTransport
from sniperforge.chain.clock import SystemClock
from sniperforge.chain.http_transport import HttpTransport
from sniperforge.chain.limited_transport import LimitedTransport, methods_of
from sniperforge.chain.urgency import for_exit
from sniperforge.domain.priority import Priority
from sniperforge.errors import UnavailableError
from sniperforge.testing.rpc_server import http_reply, scripted_http

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

READ = b'{"jsonrpc":"2.0","id":1,"method":"getSlot","params":[]}'
SEND = b'{"jsonrpc":"2.0","id":1,"method":"sendTransaction","params":["AQ=="]}'


class Recorder:
    """A limiter that lets everything pass and remembers it."""

    def __init__(self) -> None:
        self.heard: list[object] = []
        self.exhausted = False

    async def acquire(self, methods: Sequence[str], priority: Priority) -> None:
        """Remember who asks."""
        if self.exhausted:
            raise UnavailableError("used up")
        self.heard.append((*methods, priority))

    async def refused(self, retry_after: float | None) -> None:
        """Remember the pause."""
        self.heard.append(("refused", retry_after))

    async def running_low(self, reset_after: float) -> None:
        """Remember the shortage."""
        self.heard.append(("low", reset_after))


class Echo:
    """An inner transport that answers what it is told to."""

    def __init__(self, heard: Callable[[Mapping[str, str]], None]) -> None:
        self.heard = heard
        self.headers: dict[str, str] = {}
        self.body = b'{"result":1}'
        self.error: UnavailableError | None = None
        self.posts = self.closed = 0

    def __repr__(self) -> str:
        return "Echo(host)"

    async def post(self, payload: bytes) -> bytes:
        """Answer."""
        self.posts += 1
        self.heard(self.headers)
        if self.error is not None:
            raise self.error
        return self.body

    async def aclose(self) -> None:
        """Count."""
        self.closed += 1


class Pair:
    """A limited transport with what is before and behind it."""

    def __init__(self) -> None:
        self.limiter = Recorder()

        def make(heard: Callable[[Mapping[str, str]], None]) -> Echo:
            self.echo = Echo(heard)
            return self.echo

        self.transport = LimitedTransport(self.limiter, make, SystemClock())


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    """A fresh one."""
    made = Pair()
    yield made
    await made.transport.aclose()
    assert made.echo.closed == 1


async def test_sends_and_exits_go_first(pair: Pair) -> None:
    """A send whoever asks, a read inside the block; a batch if one of its parts is."""
    await pair.transport.post(READ)
    await pair.transport.post(SEND)
    with for_exit():
        await pair.transport.post(READ)
    await pair.transport.post(b"[%b,%b]" % (READ, SEND))
    assert pair.limiter.heard == [
        ("getSlot", Priority.READ),
        ("sendTransaction", Priority.SEND),
        ("getSlot", Priority.EXIT),
        ("getSlot", "sendTransaction", Priority.SEND),
    ]
    assert repr(pair.transport) == "LimitedEcho(host)"


async def test_nothing_leaves_without_a_slot(pair: Pair) -> None:
    """The limiter's refusal is the caller's."""
    pair.limiter.exhausted = True
    with pytest.raises(UnavailableError, match="used up"):
        await pair.transport.post(READ)
    assert pair.echo.posts == 0


@pytest.mark.parametrize(
    ("details", "headers", "told"),
    [
        ({"http_status": 429, "retry_after": 3.0}, {}, [("refused", 3.0)]),
        ({"http_status": 429}, {}, [("refused", None)]),
        (
            {"http_status": 429},
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9"},
            [("refused", 9.0)],
        ),
        ({"http_status": 503, "retry_after": 3.0}, {}, []),
        ({}, {}, []),
    ],
    ids=["seconds", "no time", "reset", "another status", "no answer"],
)
async def test_a_429_is_passed_on(
    pair: Pair, details: dict[str, object], headers: dict[str, str], told: list[object]
) -> None:
    """With the time that the server names; the error goes its way."""
    pair.echo.error, pair.echo.headers = UnavailableError("no", details=details), headers
    with pytest.raises(UnavailableError, match="no"):
        await pair.transport.post(READ)
    assert pair.limiter.heard[1:] == told


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        (b'{"jsonrpc":"2.0","error":{"code": 429,"message":"slow down"},"id":1}', True),
        (b'{"error":{"code":-32429,"message":""}}', True),
        (b'{"error":{"code":-32005,"message":"behind"}}', False),
        (b'{"error":"text"}', False),
        (b'{"result":"\\"error\\""}', False),
        (b'{"error":{"code":429,"message":"%b"}}' % (b"x" * 3_000), False),
    ],
    ids=["429", "-32429", "another code", "text", "result", "long"],
)
async def test_a_refusal_within_json_is_passed_on(pair: Pair, body: bytes, refused: bool) -> None:
    """Some servers say "too many requests" with HTTP 200."""
    pair.echo.body = body
    assert await pair.transport.post(READ) == body
    assert pair.limiter.heard[1:] == [("refused", None)] * refused


@pytest.mark.parametrize(
    ("remaining", "told"),
    [("11", []), ("9", [("low", 4.0)]), ("0", [("refused", 4.0)])],
    ids=["enough", "low", "none"],
)
async def test_what_is_left_is_passed_on(pair: Pair, remaining: str, told: list[object]) -> None:
    """Once; the next reply without such headers says nothing."""
    pair.echo.headers = {
        "x-ratelimit-remaining": remaining,
        "x-ratelimit-limit": "50",
        "x-ratelimit-reset": "4",
    }
    await pair.transport.post(READ)
    pair.echo.headers = {}
    await pair.transport.post(READ)
    assert [each for each in pair.limiter.heard if each != ("getSlot", Priority.READ)] == told


@pytest.mark.parametrize("kind", [AiohttpTransport, HttpTransport])
async def test_both_transports_tell_their_headers(kind: type[AiohttpTransport | HttpTransport]) -> None:
    """Of good replies and of refusals."""
    limiter = Recorder()
    async with scripted_http() as server:
        transport = LimitedTransport(limiter, lambda heard: kind(server.url, heard=heard), SystemClock())
        left = ("X-RateLimit-Remaining: 1", "X-RateLimit-Limit: 50", "X-RateLimit-Reset: 4")
        server.reply(http_reply(b"{}", headers=left))
        await transport.post(READ)
        server.reply(http_reply(b"{}", status="429 Too Many Requests", headers=left))
        with pytest.raises(UnavailableError):
            await transport.post(READ)
        await transport.aclose()
    assert limiter.heard[1::2] == [("low", 4.0), ("refused", 4.0)]


@pytest.mark.parametrize(
    ("payload", "methods"),
    [(READ, ("getSlot",)), (b"[]", ()), (b"{}", ("",)), (b"no json", ("",)), (b'{"method":1}', ("",))],
    ids=["request", "empty batch", "no method", "no JSON", "number"],
)
def test_methods_are_read_from_the_body(payload: bytes, methods: tuple[str, ...]) -> None:
    """Whatever it is."""
    assert methods_of(payload) == methods
